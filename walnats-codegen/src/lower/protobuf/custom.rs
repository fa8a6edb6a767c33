//! Options of messages that others declare, by name: `(google.events.cloud_event_type)`, `(acme.event).name`.

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};

use crate::lower::message_option::MessageOption;

/// The message that options of messages extend.
const MESSAGE_OPTIONS: &str = "google.protobuf.MessageOptions";

/// What `option`, as `walnats.toml` writes it, says of `message`.
pub fn read(message: &MessageDescriptor, option: &str) -> MessageOption {
    let (name, fields) = option.trim_start_matches('(').split_once(')').unwrap_or_default();
    let pool = message.parent_pool();
    let mut known = pool.all_extensions().filter(|found| found.containing_message().full_name() == MESSAGE_OPTIONS);
    let Some(extension) = known.find(|found| found.full_name() == name.trim_start_matches('.')) else {
        let known = pool.all_extensions().filter(|found| found.containing_message().full_name() == MESSAGE_OPTIONS);
        return MessageOption::Unknown(known.map(|found| found.full_name().to_owned()).collect());
    };
    let options = message.options();
    if !options.has_extension(&extension) {
        return MessageOption::Absent;
    }
    let (mut value, mut kind) = (options.get_extension(&extension).into_owned(), extension.kind());
    for field in fields.split('.').filter(|field| !field.is_empty()) {
        let Some((inner, inner_kind)) = value.as_message().and_then(|value| member(value, field)) else {
            return MessageOption::Absent;
        };
        (value, kind) = (inner, inner_kind);
    }
    match (value, kind) {
        (Value::String(text), _) => MessageOption::Text(text),
        (Value::Bool(value), _) => MessageOption::Text(value.to_string()),
        (Value::I32(value), _) => MessageOption::Text(value.to_string()),
        (Value::I64(value), _) => MessageOption::Text(value.to_string()),
        (Value::U32(value), _) => MessageOption::Text(value.to_string()),
        (Value::U64(value), _) => MessageOption::Text(value.to_string()),
        (Value::EnumNumber(number), Kind::Enum(kind)) => match kind.get_value(number) {
            Some(value) => MessageOption::Text(value.name().to_owned()),
            None => MessageOption::NotText,
        },
        _ => MessageOption::NotText,
    }
}

fn member(message: &DynamicMessage, name: &str) -> Option<(Value, Kind)> {
    use prost_reflect::ReflectMessage as _;

    let field = message.descriptor().get_field_by_name(name)?;
    message.has_field(&field).then(|| (message.get_field(&field).into_owned(), field.kind()))
}
