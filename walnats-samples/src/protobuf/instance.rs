//! Messages made up from their descriptors.

use std::collections::HashMap;

use prost_reflect::{
    DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, SerializeOptions, Value,
};
use serde_json::Value as Json;
use walnats_codegen::model::{ProtobufEncoding, UnknownMembers};
use walnats_compat::sample::Random;

/// How deep messages nest; beyond it, only what is required is set.
const DEPTH: usize = 4;
/// Beyond it, nothing is set.
const MAX_DEPTH: usize = 12;

/// A message in which most fields are set.
pub fn message(kind: &MessageDescriptor, random: &mut Random) -> DynamicMessage {
    filled(kind, 0, random)
}

/// The message in protobuf's JSON mapping; `None` where it has none.
pub fn json(message: &DynamicMessage) -> Option<Json> {
    message.serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new()).ok()
}

/// As readers read: members that are not known are refused, unless the event says otherwise.
pub fn reading(encoding: ProtobufEncoding) -> DeserializeOptions {
    let is_tolerant = encoding == ProtobufEncoding::Json(UnknownMembers::Tolerant);
    DeserializeOptions::new().deny_unknown_fields(!is_tolerant)
}

/// The same message with one mistake in it.
pub fn spoiled(message: &Json, random: &mut Random) -> Json {
    let Json::Object(members) = message else { return Json::from(0) };
    let mut members = members.clone();
    let names: Vec<String> = members.keys().cloned().collect();
    match random.below(3) {
        1 if !names.is_empty() => {
            let name = random.pick(&names);
            members.insert(name.clone(), serde_json::json!({ "unexpected": [true] }));
        }
        2 if !names.is_empty() => {
            let name = random.pick(&names).clone();
            members.insert(name, serde_json::json!([[]]));
        }
        _ => drop(members.insert("unknown_field".to_owned(), Json::from(1))),
    }
    Json::Object(members)
}

fn filled(kind: &MessageDescriptor, depth: usize, random: &mut Random) -> DynamicMessage {
    let mut message = DynamicMessage::new(kind.clone());
    if depth >= MAX_DEPTH || well_known(&mut message, random) {
        return message;
    }
    for field in kind.fields().filter(|field| field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic())) {
        let is_wanted = random.chance(if depth < DEPTH { 85 } else { 0 });
        if field.is_required() || is_wanted {
            set(&mut message, &field, depth, random);
        }
    }
    for oneof in kind.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let fields: Vec<FieldDescriptor> = oneof.fields().collect();
        if depth < DEPTH && !fields.is_empty() && random.chance(85) {
            set(&mut message, random.pick(&fields), depth, random);
        }
    }
    message
}

fn set(message: &mut DynamicMessage, field: &FieldDescriptor, depth: usize, random: &mut Random) {
    let value = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (keys, values) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            let mut entries: HashMap<MapKey, Value> = HashMap::new();
            // One: the order of several in the encoding is anyone's.
            if let Some(key) = single(&keys, depth, random).into_map_key() {
                entries.insert(key, single(&values, depth + 1, random));
            }
            Value::Map(entries)
        }
        kind if field.is_list() => Value::List((0..=random.below(3)).map(|_| single(&kind, depth, random)).collect()),
        kind => single(&kind, depth, random),
    };
    message.set_field(field, value);
}

fn single(kind: &Kind, depth: usize, random: &mut Random) -> Value {
    match kind {
        Kind::Bool => Value::Bool(random.chance(50)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(*random.pick(&[1, 2, 42, -1, 1_000, i32::MAX])),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            Value::I64(*random.pick(&[1, 2, 42, -1, 1_000, 1 << 53, i64::MAX]))
        }
        Kind::Uint32 | Kind::Fixed32 => Value::U32(*random.pick(&[1, 2, 42, 1_000, u32::MAX])),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(*random.pick(&[1, 2, 42, 1_000, 1 << 53, u64::MAX])),
        Kind::Float => Value::F32(*random.pick(&[0.5, 1.0, -2.25, 1_000.0])),
        Kind::Double => Value::F64(*random.pick(&[0.5, 1.0, -2.25, 0.1, 1e9])),
        Kind::String => Value::String((*random.pick(&["a", "tea", "two words", "Öl", "TEA-0001", "42"])).to_owned()),
        Kind::Bytes => Value::Bytes(random.pick(&[&b"a"[..], b"tea", b"\xff\x00"]).to_vec().into()),
        Kind::Enum(values) => {
            let numbers: Vec<i32> = values.values().map(|value| value.number()).collect();
            Value::EnumNumber(if numbers.is_empty() { 0 } else { *random.pick(&numbers) })
        }
        Kind::Message(message) => Value::Message(filled(message, depth + 1, random)),
    }
}

/// Fills one of Google's well-known types, whose values have rules. False for every other message.
fn well_known(message: &mut DynamicMessage, random: &mut Random) -> bool {
    use prost_reflect::ReflectMessage;
    let kind = message.descriptor();
    match kind.full_name() {
        "google.protobuf.Timestamp" => {
            // From 2024 on, so that they look like times of events.
            let seconds = 1_704_067_200 + (random.bits() % 94_608_000) as i64;
            message.set_field_by_number(1, Value::I64(seconds));
            message.set_field_by_number(2, Value::I32(*random.pick(&[0, 678_000_000])));
        }
        "google.protobuf.Duration" => {
            message.set_field_by_number(1, Value::I64(random.below(100_000) as i64));
            message.set_field_by_number(2, Value::I32(*random.pick(&[0, 500_000_000])));
        }
        "google.protobuf.FieldMask" => {
            message.set_field_by_number(1, Value::List(vec![Value::String("name".to_owned())]));
        }
        "google.protobuf.Value" => {
            message.set_field_by_number(3, Value::String((*random.pick(&["a", "tea"])).to_owned()));
        }
        // What is in it is a message that only its writer knows.
        "google.protobuf.Any" => {}
        _ => return false,
    }
    true
}
