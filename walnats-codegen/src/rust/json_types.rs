//! Sets of JSON types.

use serde_json::Value;
use walnats_schema::{Decimal, JsonType};

/// A set of JSON types; numbers with and without a fraction count apart, as `integer` is a part of `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JsonTypes(u8);

impl JsonTypes {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    pub const FRACTION: Self = Self(8);
    pub const NUMBER: Self = Self(4 | 8);
    pub const STRING: Self = Self(16);
    pub const ARRAY: Self = Self(32);
    pub const OBJECT: Self = Self(64);
    pub const ALL: Self = Self(127);

    /// The sets that a Rust type of its own can stand for, in the order in which variants are written.
    pub const EACH: [Self; 6] = [Self::NULL, Self::BOOLEAN, Self::NUMBER, Self::STRING, Self::ARRAY, Self::OBJECT];

    /// What `type` names.
    pub fn of_types(types: &[JsonType]) -> Self {
        types.iter().fold(Self::NONE, |all, json_type| {
            all.or(match json_type {
                JsonType::Null => Self::NULL,
                JsonType::Boolean => Self::BOOLEAN,
                JsonType::Integer => Self::INTEGER,
                JsonType::Number => Self::NUMBER,
                JsonType::String => Self::STRING,
                JsonType::Array => Self::ARRAY,
                JsonType::Object => Self::OBJECT,
            })
        })
    }

    /// As `type` names them.
    pub fn names(self) -> Vec<JsonType> {
        const NAMES: [(JsonTypes, JsonType); 7] = [
            (JsonTypes::NULL, JsonType::Null),
            (JsonTypes::BOOLEAN, JsonType::Boolean),
            (JsonTypes::NUMBER, JsonType::Number),
            (JsonTypes::INTEGER, JsonType::Integer),
            (JsonTypes::STRING, JsonType::String),
            (JsonTypes::ARRAY, JsonType::Array),
            (JsonTypes::OBJECT, JsonType::Object),
        ];
        let (mut left, mut names) = (self, Vec::new());
        for (types, name) in NAMES {
            // Numbers include integers.
            if left.has(types) {
                left = left.without(types);
                names.push(name);
            }
        }
        names
    }

    /// The types of these values.
    pub fn of_values(values: &[Value]) -> Self {
        values.iter().fold(Self::NONE, |all, value| all.or(Self::of_value(value)))
    }

    /// The type of a value.
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if !Decimal::from(number).is_integer() => Self::FRACTION,
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Stands for the set in a path, where a schema allows more than it.
    pub fn segment(self) -> &'static str {
        match self {
            Self::STRING => "#string",
            Self::ARRAY => "#array",
            Self::OBJECT => "#object",
            _ => "#value",
        }
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
