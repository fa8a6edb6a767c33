//! What every generated item is written with.

use walnats_schema::SchemaId;

use super::code::type_text;
use super::layout::{FileId, Layout};
use super::types::{Typed, Types};
use super::versions::Conversions;
use crate::model::{Annotations, EventModel};

/// Everything that the text of a package depends on.
pub struct Context<'m> {
    pub model: &'m EventModel,
    pub types: &'m Types,
    pub layout: &'m Layout,
    /// By item.
    pub names: &'m [String],
    /// Between versions of events.
    pub conversions: &'m Conversions,
    /// Items that implement `Validate` even if there is nothing to check.
    pub always_checked: Vec<bool>,
}

impl Context<'_> {
    /// A type, as it is written in `file`.
    pub fn type_text(&self, typed: &Typed, file: FileId) -> String {
        type_text(typed, self.model.options.datetime, &|item| self.layout.item_path(item, &self.names[item.0], file))
    }

    /// What the schema `id` says beyond what it accepts.
    pub fn note(&self, id: SchemaId) -> Option<&Annotations> {
        self.model.notes.get(id.0 as usize)
    }

    /// Whether the protobuf message `message` has rules, or what it holds.
    #[cfg(feature = "protobuf")]
    pub fn is_checked(&self, message: &str) -> bool {
        self.model.protobuf.as_ref().is_some_and(|protobuf| protobuf.rules.checks.contains_key(message))
    }

    /// Without protobuf, nothing is.
    #[cfg(not(feature = "protobuf"))]
    pub fn is_checked(&self, _: &str) -> bool {
        false
    }

    /// Derives in the order given, those that the user adds before serde's.
    pub fn derives(&self, own: &[&str], serde: &[&str]) -> String {
        let mut all: Vec<&str> = own.to_vec();
        for derive in self.model.options.derives.iter().map(String::as_str) {
            if !all.contains(&derive) {
                all.push(derive);
            }
        }
        all.extend(serde);
        all.join(", ")
    }
}
