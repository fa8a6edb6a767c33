//! Telling messages: few, small, and with values at which encodings differ.

use std::collections::HashMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value};

/// How deep messages are filled.
const DEPTH: usize = 3;
/// How many messages are tried.
const LIMIT: usize = 200;

/// Messages of `kind` in which the fields `numbers` have telling values: first none of them, then one at a time or, for several
/// numbers, all at once. `value` is the only value that enums get.
pub fn messages(kind: &MessageDescriptor, numbers: &[u32], value: Option<i32>) -> Vec<DynamicMessage> {
    let empty = || {
        let mut message = DynamicMessage::new(kind.clone());
        let others = kind.fields().filter(|field| !numbers.contains(&field.number()));
        fill_required(&mut message, others, DEPTH);
        message
    };
    let fields: Vec<_> = numbers.iter().filter_map(|number| kind.get_field(*number)).collect();
    if let [field] = fields.as_slice() {
        let with = values(field, value, DEPTH).into_iter().take(LIMIT).map(|value| {
            let mut message = empty();
            message.set_field(field, value);
            message
        });
        // Without a field that has to be there, it is not a message of this kind.
        let without = (!field.is_required() && value.is_none()).then(empty);
        return without.into_iter().chain(with).collect();
    }
    let mut message = empty();
    for field in &fields {
        if let Some(value) = values(field, value, DEPTH).into_iter().next() {
            message.set_field(field, value);
        }
    }
    vec![message]
}

/// A message of kind `root` that has `message` at the end of `path`, numbers of fields, and nothing else but what has to be there.
pub fn wrapped(message: &DynamicMessage, root: &MessageDescriptor, path: &[u32]) -> Option<DynamicMessage> {
    let Some((number, rest)) = path.split_first() else { return Some(message.clone()) };
    let field = root.get_field(*number)?;
    let kind = field.kind();
    let inner = Value::Message(wrapped(message, kind.as_message()?, rest)?);
    let mut outer = DynamicMessage::new(root.clone());
    fill_required(&mut outer, root.fields().filter(|other| other.number() != *number), DEPTH);
    match (inner, field.is_map(), field.is_list()) {
        // The entry of a map is a message of its own.
        (Value::Message(entry), true, _) => {
            let kind = entry.descriptor();
            let key = as_key(&entry.get_field(&kind.map_entry_key_field()))?;
            let value = entry.get_field(&kind.map_entry_value_field()).into_owned();
            outer.set_field(&field, Value::Map(HashMap::from([(key, value)])));
        }
        (inner, _, true) => outer.set_field(&field, Value::List(vec![inner])),
        (inner, ..) => outer.set_field(&field, inner),
    }
    Some(outer)
}

/// The message at the end of `path`, as [`wrapped`] puts it there.
pub fn unwrapped(message: &DynamicMessage, path: &[u32]) -> Option<DynamicMessage> {
    let Some((number, rest)) = path.split_first() else { return Some(message.clone()) };
    let field = message.descriptor().get_field(*number)?;
    let inner = match message.get_field(&field).into_owned() {
        Value::Message(inner) => inner,
        Value::List(items) => items.first()?.as_message()?.clone(),
        Value::Map(entries) => {
            let kind = field.kind();
            let (key, value) = entries.into_iter().next()?;
            let mut entry = DynamicMessage::new(kind.as_message()?.clone());
            let descriptor = entry.descriptor();
            entry.set_field(&descriptor.map_entry_key_field(), Value::from(key));
            entry.set_field(&descriptor.map_entry_value_field(), value);
            entry
        }
        _ => return None,
    };
    unwrapped(&inner, rest)
}

/// Telling values of a field, small ones first; none if there is none within the depth.
fn values(field: &FieldDescriptor, value: Option<i32>, depth: usize) -> Vec<Value> {
    if field.is_map() {
        return maps(field, value, depth);
    }
    let singles = singles(&field.kind(), value, depth);
    if !field.is_list() {
        return singles;
    }
    let twice = [1, 0].into_iter().filter_map(|other| singles.first().zip(singles.get(other)));
    let twice: Vec<_> = twice.map(|(one, other)| Value::List(vec![one.clone(), other.clone()])).collect();
    singles.into_iter().map(|single| Value::List(vec![single])).chain(twice).collect()
}

fn maps(field: &FieldDescriptor, value: Option<i32>, depth: usize) -> Vec<Value> {
    let Kind::Message(entry) = field.kind() else { return Vec::new() };
    let keys: Vec<_> = singles(&entry.map_entry_key_field().kind(), None, depth).iter().filter_map(as_key).collect();
    let values = singles(&entry.map_entry_value_field().kind(), value, depth);
    let (Some(key), Some(value)) = (keys.first(), values.first()) else { return Vec::new() };
    let by_key = keys.iter().map(|key| (key.clone(), value.clone()));
    let by_value = values.iter().map(|value| (key.clone(), value.clone()));
    by_value.chain(by_key).map(|entry| Value::Map(HashMap::from([entry]))).collect()
}

fn as_key(value: &Value) -> Option<MapKey> {
    match value {
        Value::Bool(value) => Some(MapKey::Bool(*value)),
        Value::I32(value) => Some(MapKey::I32(*value)),
        Value::I64(value) => Some(MapKey::I64(*value)),
        Value::U32(value) => Some(MapKey::U32(*value)),
        Value::U64(value) => Some(MapKey::U64(*value)),
        Value::String(value) => Some(MapKey::String(value.clone())),
        _ => None,
    }
}

/// Around the bounds of 8, 31, 32, 53 and 64 bits, and signs; text outside of ASCII, and bytes that are not text.
fn singles(kind: &Kind, value: Option<i32>, depth: usize) -> Vec<Value> {
    match kind {
        Kind::Bool => vec![Value::Bool(true)],
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => [1, 2, -1, i32::MAX, i32::MIN].map(Value::I32).to_vec(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            [1, 2, -1, 1 << 31, 1 << 32, (1 << 53) + 1, i64::MAX, i64::MIN].map(Value::I64).to_vec()
        }
        Kind::Uint32 | Kind::Fixed32 => [1, 2, 1 << 31, u32::MAX].map(Value::U32).to_vec(),
        Kind::Uint64 | Kind::Fixed64 => [1, 2, 1 << 31, 1 << 32, (1 << 53) + 1, u64::MAX].map(Value::U64).to_vec(),
        Kind::Float => [1.0, 0.5, f32::MAX].map(Value::F32).to_vec(),
        Kind::Double => [1.0, 0.5, f64::MAX].map(Value::F64).to_vec(),
        Kind::String => ["a", "1", "é", "abcd"].map(|text| Value::String(text.to_owned())).to_vec(),
        Kind::Bytes => [&b"a"[..], b"\xff"].map(|bytes| Value::Bytes(bytes.to_vec().into())).to_vec(),
        Kind::Enum(enumeration) => match value {
            Some(number) => vec![Value::EnumNumber(number)],
            None => {
                let mut numbers: Vec<_> = enumeration.values().map(|value| value.number()).collect();
                numbers.sort_by_key(|number| (*number == 0, number.unsigned_abs()));
                numbers.dedup();
                numbers.into_iter().map(Value::EnumNumber).collect()
            }
        },
        Kind::Message(message) => nested(message, depth).into_iter().map(Value::Message).collect(),
    }
}

/// For each field some with nothing but that and, last because it tells the least, an empty message.
fn nested(kind: &MessageDescriptor, depth: usize) -> Vec<DynamicMessage> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let empty = || {
        let mut message = DynamicMessage::new(kind.clone());
        fill_required(&mut message, kind.fields(), depth);
        message
    };
    // Deep down a few are enough; messages with many fields of messages would make too many.
    let outermost = depth + 1 == DEPTH;
    let (limit, for_each) = if outermost { (LIMIT, 8) } else { (4, 2) };
    let mut found = Vec::new();
    for field in kind.fields() {
        if found.len() >= limit {
            break;
        }
        for value in values(&field, None, depth).into_iter().take(for_each) {
            let mut message = empty();
            message.set_field(&field, value);
            found.push(message);
        }
    }
    found.push(empty());
    found
}

fn fill_required(message: &mut DynamicMessage, fields: impl Iterator<Item = FieldDescriptor>, depth: usize) {
    for field in fields.filter(FieldDescriptor::is_required) {
        if let Some(value) = values(&field, None, depth).into_iter().next() {
            message.set_field(&field, value);
        }
    }
}
