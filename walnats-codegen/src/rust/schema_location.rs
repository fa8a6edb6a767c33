//! Where in the schema files a type belongs: its module and its name follow from that.

use walnats_schema::{SchemaId, pointer};

use crate::model::{Annotations, DocumentId};

/// A file, and the way from its root to a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaLocation {
    /// The file: [`crate::model::EventModel::source`].
    pub source: DocumentId,
    /// A JSON Pointer, split and unescaped.
    pub path: Vec<String>,
}

impl SchemaLocation {
    /// Where the schema `id` stands.
    pub fn of(notes: &[Annotations], id: SchemaId) -> Self {
        notes
            .get(id.0 as usize)
            .map_or_else(Self::default, |note| Self { source: note.document, path: note.path.clone() })
    }

    /// A location below this one.
    #[must_use]
    pub fn join(&self, segments: &[&str]) -> Self {
        let mut path = self.path.clone();
        path.extend(segments.iter().map(|segment| (*segment).to_owned()));
        Self { source: self.source, path }
    }

    /// The path as a JSON Pointer.
    pub fn pointer(&self) -> String {
        pointer::join(self.path.iter().map(String::as_str))
    }

    /// The definition that this location is in or below: `("$defs", "address")`.
    pub fn definition(&self) -> Option<&str> {
        match self.path.as_slice() {
            [keyword, key, ..] if is_definitions(keyword) => Some(key),
            _ => None,
        }
    }
}

/// Whether `keyword` holds definitions.
pub fn is_definitions(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions")
}
