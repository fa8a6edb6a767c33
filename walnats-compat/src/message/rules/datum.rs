//! Messages as expressions see them.

use std::borrow::Cow;
use std::rc::Rc;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};
use walnats_cel::Value as Known;
use walnats_cel::eval::{Datum, Message};
use walnats_cel::library::{Duration, Timestamp};
use walnats_codegen::model::ProtobufScalar;

/// A message.
#[derive(Clone, Debug)]
pub enum Held<'m> {
    /// One that is there.
    Borrowed(&'m DynamicMessage),
    /// One that is not: the default of its type.
    Owned(Rc<DynamicMessage>),
}

impl Held<'_> {
    fn message(&self) -> &DynamicMessage {
        match self {
            Self::Borrowed(message) => message,
            Self::Owned(message) => message,
        }
    }
}

impl<'m> Held<'m> {
    fn of_field(&self, field: &FieldDescriptor) -> Datum<Self> {
        let value = match self {
            Self::Borrowed(message) => message.get_field(field),
            Self::Owned(message) => Cow::Owned(message.get_field(field).into_owned()),
        };
        let is_null = match field.kind() {
            Kind::Message(kind) => {
                is_wrapper(kind.full_name()) && field.supports_presence() && !self.message().has_field(field)
            }
            _ => false,
        };
        if is_null { Datum::Value(Known::Null) } else { of(value) }
    }
}

impl Message for Held<'_> {
    fn field(&self, name: &str) -> Datum<Self> {
        let field = self.message().descriptor().get_field_by_name(name);
        field.map_or(Datum::Value(Known::Null), |field| self.of_field(&field))
    }

    fn has(&self, name: &str) -> bool {
        let message = self.message();
        let field = message.descriptor().get_field_by_name(name);
        field.is_some_and(|field| field.is_required() || message.has_field(&field))
    }

    fn set_fields(&self) -> Vec<(String, Datum<Self>)> {
        let message = self.message();
        let fields = message.descriptor();
        let set = fields.fields().filter(|field| message.has_field(field));
        set.map(|field| (field.name().to_owned(), self.of_field(&field))).collect()
    }
}

/// A value of a field, an item or an entry.
pub fn datum(value: &Value) -> Datum<Held<'_>> {
    of(Cow::Borrowed(value))
}

fn of(value: Cow<'_, Value>) -> Datum<Held<'_>> {
    let known = match &*value {
        Value::Bool(value) => Known::Bool(*value),
        Value::I32(value) | Value::EnumNumber(value) => Known::Int((*value).into()),
        Value::I64(value) => Known::Int(*value),
        Value::U32(value) => Known::Uint((*value).into()),
        Value::U64(value) => Known::Uint(*value),
        Value::F32(value) => Known::Double((*value).into()),
        Value::F64(value) => Known::Double(*value),
        Value::String(text) => Known::String(text.clone()),
        Value::Bytes(bytes) => Known::Bytes(bytes.to_vec()),
        Value::Message(_) | Value::List(_) | Value::Map(_) => return of_many(value),
    };
    Datum::Value(known)
}

fn of_many(value: Cow<'_, Value>) -> Datum<Held<'_>> {
    match value {
        Cow::Borrowed(Value::Message(message)) => special(message).unwrap_or(Datum::Message(Held::Borrowed(message))),
        Cow::Owned(Value::Message(message)) => match special(&message) {
            Some(Datum::Value(known)) => Datum::Value(known),
            _ => Datum::Message(Held::Owned(Rc::new(message))),
        },
        Cow::Borrowed(Value::List(items)) => Datum::list(items.iter().map(datum).collect()),
        Cow::Owned(Value::List(items)) => Datum::list(items.into_iter().map(|item| of(Cow::Owned(item))).collect()),
        Cow::Borrowed(Value::Map(entries)) => {
            Datum::map(entries.iter().map(|(entry, value)| (key(entry), datum(value))).collect())
        }
        Cow::Owned(Value::Map(entries)) => {
            Datum::map(entries.into_iter().map(|(entry, value)| (key(&entry), of(Cow::Owned(value)))).collect())
        }
        _ => Datum::Value(Known::Null),
    }
}

/// The key of an entry.
pub fn key(key: &MapKey) -> Known {
    match key {
        MapKey::Bool(key) => Known::Bool(*key),
        MapKey::I32(key) => Known::Int((*key).into()),
        MapKey::I64(key) => Known::Int(*key),
        MapKey::U32(key) => Known::Uint((*key).into()),
        MapKey::U64(key) => Known::Uint(*key),
        MapKey::String(key) => Known::String(key.clone()),
    }
}

/// Messages of Google's that expressions have types of their own for.
fn special<'m>(message: &DynamicMessage) -> Option<Datum<Held<'m>>> {
    let kind = message.descriptor();
    let name = kind.full_name().strip_prefix("google.protobuf.")?;
    let first = || message.get_field_by_number(1);
    let time = || {
        let seconds = first()?.as_i64()?;
        Some((seconds, message.get_field_by_number(2)?.as_i32()?))
    };
    Some(Datum::Value(match name {
        "Timestamp" => time().map(|(seconds, nanos)| Known::Timestamp(Timestamp::new(seconds, nanos)))?,
        "Duration" => time().map(|(seconds, nanos)| Known::Duration(Duration::new(seconds, nanos)))?,
        _ if is_wrapper(kind.full_name()) => match of(Cow::Owned(first()?.into_owned())) {
            Datum::Value(known) => known,
            _ => return None,
        },
        _ => return None,
    }))
}

/// Whether it is one of Google's wrappers: a message that is the value in it, or null.
pub fn is_wrapper(name: &str) -> bool {
    ProtobufScalar::of_wrapper(name).is_some()
}

/// Whether a value of an item, a key or an entry is zero, or empty. Messages are not, nor are times.
pub fn is_zero(value: &Value) -> bool {
    match datum(value) {
        Datum::Value(Known::Timestamp(_) | Known::Duration(_)) => false,
        Datum::Value(known) => Known::default_of(&known.ty()) == Some(known),
        _ => false,
    }
}
