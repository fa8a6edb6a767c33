//! The protobuf messages that events are or hold, as plain data.

#[cfg(feature = "protobuf")]
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Place;
#[cfg(feature = "protobuf")]
pub use rules::{
    FieldChecks, FieldGroup, MessageChecks, NestedChecks, ProtobufMember, ProtobufRule, ProtobufRules, TypeUrls,
    ValueChecks,
};

/// The protobuf messages of a package that events reach: their messages, the types of fields, and the messages that those
/// are declared in.
#[derive(Clone, Debug, Default)]
pub struct ProtobufModel {
    /// The files that get Rust code, imports first; without Google's well-known types.
    pub files: Vec<ProtobufFile>,
    /// The same files and Google's as an encoded `google.protobuf.FileDescriptorSet`, with comments. This is for
    /// prost-build alone, which takes nothing else; all that walnats asks of messages is in `files`.
    pub descriptors: Vec<u8>,
    /// Types that other crates have, by full name of the message or enumeration with a leading dot: those that messages in
    /// `files` hold. In `descriptors` such a message is a stand-in without its fields.
    pub externs: BTreeMap<String, ProtobufExtern>,
    /// The files that `files` are made of, and what they import, as they were read, by the names that
    /// imports say. They are for tests that make events up.
    pub sources: BTreeMap<String, Vec<u8>>,
    /// Where names are written, by full name of the message, enumeration, field (`shop.v1.Order.id`), oneof or value
    /// (`shop.v1.Status.PAID`). What comes from descriptor sets has none.
    pub places: BTreeMap<String, Place>,
    /// What is checked of messages.
    #[cfg(feature = "protobuf")]
    pub rules: ProtobufRules,
}

/// How the messages of an event are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtobufEncoding {
    /// In protobuf's binary encoding: `application/protobuf`.
    #[default]
    Binary,
    /// In protobuf's JSON mapping: `application/json`. Readers take both.
    Json(UnknownMembers),
}

/// What readers of JSON do with members that the message does not have, and with names that its enumerations do not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownMembers {
    /// They refuse them.
    #[default]
    Strict,
    /// They ignore them.
    Tolerant,
}

/// A message or enumeration whose type another crate has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtobufExtern {
    /// What `walnats.toml` says: the path of a type, or of the module of a package.
    pub path: String,
    /// Where `walnats.toml` names the message that it is declared in, that message's name.
    pub declared_in: Option<String>,
    /// What follows the name in `walnats.toml`; empty where that is the type itself.
    pub inner: Vec<String>,
}

/// A `.proto` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtobufFile {
    /// As imports name it: `shop/v1/order.proto`.
    pub name: String,
    /// `shop.v1`, or `""`.
    pub package: String,
    /// In the order of the file.
    pub messages: Vec<ProtobufMessage>,
    /// In the order of the file.
    pub enums: Vec<ProtobufEnum>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtobufMessage {
    /// Without the scope that it is declared in.
    pub name: String,
    /// Whether it is what a map is on the wire, and no type of its own.
    pub is_map_entry: bool,
    /// Those outside of oneofs.
    pub fields: Vec<ProtobufField>,
    /// Those that somebody wrote.
    pub oneofs: Vec<ProtobufOneof>,
    /// The messages that are declared in it, entries of its maps too.
    pub messages: Vec<ProtobufMessage>,
    /// The enumerations that are declared in it.
    pub enums: Vec<ProtobufEnum>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtobufField {
    /// As the file writes it.
    pub name: String,
    /// The name in JSON: `orderId` for `order_id`, unless the file gives another.
    pub json_name: String,
    /// The number on the wire; of 29 bits.
    pub number: u32,
    /// How many values it has.
    pub cardinality: ProtobufCardinality,
    /// What its values are; of a map, those that the keys lead to.
    pub kind: ProtobufKind,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtobufCardinality {
    /// One, always: where the wire says nothing, the default.
    One,
    /// One, and the wire has to say it.
    Required,
    /// One or none.
    Optional,
    /// Many, in order.
    List,
    /// Many, by keys of this kind: integers, booleans or strings.
    Map(ProtobufScalar),
}

/// What the values of a field are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtobufKind {
    /// Numbers, booleans, texts and bytes.
    Scalar(ProtobufScalar),
    /// Of an enumeration, by its full name: `shop.v1.Currency`.
    Enum(String),
    /// Messages, by full name: `shop.v1.Order`.
    Message(String),
}

/// A type that is neither an enumeration nor a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtobufScalar {
    /// `double`.
    Double,
    /// `float`.
    Float,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint32`.
    Uint32,
    /// `uint64`.
    Uint64,
    /// `sint32`.
    Sint32,
    /// `sint64`.
    Sint64,
    /// `fixed32`.
    Fixed32,
    /// `fixed64`.
    Fixed64,
    /// `sfixed32`.
    Sfixed32,
    /// `sfixed64`.
    Sfixed64,
    /// `bool`.
    Bool,
    /// `string`.
    String,
    /// `bytes`.
    Bytes,
}

impl ProtobufScalar {
    /// What a wrapper of Google's holds, by the full name of the message: `google.protobuf.Int64Value`. In JSON and in
    /// expressions, it is nothing else.
    pub fn of_wrapper(full_name: &str) -> Option<Self> {
        Some(match full_name.strip_prefix("google.protobuf.")? {
            "DoubleValue" => Self::Double,
            "FloatValue" => Self::Float,
            "Int64Value" => Self::Int64,
            "UInt64Value" => Self::Uint64,
            "Int32Value" => Self::Int32,
            "UInt32Value" => Self::Uint32,
            "BoolValue" => Self::Bool,
            "StringValue" => Self::String,
            "BytesValue" => Self::Bytes,
            _ => return None,
        })
    }
}

/// A oneof: at most one of its fields is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtobufOneof {
    /// As the file writes it.
    pub name: String,
    /// At least one; each of them [`ProtobufCardinality::Optional`].
    pub fields: Vec<ProtobufField>,
}

/// An enumeration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtobufEnum {
    /// Without the scope that it is declared in.
    pub name: String,
    /// In the order of the file; several may share a number, and then the first names it.
    pub values: Vec<ProtobufValue>,
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtobufValue {
    /// As the file writes it.
    pub name: String,
    /// On the wire.
    pub number: i32,
}

impl ProtobufEnum {
    /// The names of the numbers: of several with the same, the first.
    pub fn names(&self) -> impl Iterator<Item = &ProtobufValue> {
        let mut numbers = BTreeSet::new();
        self.values.iter().filter(move |value| numbers.insert(value.number))
    }
}

impl ProtobufModel {
    /// The full name of the enumeration that `names`, fields by their names in the schema, lead to from a message.
    pub fn enum_at(&self, message: &str, names: &[String]) -> Option<&str> {
        let (name, rest) = names.split_first()?;
        let fields = &self.message(message)?.fields;
        match &fields.iter().find(|field| field.name == *name)?.kind {
            ProtobufKind::Message(inner) => self.enum_at(inner, rest),
            ProtobufKind::Enum(found) if rest.is_empty() => Some(found),
            _ => None,
        }
    }

    /// The message of this full name, if it is one of [`ProtobufModel::files`].
    pub fn message(&self, full_name: &str) -> Option<&ProtobufMessage> {
        self.files.iter().find_map(|file| {
            let name = match file.package.as_str() {
                "" => full_name,
                package => full_name.strip_prefix(package)?.strip_prefix('.')?,
            };
            let mut parts = name.split('.');
            let first = parts.next()?;
            let outermost = file.messages.iter().find(|message| message.name == first)?;
            parts.try_fold(outermost, |message, part| message.messages.iter().find(|inner| inner.name == part))
        })
    }
}

impl ProtobufFile {
    /// The full name of what is declared as `name` in `scope`, a package or message: `shop.v1.Order`.
    pub fn full_name(scope: &str, name: &str) -> String {
        if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
    }
}
