//! Values that are known when an expression is compiled.

use std::collections::BTreeMap;

use crate::Type;
use crate::library::{Duration, Show, Timestamp};

/// A value that is known.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Duration(Duration),
    Timestamp(Timestamp),
    /// The items have one type.
    List(Vec<Value>, Type),
    /// A message: its full name and the fields that are set.
    Message(String, BTreeMap<String, Value>),
}

impl Value {
    /// The type of the value.
    pub fn ty(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Uint(_) => Type::Uint,
            Self::Double(_) => Type::Double,
            Self::String(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::Duration(_) => Type::Duration,
            Self::Timestamp(_) => Type::Timestamp,
            Self::List(_, item) => Type::List(Box::new(item.clone())),
            Self::Message(name, _) => Type::Message(name.clone()),
        }
    }

    /// What a field of this type has where it is not set; `None` for those that have no value then.
    pub fn default_of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Bool => Self::Bool(false),
            Type::Int => Self::Int(0),
            Type::Uint => Self::Uint(0),
            Type::Double => Self::Double(0.0),
            Type::String => Self::String(String::new()),
            Type::Bytes => Self::Bytes(Vec::new()),
            Type::Duration => Self::Duration(Duration::default()),
            Type::Timestamp => Self::Timestamp(Timestamp::default()),
            Type::List(item) => Self::List(Vec::new(), (**item).clone()),
            Type::Message(name) => Self::Message(name.clone(), BTreeMap::new()),
            Type::Null | Type::Wrapper(_) => Self::Null,
            Type::Dyn | Type::Map(..) => return None,
        })
    }

    /// The order of the two; `None` for values that have none.
    pub fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => Some(one.cmp(other)),
            (Self::Int(one), Self::Int(other)) => Some(one.cmp(other)),
            (Self::Uint(one), Self::Uint(other)) => Some(one.cmp(other)),
            (Self::Double(one), Self::Double(other)) => one.partial_cmp(other),
            (Self::String(one), Self::String(other)) => Some(one.cmp(other)),
            (Self::Bytes(one), Self::Bytes(other)) => Some(one.cmp(other)),
            (Self::Duration(one), Self::Duration(other)) => Some(one.cmp(other)),
            (Self::Timestamp(one), Self::Timestamp(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl Show for Value {
    fn show(&self, into: &mut String) {
        match self {
            Self::Null | Self::Message(..) => into.push_str("null"),
            Self::Bool(value) => value.show(into),
            Self::Int(value) => value.show(into),
            Self::Uint(value) => value.show(into),
            Self::Double(value) => value.show(into),
            Self::String(value) => value.as_str().show(into),
            Self::Bytes(value) => value.as_slice().show(into),
            Self::Duration(value) => value.show(into),
            Self::Timestamp(value) => value.show(into),
            Self::List(items, _) => items.as_slice().show(into),
        }
    }
}
