//! Protobuf payloads: binary, and protobuf's JSON mapping.

mod mapping;

use prost_reflect::prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor,
    ReflectMessage, Value,
};
use serde_json::Deserializer;
use walnats_codegen::model::UnknownMembers;

use super::invalid::Invalid;
use crate::outcome::Failure;

/// The messages of a package.
pub struct Messages(DescriptorPool);

/// A message.
pub struct Message(MessageDescriptor);

impl Messages {
    /// The messages of an encoded `google.protobuf.FileDescriptorSet`.
    pub fn new(set: &[u8]) -> Result<Self, Failure> {
        let pool = DescriptorPool::decode(set).map_err(|error| format!("cannot read the protobuf schemas: {error}"))?;
        Ok(Self(pool))
    }

    /// The message of this full name.
    pub fn get(&self, name: &str) -> Option<Message> {
        self.0.get_message_by_name(name).map(Message)
    }
}

impl Message {
    /// Reads protobuf's JSON mapping. Errors say where, and quote nothing.
    pub fn parse(&self, text: &[u8], unknown_members: UnknownMembers) -> Result<DynamicMessage, Invalid> {
        let name = self.0.full_name();
        let wrong = |error: serde_json::Error| {
            let text = error.to_string();
            // The text of other errors can quote the payload.
            let what = match text.strip_prefix("unrecognized field name ") {
                Some(field) => format!(
                    "field {} is not one of message `{name}`",
                    field.split(" at line ").next().unwrap_or_default()
                ),
                None => format!("it is not message `{name}` in protobuf's JSON mapping"),
            };
            Invalid(vec![format!("{what}: see line {}, column {}", error.line(), error.column())])
        };
        let mut reader = Deserializer::from_slice(text);
        let options = DeserializeOptions::new().deny_unknown_fields(unknown_members == UnknownMembers::Strict);
        let message = DynamicMessage::deserialize_with_options(self.0.clone(), &mut reader, &options).map_err(wrong)?;
        reader.end().map_err(wrong)?;
        Ok(message)
    }

    /// The payload in protobuf's JSON mapping, compact, and the message.
    pub fn read(&self, payload: &[u8]) -> Result<(String, DynamicMessage), Invalid> {
        let name = self.0.full_name();
        let wrong = |what: &str| Invalid(vec![format!("{what} message `{name}`")]);
        let message = DynamicMessage::decode(self.0.clone(), payload).map_err(|_| wrong("it is not an encoding of"))?;
        Ok((self.json(&message)?, message))
    }

    /// The message in protobuf's JSON mapping, compact, with maps sorted by key.
    pub fn json(&self, message: &DynamicMessage) -> Result<String, Invalid> {
        let name = self.0.full_name();
        let wrong = |what: &str| Invalid(vec![format!("{what} message `{name}`")]);
        mapping::json(message).map_err(|_| wrong("protobuf's JSON mapping cannot express this"))
    }
}

/// The binary encoding, with maps sorted by key, as generated code writes them.
pub fn encode(message: &DynamicMessage) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (field, value) in message.fields() {
        match value {
            Value::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
                for (key, value) in entries {
                    let entry = Value::Map([(key.clone(), value.clone())].into());
                    bytes.extend(alone(message, &field, entry));
                }
            }
            Value::Message(inner) if !field.is_group() => push_message(&mut bytes, &field, inner),
            Value::List(items) if matches!(field.kind(), Kind::Message(_)) && !field.is_group() => {
                for inner in items.iter().filter_map(Value::as_message) {
                    push_message(&mut bytes, &field, inner);
                }
            }
            value => bytes.extend(alone(message, &field, value.clone())),
        }
    }
    bytes
}

/// The encoding of a message with this field only.
fn alone(message: &DynamicMessage, field: &FieldDescriptor, value: Value) -> Vec<u8> {
    let mut single = DynamicMessage::new(message.descriptor());
    single.set_field(field, value);
    single.encode_to_vec()
}

/// Adds a field that is a message: tag, length, and the message.
fn push_message(bytes: &mut Vec<u8>, field: &FieldDescriptor, inner: &DynamicMessage) {
    let inner = encode(inner);
    push_varint(bytes, u64::from(field.number()) << 3 | 2);
    push_varint(bytes, inner.len() as u64);
    bytes.extend(inner);
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Sorts keys; those of one map have one type.
fn order(key: &MapKey) -> (i128, &str) {
    match key {
        MapKey::Bool(value) => (i128::from(*value), ""),
        MapKey::I32(value) => (i128::from(*value), ""),
        MapKey::I64(value) => (i128::from(*value), ""),
        MapKey::U32(value) => (i128::from(*value), ""),
        MapKey::U64(value) => (i128::from(*value), ""),
        MapKey::String(value) => (0, value),
    }
}
