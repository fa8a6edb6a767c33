//! Small changes of messages, such as leave most of them valid.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value};
use walnats_codegen::model::{FieldChecks, ProtobufRules};

use super::{HASTY, Maker};
use crate::sample::Random;

/// In how many of a hundred cases a change is made further inside.
const INWARDS: usize = 60;

/// Changes one field of the message or of one that it holds: it is set, cleared or gets another value, or a list gets another
/// length. Whether that keeps `rules` has to be asked.
pub fn vary(message: &mut DynamicMessage, rules: Option<&ProtobufRules>, random: &mut Random) {
    vary_at(message, rules, 0, random);
}

fn vary_at(message: &mut DynamicMessage, rules: Option<&ProtobufRules>, depth: usize, random: &mut Random) {
    let kind = message.descriptor();
    let holding: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).filter(holds_messages).collect();
    if !holding.is_empty() && random.chance(INWARDS) {
        let field = random.pick(&holding).clone();
        if let Some(inner) = inner(message.get_field_mut(&field), random) {
            return vary_at(inner, rules, depth + 1, random);
        }
    }
    let fields: Vec<FieldDescriptor> = kind.fields().collect();
    if fields.is_empty() {
        return;
    }
    let groups = rules.and_then(|rules| rules.checks.get(kind.full_name())).map(|checks| checks.groups.as_slice());
    let group = groups.filter(|groups| !groups.is_empty() && random.chance(15)).map(|groups| random.pick(groups));
    if let Some(group) = group {
        // Of such fields, one is set at most.
        let wanted = random.pick(&group.fields);
        group.fields.iter().filter(|name| *name != wanted).for_each(|name| message.clear_field_by_name(name));
        if let Some(field) = kind.get_field_by_name(wanted) {
            let checks = checks(rules, &kind, &field);
            Maker { attempts: HASTY, rules, extra: None, random }.set(message, &field, checks, depth);
        }
        return;
    }
    let field = random.pick(&fields).clone();
    let is_set = message.has_field(&field);
    if is_set && !field.is_required() && random.chance(25) {
        return message.clear_field(&field);
    }
    let checks = checks(rules, &kind, &field);
    if is_set && field.is_list() && random.chance(60) {
        let items = checks.and_then(|checks| checks.value.items.as_deref());
        let item = Maker { attempts: HASTY, rules, extra: None, random }.checked(&field.kind(), items, depth);
        if let Some(list) = message.get_field_mut(&field).as_list_mut() {
            vary_items(list, item, random);
        }
    } else if !field.is_list() && !field.is_map() && random.chance(40) {
        if let Some(value) = wide(&field.kind(), &message.get_field(&field), random) {
            message.set_field(&field, value);
        }
    } else {
        Maker { attempts: HASTY, rules, extra: None, random }.set(message, &field, checks, depth);
    }
}

fn checks<'r>(
    rules: Option<&'r ProtobufRules>,
    kind: &MessageDescriptor,
    field: &FieldDescriptor,
) -> Option<&'r FieldChecks> {
    let checks = rules?.checks.get(kind.full_name())?;
    checks.fields.iter().find(|checks| checks.name == field.name())
}

/// Whether a change may be made inside of the values of a field. Google's types have values of their own.
fn holds_messages(field: &FieldDescriptor) -> bool {
    let kind = match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    };
    matches!(kind, Kind::Message(message) if !message.full_name().starts_with("google.protobuf."))
}

fn inner<'v>(value: &'v mut Value, random: &mut Random) -> Option<&'v mut DynamicMessage> {
    match value {
        Value::Message(message) => Some(message),
        Value::List(items) if !items.is_empty() => {
            let index = random.below(items.len());
            items[index].as_message_mut()
        }
        Value::Map(entries) if !entries.is_empty() => {
            let mut keys: Vec<MapKey> = entries.keys().cloned().collect();
            // A map has no order, and the choice has to be the same for the same seed.
            keys.sort_by_key(|key| format!("{key:?}"));
            entries.get_mut(random.pick(&keys))?.as_message_mut()
        }
        _ => None,
    }
}

fn vary_items(items: &mut Vec<Value>, item: Value, random: &mut Random) {
    match random.below(4) {
        0 if !items.is_empty() => drop(items.remove(random.below(items.len()))),
        1 if !items.is_empty() => {
            let index = random.below(items.len());
            items[index] = item;
        }
        _ => items.push(item),
    }
}

/// A value from all over the type, or next to the present one.
fn wide(kind: &Kind, present: &Value, random: &mut Random) -> Option<Value> {
    let step = 1_i64 << random.below(31);
    let number = |present: i64, random: &mut Random| match random.below(4) {
        0 => present.saturating_add(step),
        1 => present.saturating_sub(step),
        2 => *random.pick(&[0, 1, -1, i64::from(i32::MAX), i64::from(i32::MIN), i64::MAX, i64::MIN]),
        _ => random.bits() as i64,
    };
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(number(present.as_i32()?.into(), random) as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number(present.as_i64()?, random)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number(present.as_u32()?.into(), random) as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(number(present.as_u64()? as i64, random) as u64),
        Kind::Float => Value::F32(*random.pick(&[0.0, -0.0, 1.5, -1.0, f32::MAX, f32::MIN_POSITIVE, 0.1])),
        Kind::Double => Value::F64(*random.pick(&[0.0, -0.0, 1.5, -1.0, 1e300, f64::MIN_POSITIVE, 0.1])),
        Kind::Bool => Value::Bool(random.chance(50)),
        Kind::String => {
            let mut text = present.as_str()?.to_owned();
            match random.below(4) {
                0 => drop(text.pop()),
                1 => text = crate::sample::edge_cases::text(random),
                2 => text.push_str(&text.clone().chars().take(40).collect::<String>()),
                _ => text.push(*random.pick(&['é', '日', '👍', ' ', 'z', '0'])),
            }
            Value::String(text)
        }
        Kind::Bytes => Value::Bytes((0..random.below(20)).map(|_| random.bits() as u8).collect::<Vec<u8>>().into()),
        Kind::Message(message) => return time(message, random),
        Kind::Enum(_) => return None,
    })
}

/// A time or a duration at an edge.
fn time(kind: &MessageDescriptor, random: &mut Random) -> Option<Value> {
    let seconds: &[i64] = match kind.full_name() {
        "google.protobuf.Timestamp" => &[0, 1, -1, -62_135_596_800, 253_402_300_799, 1_709_251_199],
        "google.protobuf.Duration" => &[0, 1, 59, 3_600, 86_400, 315_576_000_000],
        _ => return None,
    };
    let mut message = DynamicMessage::new(kind.clone());
    message.set_field_by_number(1, Value::I64(*random.pick(seconds)));
    message.set_field_by_number(2, Value::I32(*random.pick(&[0, 1_000_000, 1_000])));
    Some(Value::Message(message))
}
