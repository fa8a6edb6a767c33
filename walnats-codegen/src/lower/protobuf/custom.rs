//! Options of messages that others declare, by name: `(google.events.cloud_event_type)`, `(acme.event).name`.

use prost_reflect::{ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value};

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
    let fields = match path(&extension, fields) {
        Ok(fields) => fields,
        Err(no_field) => return no_field,
    };
    let options = message.options();
    if !options.has_extension(&extension) {
        return MessageOption::Absent;
    }
    let (mut value, mut kind) = (options.get_extension(&extension).into_owned(), extension.kind());
    for field in fields {
        let Some(outer) = value.as_message() else { return MessageOption::NotText };
        if !outer.has_field(&field) && !has_default(&field) {
            return MessageOption::Absent;
        }
        let inner = outer.get_field(&field).into_owned();
        (value, kind) = (inner, field.kind());
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

/// The fields that the names in `.name.of.field` lead to, one inside the other.
fn path(extension: &ExtensionDescriptor, names: &str) -> Result<Vec<FieldDescriptor>, MessageOption> {
    let mut kind = extension.kind();
    let mut path = format!("({})", extension.full_name());
    let mut found = Vec::new();
    for name in names.split('.').filter(|name| !name.is_empty()) {
        let message = kind.as_message();
        let Some(field) = message.and_then(|message| message.get_field_by_name(name)) else {
            return Err(MessageOption::NoField {
                of: message.map_or(path, |message| message.full_name().to_owned()),
                field: name.to_owned(),
                known: message.iter().flat_map(|message| message.fields()).map(|f| f.name().to_owned()).collect(),
            });
        };
        path = format!("{path}.{name}");
        kind = field.kind();
        found.push(field);
    }
    Ok(found)
}

/// Whether a field has a value where the option does not set it: one that the file gives, or, without presence, the zero of its
/// type. An empty text says nothing.
fn has_default(field: &FieldDescriptor) -> bool {
    let is_single = !field.is_list() && !field.is_map();
    let is_given = field.field_descriptor_proto().default_value.is_some();
    let is_zero = !field.supports_presence() && !matches!(field.kind(), Kind::String | Kind::Bytes);
    is_single && (is_given || is_zero)
}
