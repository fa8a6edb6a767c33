//! Whether what is read is what was written.

use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};

use super::witness::Encoding;

/// How a field differs between writer and reader.
pub enum Difference {
    Misread { field: String, written: String, read: String },
    Unknown { field: String, written: String },
}

/// How two messages meet.
#[derive(Clone, Copy)]
pub struct How {
    pub encoding: Encoding,
    /// Whether the reader may ignore fields that are new to it: old readers of new events do.
    pub may_ignore: bool,
}

/// How the field `number` of the message that was written differs in the one that was read.
///
/// On the wire fields meet by number, in JSON by name.
pub fn difference(written: &DynamicMessage, read: &DynamicMessage, number: u32, how: How) -> Option<Difference> {
    let field = written.descriptor().get_field(number)?;
    let counterpart = counterpart(&field, read, how.encoding);
    let name = || field.name().to_owned();
    let Some(counterpart) = counterpart else {
        // A field that the reader has under another name is not new.
        let is_new = read.descriptor().get_field(number).is_none();
        let is_lost = written.has_field(&field) && !(how.may_ignore && is_new);
        let value = is_lost.then(|| Meaning::of(&field, &written.get_field(&field)));
        return value.map(|value| Difference::Unknown { field: name(), written: value.shown() });
    };
    let absent = !written.has_field(&field);
    if absent && (is_compound(&field) || is_compound(&counterpart)) {
        return None;
    }
    let before = Meaning::of(&field, &written.get_field(&field));
    let after = Meaning::of(&counterpart, &read.get_field(&counterpart));
    if !absent && is_another(&field, &counterpart) {
        let read = format!("`{}`: {}", counterpart.name(), after.shown());
        return Some(Difference::Misread { field: name(), written: before.shown(), read });
    }
    // What is nothing on both sides is nothing, whatever its type.
    let same = before.is_same(&after, how) || (absent && before.is_zero() && after.is_zero());
    (!same).then(|| Difference::Misread { field: name(), written: before.shown(), read: after.shown() })
}

fn counterpart(field: &FieldDescriptor, read: &DynamicMessage, encoding: Encoding) -> Option<FieldDescriptor> {
    match encoding {
        Encoding::Binary => read.descriptor().get_field(field.number()),
        Encoding::Json => {
            let descriptor = read.descriptor();
            // Readers take both names; split, because a closure cannot return what borrows the descriptor.
            let by_json_name = descriptor.get_field_by_json_name(field.json_name());
            by_json_name.or_else(|| descriptor.get_field_by_name(field.json_name()))
        }
    }
}

/// Whether what readers take for a field is another one: it has another name, and one of the two names is that of another field
/// on the other side. A field that was renamed is the same.
pub fn is_another(field: &FieldDescriptor, counterpart: &FieldDescriptor) -> bool {
    let has = |message: &MessageDescriptor, name: &str| message.get_field_by_name(name).is_some();
    field.name() != counterpart.name()
        && (has(counterpart.parent_message(), field.name()) || has(field.parent_message(), counterpart.name()))
}

fn is_compound(field: &FieldDescriptor) -> bool {
    field.is_list() || field.is_map() || field.kind().as_message().is_some()
}

/// What a value means, without what does not matter to a reader: how wide a number is, that a list of one is not a single value.
enum Meaning {
    Integer(i128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Enum(i32, EnumDescriptor),
    Message(DynamicMessage),
    List(Vec<Meaning>),
}

impl Meaning {
    fn of(field: &FieldDescriptor, value: &Value) -> Self {
        Self::of_kind(&field.kind(), value)
    }

    fn of_kind(kind: &Kind, value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Integer((*value).into()),
            Value::I32(value) => Self::Integer((*value).into()),
            Value::I64(value) => Self::Integer((*value).into()),
            Value::U32(value) => Self::Integer((*value).into()),
            Value::U64(value) => Self::Integer((*value).into()),
            Value::F32(value) => Self::Float((*value).into()),
            Value::F64(value) => Self::Float(*value),
            Value::String(value) => Self::Text(value.clone()),
            Value::Bytes(value) => Self::Bytes(value.to_vec()),
            Value::EnumNumber(number) => match kind.as_enum() {
                Some(enumeration) => Self::Enum(*number, enumeration.clone()),
                None => Self::Integer((*number).into()),
            },
            Value::Message(message) => Self::Message(message.clone()),
            Value::List(items) => Self::List(items.iter().map(|item| Self::of_kind(kind, item)).collect()),
            Value::Map(entries) => {
                let Some(entry) = kind.as_message() else { return Self::List(Vec::new()) };
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by(|(one, _), (other, _)| key_order(one).cmp(&key_order(other)));
                let entries = entries.into_iter().map(|(key, value)| {
                    let mut message = DynamicMessage::new(entry.clone());
                    message.set_field(&entry.map_entry_key_field(), Value::from(key.clone()));
                    message.set_field(&entry.map_entry_value_field(), value.clone());
                    Self::Message(message)
                });
                Self::List(entries.collect())
            }
        }
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Integer(value) => *value == 0,
            Self::Float(value) => *value == 0.0,
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Enum(number, _) => *number == 0,
            Self::Message(_) => false,
            Self::List(items) => items.is_empty(),
        }
    }

    fn is_same(&self, read: &Self, how: How) -> bool {
        match (self, read) {
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other, how))
            }
            (Self::List(items), single) | (single, Self::List(items)) => match items.as_slice() {
                [item] => item.is_same(single, how),
                _ => false,
            },
            (Self::Enum(written, old), Self::Enum(read, new)) => match how.encoding {
                Encoding::Binary => written == read && keeps_meaning(*written, old, new),
                Encoding::Json => {
                    let names = old.values().filter(|value| value.number() == *written);
                    let names: Vec<_> = names.map(|value| value.name().to_owned()).collect();
                    // A number without a name is written as a number.
                    names.is_empty() && written == read
                        || new
                            .values()
                            .any(|value| value.number() == *read && names.iter().any(|name| name == value.name()))
                }
            },
            (Self::Enum(number, _), Self::Integer(integer)) | (Self::Integer(integer), Self::Enum(number, _)) => {
                i128::from(*number) == *integer
            }
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Float(one), Self::Float(other)) => one == other || (one.is_nan() && other.is_nan()),
            (Self::Integer(integer), Self::Float(float)) | (Self::Float(float), Self::Integer(integer)) => {
                *float as i128 == *integer && *integer as f64 == *float
            }
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Text(text), Self::Bytes(bytes)) | (Self::Bytes(bytes), Self::Text(text)) => {
                how.encoding == Encoding::Binary && text.as_bytes() == bytes
            }
            (Self::Message(written), Self::Message(read)) => {
                let fields: Vec<_> = written.descriptor().fields().collect();
                fields.iter().all(|field| difference(written, read, field.number(), how).is_none())
            }
            _ => false,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => format!("{value:?}"),
            Self::Text(text) => format!("{text:?}"),
            Self::Bytes(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("the bytes 0x{digits}")
            }
            Self::Enum(number, kind) => match kind.get_value(*number) {
                Some(value) => format!("`{}` ({number})", value.name()),
                None => format!("{number}, which has no name"),
            },
            Self::Message(message) => format!("{{{}}}", message.to_text_format()),
            Self::List(items) => format!("[{}]", items.iter().map(Self::shown).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Whether the number of a value says the same to the reader. A renamed value does; one whose name means another number, or
/// whose number got the name of another value, does not.
fn keeps_meaning(number: i32, old: &EnumDescriptor, new: &EnumDescriptor) -> bool {
    let names = |enumeration: &EnumDescriptor| -> Vec<String> {
        let values = enumeration.values().filter(|value| value.number() == number);
        values.map(|value| value.name().to_owned()).collect()
    };
    let (before, after) = (names(old), names(new));
    if before.is_empty() || before.iter().any(|name| after.contains(name)) {
        return true;
    }
    let moved = before.iter().any(|name| new.get_value_by_name(name).is_some());
    let taken = after.iter().any(|name| old.get_value_by_name(name).is_some());
    !after.is_empty() && !moved && !taken
}

fn key_order(key: &MapKey) -> (i128, &str) {
    match key {
        MapKey::Bool(key) => ((*key).into(), ""),
        MapKey::I32(key) => ((*key).into(), ""),
        MapKey::I64(key) => ((*key).into(), ""),
        MapKey::U32(key) => ((*key).into(), ""),
        MapKey::U64(key) => ((*key).into(), ""),
        MapKey::String(key) => (0, key),
    }
}
