//! Payloads made up from schemas: valid ones, and such as are refused.

use prost_reflect::prost::Message;
use prost_reflect::{DynamicMessage, ReflectMessage};
use serde_json::Value;
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_compat::message::instance;
use walnats_compat::sample::{Instances, Random, any};
use walnats_schema::{Schema, SchemaId, SchemaSet};

use crate::judge::Judge;

/// The code of fewer payloads than were asked for.
pub const SHORT: &str = "WN1117";

/// How many instances are tried for each payload that is wanted.
const TRIES: usize = 2_000;

/// A payload that was made up.
#[derive(Clone, Debug)]
pub struct Made {
    /// As JSON; of protobuf events, in protobuf's JSON mapping.
    pub json: Value,
    /// Of protobuf events, the same in the binary encoding.
    pub binary: Option<Vec<u8>>,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// How many payloads.
    pub count: usize,
    /// Which ones: of the same seed come the same payloads, whatever the machine.
    pub seed: u64,
    /// Whether the schema is to refuse them.
    pub invalid: bool,
}

/// Why there are fewer payloads than were wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// The schema refuses every payload, or accepts every one: proven.
    None,
    /// None was found.
    NotFound,
    /// A message that cannot be made, such as one that requires itself.
    Message,
}

/// Makes payloads for an event. Each is confirmed by the validator.
///
/// # Errors
/// The payloads so far, and why there are no more.
pub fn make(judge: &Judge<'_>, event: &Event, wanted: Wanted) -> Result<Vec<Made>, (Vec<Made>, Shortage)> {
    let mut made = Vec::new();
    let ended = make_each(judge, event, wanted, &mut |one| {
        made.push(one);
        true
    });
    match ended {
        Ok(()) => Ok(made),
        Err(shortage) => Err((made, shortage)),
    }
}

/// The same, one by one, as long as `take` returns true.
///
/// # Errors
/// Why there are no more.
pub fn make_each(
    judge: &Judge<'_>,
    event: &Event,
    wanted: Wanted,
    take: &mut dyn FnMut(Made) -> bool,
) -> Result<(), Shortage> {
    let mut random = Random::new(wanted.seed);
    match event.payload {
        Carried::Json(schema) => json((&judge.model.schemas, schema), wanted, &mut random, take),
        Carried::Protobuf(_) => messages(judge, event, wanted, &mut random, take),
    }
}

fn json(
    (set, schema): (&SchemaSet, SchemaId),
    wanted: Wanted,
    random: &mut Random,
    take: &mut dyn FnMut(Made) -> bool,
) -> Result<(), Shortage> {
    let mut instances = Instances::new(set);
    let is_wanted = |value: &Value| set.is_valid(schema, value) != wanted.invalid;
    let mut found = None;
    for _ in 0..wanted.count {
        let candidate = (0..TRIES).find_map(|attempt| {
            let value = match (wanted.invalid, attempt % 8) {
                (false, _) => instances.exact(schema, random),
                (true, 7) => any(random, 2),
                (true, _) => instances.instance(schema, random),
            };
            let value = with_integers(value);
            is_wanted(&value).then_some(value)
        });
        let value = match candidate {
            Some(value) => value,
            // What random choices do not meet, a search may find.
            None => match found.get_or_insert_with(|| searched(set, schema, wanted.invalid)) {
                Ok(value) if is_wanted(value) => value.clone(),
                Ok(_) => return Err(Shortage::NotFound),
                Err(shortage) => return Err(*shortage),
            },
        };
        if !take(Made { json: value, binary: None }) {
            break;
        }
    }
    Ok(())
}

/// The same value, with whole numbers written as integers.
pub(crate) fn with_integers(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(with_integers).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, with_integers(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            // Written out with all its digits, which is exact.
            let whole = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 1e18);
            whole.and_then(|value| format!("{value:.0}").parse::<i64>().ok()).map_or(Value::Number(number), Value::from)
        }
        other => other,
    }
}

/// A payload that the schema accepts, or refuses, if one exists: is everything that one side accepts accepted by the other?
fn searched(set: &SchemaSet, schema: SchemaId, invalid: bool) -> Result<Value, Shortage> {
    let mut other = SchemaSet::default();
    other.schemas.push(Schema { never: !invalid, ..Schema::default() });
    let (own, other) = (Root { set, id: schema }, Root { set: &other, id: SchemaId(0) });
    let (sub, sup) = if invalid { (other, own) } else { (own, other) };
    // By steps alone, so that every machine finds the same.
    let limits = Limits { time: std::time::Duration::from_secs(60), ..Limits::default() };
    match contained(sub, sup, &limits) {
        Containment::Differs(value) => Ok(value),
        Containment::Contained => Err(Shortage::None),
        Containment::Undecided(_) => Err(Shortage::NotFound),
    }
}

fn messages(
    judge: &Judge<'_>,
    event: &Event,
    wanted: Wanted,
    random: &mut Random,
    take: &mut dyn FnMut(Made) -> bool,
) -> Result<(), Shortage> {
    let Some(kind) = judge.message(event) else { return Err(Shortage::Message) };
    let options = instance::reading(event.protobuf_encoding);
    let rules = judge.rules().filter(|rules| rules.checks.contains_key(kind.full_name()));
    for _ in 0..wanted.count {
        let candidate = (0..TRIES).find_map(|_| {
            let mut message = instance::message(&kind, rules, random);
            if wanted.invalid && rules.is_some() && random.chance(50) {
                instance::change(&mut message, random);
                let made = Made { json: instance::json(&message)?, binary: Some(message.encode_to_vec()) };
                return (!judge.keeps_rules(&message)).then_some(made);
            }
            if wanted.invalid {
                let json = instance::json(&message)?;
                let json = instance::spoiled(&json, random);
                let refused = DynamicMessage::deserialize_with_options(kind.clone(), &json, &options).is_err();
                let mut binary = message.encode_to_vec();
                // A field number of 0 exists in no message.
                binary.push(0);
                let unreadable = DynamicMessage::decode(kind.clone(), binary.as_slice()).is_err();
                return (refused && unreadable).then_some(Made { json, binary: Some(binary) });
            }
            whole(judge, event, &message)
        });
        match candidate {
            Some(one) => {
                if !take(one) {
                    break;
                }
            }
            None => return Err(Shortage::Message),
        }
    }
    Ok(())
}

/// The payload that a message is, if it is valid, and the same in both encodings.
pub(crate) fn whole(judge: &Judge<'_>, event: &Event, message: &DynamicMessage) -> Option<Made> {
    // The quickest first.
    if !judge.keeps_rules(message) {
        return None;
    }
    let (kind, options) = (message.descriptor(), instance::reading(event.protobuf_encoding));
    let made = encoded(message)?;
    let read = DynamicMessage::deserialize_with_options(kind.clone(), &made.json, &options).ok()?;
    let decoded = DynamicMessage::decode(kind, made.binary.as_deref()?).ok()?;
    let is_whole = crate::protobuf::missing(&decoded).is_empty();
    (is_whole && read == decoded).then_some(made)
}

/// A message in both encodings, if it has a JSON form.
pub(crate) fn encoded(message: &DynamicMessage) -> Option<Made> {
    Some(Made { json: instance::json(message)?, binary: Some(message.encode_to_vec()) })
}
