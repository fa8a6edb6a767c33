//! The rules: rows of a table, each with the check that finds what it is about.

use super::member::Member;
use super::pair::{Found, Pair, Sides};
use super::{
    cardinality, default, deleted, enumeration, event, field, field_type, file, message, package, range, service,
    string,
};

use prost_reflect::{EnumDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor};

/// A kind of change.
#[derive(Debug)]
pub struct Rule {
    /// The id; buf's, where buf has the rule.
    pub id: &'static str,
    /// Whom the change hurts.
    pub categories: &'static [Category],
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// How to change the schema instead.
    pub cure: &'static str,
    /// Whether findings without a witness are thrown away.
    pub needs_witness: bool,
    pub(super) check: Check,
}

/// Whom a change hurts. The first four are buf's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Category {
    /// Readers and writers of the binary encoding.
    Wire,
    /// Readers and writers of the binary or the JSON encoding.
    WireJson,
    /// Code that is generated for each file.
    File,
    /// Code that is generated for each package.
    Package,
    /// Readers of events: what none of buf's rules sees.
    Event,
}

impl Category {
    /// As in a configuration of buf: `WIRE_JSON`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wire => "WIRE",
            Self::WireJson => "WIRE_JSON",
            Self::File => "FILE",
            Self::Package => "PACKAGE",
            Self::Event => "EVENT",
        }
    }
}

/// What a rule looks at.
pub(super) enum Check {
    /// The packages as a whole.
    All(fn(&Sides<'_>) -> Vec<Found>),
    /// Files of the same name.
    File(fn(&Pair<'_, FileDescriptor>) -> Vec<Found>),
    /// The option of files with this name.
    FileOption(&'static str),
    /// Messages of the same full name.
    Message(fn(&Pair<'_, MessageDescriptor>) -> Vec<Found>),
    /// Fields of the same number in messages of the same full name; extensions of the same number of the same message.
    Field(fn(&Pair<'_, Member>) -> Option<Found>),
    /// Enums of the same full name.
    Enum(fn(&Pair<'_, EnumDescriptor>) -> Vec<Found>),
    /// Services of the same full name.
    Service(fn(&Pair<'_, ServiceDescriptor>) -> Vec<Found>),
    /// Methods of the same name in services of the same full name.
    Method(fn(&Pair<'_, MethodDescriptor>) -> Option<Found>),
}

impl std::fmt::Debug for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::All(_) => "All",
            Self::File(_) => "File",
            Self::FileOption(_) => "FileOption",
            Self::Message(_) => "Message",
            Self::Field(_) => "Field",
            Self::Enum(_) => "Enum",
            Self::Service(_) => "Service",
            Self::Method(_) => "Method",
        })
    }
}

impl Rule {
    /// A rule of buf.
    pub(super) const fn new(id: &'static str, categories: &'static [Category], check: Check) -> Self {
        Self { id, categories, title: "", cure: "", needs_witness: false, check }
    }

    pub(super) const fn says(mut self, title: &'static str, cure: &'static str) -> Self {
        self.title = title;
        self.cure = cure;
        self
    }

    pub(super) const fn with_witness(mut self) -> Self {
        self.needs_witness = true;
        self
    }

    /// Whether the rule belongs to `category`.
    pub fn is_in(&self, category: Category) -> bool {
        self.categories.contains(&category)
    }
}

pub(super) const CODE: &[Category] = &[Category::File, Category::Package];
pub(super) const JSON: &[Category] = &[Category::File, Category::Package, Category::WireJson];
pub(super) const ALL: &[Category] = &[Category::File, Category::Package, Category::WireJson, Category::Wire];
pub(super) const EVENT: &[Category] = &[Category::Event];

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        deleted::RULES,
        package::RULES,
        file::RULES,
        message::RULES,
        range::RULES,
        field::RULES,
        field_type::RULES,
        cardinality::RULES,
        default::RULES,
        string::RULES,
        enumeration::RULES,
        service::RULES,
        event::RULES,
    ]
    .into_iter()
    .flatten()
}
