//! Types and values of protobuf, as expressions see them.

use std::collections::BTreeMap;

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value,
};
use walnats_cel::library::{Duration, Timestamp};
use walnats_cel::{Declarations, Type, Value as Known};

use super::plain;
use crate::model::ProtobufScalar;

/// What the schema declares, for expressions.
pub struct Schema<'p>(pub &'p DescriptorPool);

impl Declarations for Schema<'_> {
    fn field(&self, message: &str, field: &str) -> Option<Type> {
        let message = self.0.get_message_by_name(message)?;
        message.get_field_by_name(field).filter(is_visible).map(|field| field_type(&field))
    }

    fn fields(&self, message: &str) -> Vec<String> {
        let message = self.0.get_message_by_name(message);
        let fields = message.iter().flat_map(MessageDescriptor::fields).filter(is_visible);
        fields.map(|field| field.name().to_owned()).collect()
    }

    fn number(&self, name: &str) -> Option<i64> {
        let (enumeration, value) = name.rsplit_once('.')?;
        let value = self.0.get_enum_by_name(enumeration)?.get_value_by_name(value)?;
        Some(value.number().into())
    }
}

/// What a `google.protobuf.Value` holds has no type that is known here.
fn is_visible(field: &FieldDescriptor) -> bool {
    field.containing_oneof().is_none() || field.parent_message().package_name() != plain::GOOGLE
}

/// The type of a field, as a whole.
pub fn field_type(field: &FieldDescriptor) -> Type {
    let kind = field.kind();
    if let (true, Kind::Message(entry)) = (field.is_map(), &kind) {
        let part = |name: &str| entry.get_field_by_name(name).map_or(Type::Dyn, |part| value_type(&part.kind()));
        return Type::Map(Box::new(part("key")), Box::new(part("value")));
    }
    if field.is_list() {
        return Type::List(Box::new(value_type(&kind)));
    }
    match wrapped(&kind) {
        Some(inner) => Type::Wrapper(Box::new(value_type(&inner))),
        None => value_type(&kind),
    }
}

/// The type of one value. A wrapper stands for what it holds.
pub fn value_type(kind: &Kind) -> Type {
    match kind {
        Kind::Double | Kind::Float => Type::Double,
        Kind::Int32 | Kind::Int64 | Kind::Sint32 | Kind::Sint64 | Kind::Sfixed32 | Kind::Sfixed64 | Kind::Enum(_) => {
            Type::Int
        }
        Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Type::Uint,
        Kind::Bool => Type::Bool,
        Kind::String => Type::String,
        Kind::Bytes => Type::Bytes,
        Kind::Message(message) => match (message.full_name(), wrapped(kind)) {
            ("google.protobuf.Duration", _) => Type::Duration,
            ("google.protobuf.Timestamp", _) => Type::Timestamp,
            (_, Some(inner)) => value_type(&inner),
            (name, None) => Type::Message(name.to_owned()),
        },
    }
}

/// What one of Google's wrappers holds.
pub fn wrapped(kind: &Kind) -> Option<Kind> {
    let message = kind.as_message()?;
    ProtobufScalar::of_wrapper(message.full_name())?;
    message.get_field(1).map(|field| field.kind())
}

/// The value of a field in an option; `None` for maps, which no rule has, and for times that are none.
pub fn field_value(value: &Value, field: &FieldDescriptor) -> Option<Known> {
    known(value, &field.kind())
}

/// A value in an option, a list too.
pub fn known(value: &Value, kind: &Kind) -> Option<Known> {
    match value {
        Value::List(items) => {
            let items: Option<Vec<Known>> = items.iter().map(|item| constant(item, kind)).collect();
            Some(Known::List(items?, value_type(kind)))
        }
        value => constant(value, kind),
    }
}

/// The longest `google.protobuf.Duration`, in seconds: 10,000 years.
const MAX_DURATION: u64 = 315_576_000_000;

/// The seconds of a `google.protobuf.Timestamp`: those of the years 1 to 9999.
const TIMESTAMPS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A single value in an option.
pub fn constant(value: &Value, kind: &Kind) -> Option<Known> {
    Some(match value {
        Value::Bool(value) => Known::Bool(*value),
        Value::I32(value) | Value::EnumNumber(value) => Known::Int((*value).into()),
        Value::I64(value) => Known::Int(*value),
        Value::U32(value) => Known::Uint((*value).into()),
        Value::U64(value) => Known::Uint(*value),
        Value::F32(value) => Known::Double((*value).into()),
        Value::F64(value) => Known::Double(*value),
        Value::String(value) => Known::String(value.clone()),
        Value::Bytes(value) => Known::Bytes(value.to_vec()),
        Value::Message(message) => match value_type(kind) {
            Type::Duration => {
                let (seconds, nanos) = parts(message);
                let is_one = seconds.unsigned_abs() <= MAX_DURATION && nanos.unsigned_abs() < 1_000_000_000;
                let is_mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
                Known::Duration(Some(Duration::new(seconds, nanos)).filter(|_| is_one && !is_mixed)?)
            }
            Type::Timestamp => {
                let (seconds, nanos) = parts(message);
                let is_one = TIMESTAMPS.contains(&seconds) && (0..1_000_000_000).contains(&nanos);
                Known::Timestamp(Some(Timestamp::new(seconds, nanos)).filter(|_| is_one)?)
            }
            _ => match wrapped(kind) {
                // What is not set is the default.
                Some(inner) => constant(&*message.get_field_by_number(1)?, &inner)?,
                None => message_value(message),
            },
        },
        Value::List(_) | Value::Map(_) => return None,
    })
}

/// A message in an option.
pub fn message_value(message: &DynamicMessage) -> Known {
    let fields = message.fields().filter_map(|(field, value)| {
        let value = known(value, &field.kind())?;
        Some((field.name().to_owned(), value))
    });
    Known::Message(message.descriptor().full_name().to_owned(), fields.collect::<BTreeMap<_, _>>())
}

fn parts(message: &DynamicMessage) -> (i64, i32) {
    let part = |name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
    (part("seconds").and_then(|value| value.as_i64()).unwrap_or(0), part("nanos").and_then(|v| v.as_i32()).unwrap_or(0))
}
