//! Defaults: what a reader sees where nothing was written.

use prost_reflect::Value;

use super::Package;
use super::field::changed;
use super::member::{DEFAULT, Member};
use super::pair::{Found, Pair};
use super::rule::{ALL, Check, Rule};
use super::witness::{Encoding, Probe};

pub const RULES: &[Rule] = &[Rule::new("FIELD_SAME_DEFAULT", ALL, Check::Field(same))
    .says("a field has another default", "keep the default; events that leave the field out mean the old one")];

fn same(fields: &Pair<'_, Member>) -> Option<Found> {
    let (old, new) = (default(&fields.old)?, default(&fields.new)?);
    if old.is_same(&new) || (old.is_zero() && new.is_zero()) {
        return None;
    }
    let place = |member: &Member, side: &Package| match member.part(&[&[DEFAULT]]) {
        place if place == member.location() => place,
        place => place.with_option("default", side.sources.get(member.file().name()).map(String::as_str)),
    };
    let shown = |member: &Member| member.default_value().to_string();
    Some(
        changed(fields, format!("changed its default from `{}` to `{}`", shown(&fields.old), shown(&fields.new)))
            .at(place(&fields.old, fields.sides.old), place(&fields.new, fields.sides.new))
            .probed(Probe::member(fields, &[Encoding::Binary])),
    )
}

enum Default {
    Bytes(Vec<u8>),
    Integer(i128),
    Float(f64),
    Single(f32),
}

impl Default {
    fn is_zero(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Integer(integer) => *integer == 0,
            Self::Float(float) => *float == 0.0,
            Self::Single(float) => *float == 0.0,
        }
    }

    /// Changes of types have rules of their own, so that only values count: `1` is `1.0`.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Bytes(_), _) | (_, Self::Bytes(_)) => false,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Single(single), Self::Float(float)) | (Self::Float(float), Self::Single(single)) => {
                (single.is_nan() && float.is_nan()) || *single == *float as f32
            }
            (one, other) => {
                let (one, other) = (one.as_float(), other.as_float());
                (one.is_nan() && other.is_nan()) || one == other
            }
        }
    }

    fn as_float(&self) -> f64 {
        match self {
            Self::Bytes(_) => f64::NAN,
            Self::Integer(integer) => *integer as f64,
            Self::Float(float) => *float,
            Self::Single(float) => f64::from(*float),
        }
    }
}

/// `None` for what can have none: messages, lists, maps.
fn default(member: &Member) -> Option<Default> {
    match member.default_value() {
        Value::Bool(value) => Some(Default::Integer(value.into())),
        Value::I32(value) => Some(Default::Integer(value.into())),
        Value::I64(value) => Some(Default::Integer(value.into())),
        Value::U32(value) => Some(Default::Integer(value.into())),
        Value::U64(value) => Some(Default::Integer(value.into())),
        Value::EnumNumber(value) => Some(Default::Integer(value.into())),
        Value::F32(value) => Some(Default::Single(value)),
        Value::F64(value) => Some(Default::Float(value)),
        Value::String(value) => Some(Default::Bytes(value.into_bytes())),
        Value::Bytes(value) => Some(Default::Bytes(value.to_vec())),
        Value::Message(_) | Value::List(_) | Value::Map(_) => None,
    }
}
