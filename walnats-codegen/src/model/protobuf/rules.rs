//! The rules of `buf.validate` as plain data: what is checked of which message.

use std::collections::BTreeMap;

use walnats_cel::{Expr, Value};

use super::{ProtobufCardinality, ProtobufKind};

/// What is checked of messages.
#[derive(Clone, Debug, Default)]
pub struct ProtobufRules {
    /// By full name: the messages of which anything is checked, themselves or what they hold.
    pub checks: BTreeMap<String, MessageChecks>,
    /// By full name: the fields of the messages that checks look into, Google's among them.
    pub members: BTreeMap<String, Vec<ProtobufMember>>,
}

impl ProtobufRules {
    /// Whether messages of this full name know of this field, by its name, whether it is set; `None` if they are not in
    /// [`ProtobufRules::members`]. Descriptors do not say it of every field of an edition.
    pub fn has_presence(&self, message: &str, field: &str) -> Option<bool> {
        let member = self.members.get(message)?.iter().find(|member| member.name == field)?;
        Some(matches!(member.cardinality, ProtobufCardinality::Optional | ProtobufCardinality::Required))
    }
}

/// What is checked of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageChecks {
    /// Expressions over the whole message.
    pub rules: Vec<ProtobufRule>,
    /// `(buf.validate.message).oneof`
    pub groups: Vec<FieldGroup>,
    /// Of fields, in the order of the file.
    pub fields: Vec<FieldChecks>,
    /// The oneofs of which one field has to be set.
    pub required_oneofs: Vec<String>,
}

/// Fields of which at most one is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldGroup {
    /// Their names.
    pub fields: Vec<String>,
    /// Whether one has to be set.
    pub is_required: bool,
}

/// What is checked of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChecks {
    /// The name.
    pub name: String,
    /// Whether it has to be set.
    pub is_required: bool,
    /// Whether only a value that differs from zero is checked. One that is not set never is, if that can be seen.
    pub skips_zero: bool,
    /// What is checked of the value.
    pub value: ValueChecks,
}

/// What is checked of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueChecks {
    /// Expressions, in which the value is `this`.
    pub rules: Vec<ProtobufRule>,
    /// The numbers that an enumeration has; `None` if any number will do.
    pub numbers: Option<(Vec<i32>, String)>,
    /// Lists of type URLs of a `google.protobuf.Any`.
    pub type_urls: Vec<TypeUrls>,
    /// The message whose own checks apply: its full name.
    pub message: Option<String>,
    /// Of each item of a list.
    pub items: Option<Box<NestedChecks>>,
    /// Of each key of a map.
    pub keys: Option<Box<NestedChecks>>,
    /// Of each value of a map.
    pub values: Option<Box<NestedChecks>>,
}

impl ValueChecks {
    /// Whether nothing is checked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is checked of the items of a list, or the keys or values of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedChecks {
    /// Whether zero is not checked.
    pub skips_zero: bool,
    /// What is checked.
    pub value: ValueChecks,
}

/// The type URLs that are allowed, or those that are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeUrls {
    /// The URLs.
    pub urls: Vec<String>,
    /// Whether they are allowed.
    pub are_allowed: bool,
    /// Where the rule is: `any.in`.
    pub path: String,
}

/// A rule that an expression decides.
#[derive(Clone, Debug, PartialEq)]
pub struct ProtobufRule {
    /// `string.min_len`
    pub id: String,
    /// Where the rule is in the options: `repeated.items.string.min_len`, `cel[0]`.
    pub path: String,
    /// What to say where the expression is false; one that is text says it itself.
    pub message: String,
    /// A boolean, or a text that is empty where all is well.
    pub expr: Expr,
}

/// A field, as expressions and checks get at it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProtobufMember {
    /// As the file writes it.
    pub name: String,
    /// How many values it has.
    pub cardinality: ProtobufCardinality,
    /// What its values are; of a map, those that the keys lead to.
    pub kind: ProtobufKind,
    /// The oneof that it is in, if somebody wrote one.
    pub oneof: Option<String>,
    /// What it has where it is not set, if the file says so.
    pub default: Option<Value>,
}
