//! Messages made up from their descriptors.

mod pool;
mod variation;
mod well_known;

use std::collections::HashMap;

use prost_reflect::{
    DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage,
    SerializeOptions, Value,
};
use serde_json::Value as Json;
use walnats_codegen::model::{FieldChecks, NestedChecks, ProtobufEncoding, ProtobufRules, UnknownMembers, ValueChecks};

use super::rules;
use crate::sample::Random;
pub use pool::Pool;
pub use variation::vary;
use well_known::well_known;

/// How deep messages nest; beyond it, only what is required is set.
const DEPTH: usize = 4;
/// Beyond it, nothing is set.
const MAX_DEPTH: usize = 12;

/// How often a value is made anew, at each depth.
const ATTEMPTS: usize = 100;
/// The same for what comes to nothing often.
const HASTY: usize = 8;

/// A message in which most fields are set, and which most likely keeps `rules`.
pub fn message(kind: &MessageDescriptor, rules: Option<&ProtobufRules>, random: &mut Random) -> DynamicMessage {
    Maker { attempts: ATTEMPTS, rules, extra: None, random }.filled(kind, 0)
}

/// The same at less effort: it keeps `rules` less often.
pub fn hasty(kind: &MessageDescriptor, rules: Option<&ProtobufRules>, random: &mut Random) -> DynamicMessage {
    Maker { attempts: HASTY, rules, extra: None, random }.filled(kind, 0)
}

/// The same, in which some values are what other rules speak of, or near that.
pub fn near(
    kind: &MessageDescriptor,
    rules: Option<&ProtobufRules>,
    extra: &Pool,
    random: &mut Random,
) -> DynamicMessage {
    Maker { attempts: ATTEMPTS, rules, extra: Some(extra), random }.filled(kind, 0)
}

/// Changes or removes one field, whatever rules say of it.
pub fn change(message: &mut DynamicMessage, random: &mut Random) {
    let fields: Vec<FieldDescriptor> = message.descriptor().fields().collect();
    if fields.is_empty() {
        return;
    }
    let field = random.pick(&fields).clone();
    match random.chance(30) {
        true => message.clear_field(&field),
        false => Maker { attempts: ATTEMPTS, rules: None, extra: None, random }.set(message, &field, None, 0),
    }
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

/// Makes messages; with rules, such as most likely keep them.
struct Maker<'r> {
    /// How often a value is made anew that breaks its rules.
    attempts: usize,
    rules: Option<&'r ProtobufRules>,
    /// Of other rules, whose values are used at times.
    extra: Option<&'r Pool>,
    random: &'r mut Random,
}

impl Maker<'_> {
    fn filled(&mut self, kind: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(kind.clone());
        if depth >= MAX_DEPTH || well_known(&mut message, self.random) {
            return message;
        }
        let checks = self.rules.and_then(|rules| rules.checks.get(kind.full_name()));
        let of = |field: &FieldDescriptor| {
            checks.and_then(|checks| checks.fields.iter().find(|checks| checks.name == field.name()))
        };
        // Rules over whole messages are kept by chance, which has to be had at each depth.
        let percent = if checks.is_some_and(|checks| !checks.rules.is_empty()) { 85 >> depth } else { 85 };
        for field in kind.fields().filter(|field| field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic())) {
            let is_wanted = self.random.chance(if depth < DEPTH { percent } else { 0 });
            // What is not set may be too short.
            let is_checked = of(&field).is_some_and(|checks| {
                checks.is_required || (!self.has_presence(&field) && !checks.value.rules.is_empty())
            });
            if field.is_required() || is_wanted || is_checked {
                self.set(&mut message, &field, of(&field), depth);
            }
        }
        for oneof in kind.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let fields: Vec<FieldDescriptor> = oneof.fields().collect();
            let is_required =
                checks.is_some_and(|checks| checks.required_oneofs.iter().any(|name| name == oneof.name()));
            if !fields.is_empty() && (is_required || (depth < DEPTH && self.random.chance(percent))) {
                let field = self.random.pick(&fields).clone();
                self.set(&mut message, &field, of(&field), depth);
            }
        }
        for group in checks.map(|checks| checks.groups.as_slice()).unwrap_or_default() {
            let kept = self.random.pick(&group.fields).clone();
            group.fields.iter().filter(|field| **field != kept).for_each(|field| message.clear_field_by_name(field));
            if let Some(field) = kind.get_field_by_name(&kept).filter(|field| !message.has_field(field)) {
                self.set(&mut message, &field, of(&field), depth);
            }
        }
        message
    }

    fn has_presence(&self, field: &FieldDescriptor) -> bool {
        self.rules.map_or_else(|| field.supports_presence(), |rules| rules::has_presence(rules, field))
    }

    fn set(
        &mut self,
        message: &mut DynamicMessage,
        field: &FieldDescriptor,
        checks: Option<&FieldChecks>,
        depth: usize,
    ) {
        let mut value = self.of_field(field, checks.map(|checks| &checks.value), depth);
        if let (Some(rules), Some(checks)) = (self.rules, checks) {
            let is_right = |value: &Value| {
                let is_zero = !rules::has_presence(rules, field) && *value == Value::default_value_for_field(field);
                if is_zero && checks.skips_zero {
                    !checks.is_required
                } else {
                    rules::keeps(rules, value, &checks.value) && !(is_zero && checks.is_required)
                }
            };
            for _ in 0..self.attempts {
                if is_right(&value) {
                    break;
                }
                value = self.of_field(field, Some(&checks.value), depth);
            }
        }
        message.set_field(field, value);
    }

    fn of_field(&mut self, field: &FieldDescriptor, checks: Option<&ValueChecks>, depth: usize) -> Value {
        match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let (keys, values) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
                let mut entries: HashMap<MapKey, Value> = HashMap::new();
                // One: the order of several in the encoding is anyone's.
                let ruled = checks.filter(|checks| !checks.rules.is_empty()).map(Pool::of);
                let extra = self.extra.filter(|_| self.random.chance(30));
                let count = extra.or(ruled.as_ref()).map_or(1, |pool| pool.count(self.random));
                for _ in 0..count {
                    let key = self.checked(&keys, checks.and_then(|checks| checks.keys.as_deref()), depth);
                    if let Some(key) = key.into_map_key() {
                        entries.insert(
                            key,
                            self.checked(&values, checks.and_then(|checks| checks.values.as_deref()), depth + 1),
                        );
                    }
                }
                Value::Map(entries)
            }
            kind if field.is_list() => {
                let ruled = checks.filter(|checks| !checks.rules.is_empty() && self.random.chance(50));
                let ruled = ruled.map(Pool::of);
                let extra = self.extra.filter(|_| self.random.chance(30));
                let count = match extra.or(ruled.as_ref()) {
                    Some(pool) => pool.count(self.random),
                    None => 1 + self.random.below(3),
                };
                let items = checks.and_then(|checks| checks.items.as_deref());
                Value::List((0..count).map(|_| self.checked(&kind, items, depth)).collect())
            }
            kind => self.one(&kind, checks, depth),
        }
    }

    /// An item, a key or the value of an entry.
    fn checked(&mut self, kind: &Kind, checks: Option<&NestedChecks>, depth: usize) -> Value {
        let mut value = self.one(kind, checks.map(|checks| &checks.value), depth);
        if let (Some(rules), Some(checks)) = (self.rules, checks) {
            for _ in 0..self.attempts {
                if rules::keeps(rules, &value, &checks.value) {
                    break;
                }
                value = self.one(kind, Some(&checks.value), depth);
            }
        }
        value
    }

    fn one(&mut self, kind: &Kind, checks: Option<&ValueChecks>, depth: usize) -> Value {
        let pool = checks.filter(|checks| !checks.rules.is_empty() || checks.numbers.is_some()).map(Pool::of);
        let pool = pool.filter(|_| self.random.chance(90));
        // Without others, no choice is made.
        let extra = self.extra.filter(|_| self.random.chance(30));
        let Some(pool) = extra.or(pool.as_ref()) else {
            return match kind {
                Kind::Message(message) => Value::Message(self.filled(message, depth + 1)),
                kind => single(kind, self.random),
            };
        };
        match kind {
            Kind::Message(kind) => {
                let mut message = self.filled(kind, depth + 1);
                let time = match kind.full_name() {
                    "google.protobuf.Timestamp" => pool.timestamp(self.random).map(|time| time.parts()),
                    "google.protobuf.Duration" => pool.duration(self.random).map(|duration| duration.parts()),
                    _ => None,
                };
                if let Some((seconds, nanos)) = time {
                    message.set_field_by_number(1, Value::I64(seconds));
                    message.set_field_by_number(2, Value::I32(nanos));
                } else if rules::is_wrapper(kind.full_name())
                    && let Some(value) = kind.get_field(1).and_then(|field| pool.value(&field.kind(), self.random))
                {
                    message.set_field_by_number(1, value);
                }
                Value::Message(message)
            }
            kind => pool.value(kind, self.random).unwrap_or_else(|| single(kind, self.random)),
        }
    }
}

/// A value of a kind that is no message.
fn single(kind: &Kind, random: &mut Random) -> Value {
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
        Kind::Message(message) => Value::Message(DynamicMessage::new(message.clone())),
    }
}
