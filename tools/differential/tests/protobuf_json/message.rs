//! Messages made up from their descriptors, with values at which encodings differ.

use std::collections::HashMap;

use prost_reflect::prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use walnats_differential::Random;

/// How deep messages nest.
const DEPTH: usize = 4;

/// A message in which some fields are set.
pub fn random(kind: &MessageDescriptor, random: &mut Random) -> DynamicMessage {
    filled(kind, 0, random)
}

fn filled(kind: &MessageDescriptor, depth: usize, random: &mut Random) -> DynamicMessage {
    let mut message = DynamicMessage::new(kind.clone());
    if well_known(&mut message, depth, random) {
        return message;
    }
    let fields: Vec<FieldDescriptor> = kind.fields().collect();
    // Of many fields few are set, so that messages do not grow with every level.
    let percent = if depth >= DEPTH { 0 } else { (500 / fields.len().max(1)).clamp(5, 30) };
    // Python's library writes lists of `NullValue` as it does not read them.
    for field in fields.iter().filter(|field| field.name() != "nulls") {
        let is_taken =
            field.containing_oneof().is_some_and(|oneof| oneof.fields().any(|other| message.has_field(&other)));
        if field.is_required() || (!is_taken && random.chance(percent)) {
            set(&mut message, field, depth, random);
        }
    }
    message
}

fn set(message: &mut DynamicMessage, field: &FieldDescriptor, depth: usize, random: &mut Random) {
    let value = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (keys, values) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            let mut entries: HashMap<MapKey, Value> = HashMap::new();
            for _ in 0..=random.below(3) {
                if let Some(key) = single(&keys, depth, random).into_map_key() {
                    entries.insert(key, single(&values, depth, random));
                }
            }
            Value::Map(entries)
        }
        kind if field.is_list() => Value::List((0..random.below(4)).map(|_| single(&kind, depth, random)).collect()),
        kind => single(&kind, depth, random),
    };
    message.set_field(field, value);
}

fn single(kind: &Kind, depth: usize, random: &mut Random) -> Value {
    match kind {
        Kind::Bool => Value::Bool(random.chance(50)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(signed(random) as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(signed(random)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(signed(random) as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(signed(random) as u64),
        Kind::Float => Value::F32(f32::from_bits(float(random, 32) as u32)),
        Kind::Double => Value::F64(f64::from_bits(float(random, 64))),
        Kind::String => Value::String(text(random)),
        Kind::Bytes => Value::Bytes((0..random.below(9)).map(|_| random.bits() as u8).collect::<Vec<u8>>().into()),
        Kind::Enum(values) if values.full_name() == "kitchen.v1.DishServed.Course" && random.chance(20) => {
            Value::EnumNumber(signed(random) as i32)
        }
        Kind::Enum(values) => {
            let numbers: Vec<i32> = values.values().map(|value| value.number()).collect();
            Value::EnumNumber(*random.pick(&numbers))
        }
        Kind::Message(message) => Value::Message(filled(message, depth + 1, random)),
    }
}

fn signed(random: &mut Random) -> i64 {
    let edges =
        [0, 1, -1, i64::MAX, i64::MIN, i32::MAX.into(), i32::MIN.into(), u32::MAX.into(), 1 << 53, (1 << 53) + 1];
    if random.chance(50) { *random.pick(&edges) } else { (random.bits() as i64) >> random.below(64) }
}

/// The bits of a float: any, an edge, or a short decimal. `NaN` has one form, as JSON has one; a negative zero gets lost in the
/// binary encoding of maps.
fn float(random: &mut Random, width: u32) -> u64 {
    let edges = [
        0.0,
        1.0,
        -1.5,
        0.1,
        1e21,
        1e-7,
        123_456_789.0,
        1e16,
        1e300,
        5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    let edge = *random.pick(&edges);
    let short = signed(random) as f64 / 100.0;
    let chosen = random.below(3);
    let any = random.bits();
    if width == 32 {
        let value = match chosen {
            0 => edge as f32,
            1 => short as f32,
            _ => f32::from_bits(any as u32),
        };
        return u64::from(if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() });
    }
    let value = match chosen {
        0 => edge,
        1 => short,
        _ => f64::from_bits(any),
    };
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn text(random: &mut Random) -> String {
    let pieces = [
        "", "a", "tea", "\"", "\\", "/", "\n", "\u{1}", "\u{7f}", "é", "\u{2028}", "🐲", "\u{feff}", "<>&", "\\u0041",
        "01234567",
    ];
    (0..random.below(5)).map(|_| *random.pick(&pieces)).collect()
}

/// Fills one of Google's well-known types, whose values have rules. False for every other message.
fn well_known(message: &mut DynamicMessage, depth: usize, random: &mut Random) -> bool {
    use prost_reflect::ReflectMessage;
    let kind = message.descriptor();
    let nanos = |random: &mut Random| *random.pick(&[0, 1, 1_000, 120_000_000, 999_999_999, 500_000]);
    match kind.full_name() {
        "google.protobuf.Timestamp" => {
            let (least, most) = (-62_135_596_800_i64, 253_402_300_799_i64);
            let any = least + (random.bits() % (most - least) as u64) as i64;
            message.set_field_by_number(1, Value::I64(*random.pick(&[0, -1, least, most, any, any])));
            message.set_field_by_number(2, Value::I32(nanos(random)));
        }
        "google.protobuf.Duration" => {
            let (sign, most) = (*random.pick(&[1, -1]), 315_576_000_000_i64);
            let any = (random.bits() % most as u64) as i64;
            message.set_field_by_number(1, Value::I64(sign * *random.pick(&[0, 1, most, any])));
            message.set_field_by_number(2, Value::I32(sign as i32 * nanos(random)));
        }
        // prost-reflect writes other values of these as `null`.
        "google.protobuf.DoubleValue" => {
            message.set_field_by_number(1, Value::F64(*random.pick(&[0.0, 0.1, -1e300])));
        }
        "google.protobuf.FloatValue" => {
            message.set_field_by_number(1, Value::F32(*random.pick(&[0.0, 0.1, -1e30])));
        }
        "google.protobuf.FieldMask" => {
            let paths = ["a", "display_name", "user.photo_url", "a_b_c.d"];
            let paths = (0..random.below(3)).map(|_| Value::String((*random.pick(&paths)).to_owned())).collect();
            message.set_field_by_number(1, Value::List(paths));
        }
        "google.protobuf.Value" => {
            let field = *random.pick(if depth < DEPTH { &[1, 2, 3, 4, 5, 6][..] } else { &[1, 2, 3, 4] });
            if let Some(field) = kind.get_field(field) {
                let value = match field.kind() {
                    Kind::Double => Value::F64(*random.pick(&[0.0, 1.0, -2.5, 1e300, 0.1])),
                    kind => single(&kind, depth + 1, random),
                };
                message.set_field(&field, value);
            }
        }
        "google.protobuf.Any" => {
            // The library of Python and prost-reflect disagree about `google.protobuf.Empty` in here.
            let names = [
                "kitchen.v1.DishServed",
                "kitchen.v1.DishServed.Dish",
                "kitchen.v1.OldDish",
                "google.protobuf.Timestamp",
                "google.protobuf.Struct",
                "google.protobuf.Int64Value",
                "google.protobuf.Value",
            ];
            if let Some(inner) = kind.parent_pool().get_message_by_name(random.pick::<&str>(&names)) {
                let value = filled(&inner, depth + 1, random).encode_to_vec();
                message.set_field_by_number(1, Value::String(format!("type.googleapis.com/{}", inner.full_name())));
                message.set_field_by_number(2, Value::Bytes(value.into()));
            }
        }
        _ => return false,
    }
    true
}
