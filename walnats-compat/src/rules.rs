//! The rules of messages (`buf.validate`): readers check them when they decode, so a rule that demands more refuses events.

use std::time::Duration;

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, Value};
use serde_json::json;
use walnats_cel::library::Timestamp;
use walnats_codegen::model::{Event, ProtobufEncoding, ProtobufRules};

use crate::finding::{Direction, Finding, Mark, Revision, Witness};
use crate::json::Stopwatch;
use crate::message::instance::{self, Pool};
use crate::message::rules::{Broken, broken};
use crate::message::smaller::smaller;
use crate::message::tightened::{Party, Tightened, tightened};
use crate::payload::{Pair, undecided};
use crate::protobuf::{self, Encoding, Outcome};
use crate::sample::Random;
use crate::side::Side;
use crate::{mark, messages};

/// How many messages are made to find one that readers refuse.
const TRIES: usize = 400;
/// How many of them have zeros that are set.
const ZEROS: usize = 20;
/// How long texts and lists are made for it.
const LONGEST: i128 = 200_000;
/// How long that may compute: longer only on machines that are much slower than any.
const TIME: Duration = Duration::from_secs(5);

/// What readers refuse of the messages that writers write, because of their rules; and what is undecided.
pub(crate) fn compare(pair: &Pair<'_>, written: &str, read: &str) -> Vec<Finding> {
    let nothing = ProtobufRules::default();
    let [promised, demanded] = [pair.writer.0, pair.reader.0]
        .map(|side| side.model.protobuf.as_ref().map_or(&nothing, |protobuf| &protobuf.rules));
    let (Some(old), Some(new)) = (&pair.writer.0.protobuf, &pair.reader.0.protobuf) else { return Vec::new() };
    let kinds = (old.pool().get_message_by_name(written), new.pool().get_message_by_name(read));
    let (Some(writer), Some(reader)) = kinds else { return Vec::new() };
    let encoding = pair.written.protobuf_encoding;
    let tightened = tightened((Party { rules: promised }, &writer), (Party { rules: demanded }, &reader), encoding);
    if tightened.is_empty() {
        return Vec::new();
    }
    let search = Search { writer, reader, promised, demanded, encoding };
    let witnesses = search.witnesses(&tightened);
    tightened.iter().zip(witnesses).filter_map(|(rule, witness)| finding(pair, rule, witness)).collect()
}

struct Search<'r> {
    writer: MessageDescriptor,
    reader: MessageDescriptor,
    promised: &'r ProtobufRules,
    demanded: &'r ProtobufRules,
    encoding: ProtobufEncoding,
}

/// A message that is written, and what its readers say.
type Refusal = (DynamicMessage, Broken);

impl Search<'_> {
    /// A message for each rule that breaks it, and no rule of its writers.
    fn witnesses(&self, tightened: &[Tightened]) -> Vec<Option<Refusal>> {
        let mut found: Vec<Option<Refusal>> = vec![None; tightened.len()];
        let extra = Pool::of_all(tightened.iter().map(|rule| &rule.checks)).up_to(LONGEST);
        let watch = Stopwatch::start();
        let mut random = Random::new(0);
        let empty = DynamicMessage::new(self.writer.clone());
        // At times, what no rule of the writers holds back: a message whose rules do not count where it is.
        let made = (0..TRIES).map(|attempt| {
            let rules = (attempt % 4 != 3).then_some(self.promised);
            instance::near(&self.writer, rules, &extra, &mut random)
        });
        // At last, messages with zeros that can be told from nothing.
        let mut other = Random::new(1);
        let zeros = (0..ZEROS).map(|_| {
            let mut message = instance::near(&self.writer, Some(self.promised), &extra, &mut other);
            for field in self.writer.fields() {
                let is_scalar = field.kind().as_message().is_none() && !field.is_list();
                let is_free = field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic());
                if is_scalar && is_free && field.supports_presence() {
                    message.set_field(&field, Value::default_value(&field.kind()));
                }
            }
            message
        });
        for message in [empty].into_iter().chain(made).chain(zeros) {
            if found.iter().all(Option::is_some) || watch.used() > TIME {
                break;
            }
            let refusals = self.refusals(&message);
            for (rule, found) in tightened.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                if !refusals.iter().any(|refusal| is_of(refusal, rule)) {
                    continue;
                }
                let is_good = |message: &DynamicMessage| self.refusal(message, rule).is_some();
                let least = smaller(message.clone(), &is_good);
                *found = self.refusal(&least, rule).map(|refusal| (least, refusal));
            }
        }
        found
    }

    fn refusal(&self, message: &DynamicMessage, rule: &Tightened) -> Option<Broken> {
        self.refusals(message).into_iter().find(|refusal| is_of(refusal, rule))
    }

    /// What readers say of a message; nothing where it is none of the writers'.
    fn refusals(&self, message: &DynamicMessage) -> Vec<Broken> {
        let now = Timestamp::now();
        if !broken(self.promised, message, None, now).is_empty() || !has_required(message) {
            return Vec::new();
        }
        let Some(payload) = self.payload(message) else { return Vec::new() };
        let read = match self.encoding {
            ProtobufEncoding::Binary => DynamicMessage::decode(self.reader.clone(), payload.as_slice()).ok(),
            ProtobufEncoding::Json(_) => {
                let mut json = serde_json::Deserializer::from_slice(&payload);
                let options = prost_reflect::DeserializeOptions::new().deny_unknown_fields(false);
                DynamicMessage::deserialize_with_options(self.reader.clone(), &mut json, &options).ok()
            }
        };
        // What cannot be read at all is found by other rules.
        read.map(|read| broken(self.demanded, &read, None, now)).unwrap_or_default()
    }

    fn payload(&self, message: &DynamicMessage) -> Option<Vec<u8>> {
        match self.encoding {
            ProtobufEncoding::Binary => Some(message.encode_to_vec()),
            ProtobufEncoding::Json(_) => serde_json::to_vec(message).ok(),
        }
    }
}

/// Whether the fields that proto2 requires are there.
fn has_required(message: &DynamicMessage) -> bool {
    use prost_reflect::ReflectMessage;
    fn is_whole(value: &Value) -> bool {
        match value {
            Value::Message(message) => has_required(message),
            Value::List(items) => items.iter().all(is_whole),
            Value::Map(entries) => entries.values().all(is_whole),
            _ => true,
        }
    }
    message.descriptor().fields().all(|field| !field.is_required() || message.has_field(&field))
        && message.fields().all(|(_, value)| is_whole(value))
}

/// Whether a refusal is by this rule.
fn is_of(refusal: &Broken, rule: &Tightened) -> bool {
    let last = refusal.field.rsplit('.').next().unwrap_or_default();
    let name = last.split('[').next().unwrap_or_default();
    let is_there = match &rule.field {
        Some(field) => name == field,
        None => true,
    };
    is_there && refusal.rule_id == rule.id && refusal.rule == rule.path
}

fn finding(pair: &Pair<'_>, rule: &Tightened, refusal: Option<Refusal>) -> Option<Finding> {
    let place = rule.place();
    let terms = [json!(place), json!(rule.id), json!(rule.terms)];
    let sides = [(pair.reader, pair.read), (pair.writer, pair.written)];
    let marks = sides.map(|(side, event)| {
        let note = if side.1 == pair.reader.1 { "is refused here" } else { "is allowed here" };
        mark_of(side, event, rule, note)
    });
    let Some((message, refusal)) = refusal else {
        let why =
            format!("no message was found that `{}` of `{place}` refuses, and none that it cannot refuse", rule.id);
        let finding = undecided(pair, "", &why, &terms)?;
        return Some(Finding { marks: marks.to_vec(), ..finding });
    };
    let whose = match pair.direction {
        Direction::Forward => "of old readers",
        _ => "of new readers",
    };
    let text = format!("the rule `{}` {whose} refuses what writers of `{place}` may write", rule.id);
    let terms: Vec<_> = terms.iter().collect();
    let finding = Finding::new("WN0824", pair.about(), text, &terms, pair.settings)?;
    let (encoding, payload, text) = match pair.written.protobuf_encoding {
        ProtobufEncoding::Binary => (Encoding::Binary, message.encode_to_vec(), message.to_text_format()),
        ProtobufEncoding::Json(_) => {
            let text = serde_json::to_string(&message).ok()?;
            (Encoding::Json, text.clone().into_bytes(), text)
        }
    };
    let at = if refusal.field.is_empty() { String::new() } else { format!("`{}`: ", refusal.field) };
    let said = refusal.failure.map_or(refusal.message.as_str(), |failure| failure);
    let said = if refusal.is_made { "the rule does not hold" } else { said };
    let witness = protobuf::Witness {
        direction: match pair.direction {
            Direction::Forward => protobuf::Direction::NewToOld,
            _ => protobuf::Direction::OldToNew,
        },
        encoding,
        message: prost_reflect::ReflectMessage::descriptor(&message).full_name().to_owned(),
        payload,
        text,
        outcome: Outcome::Refused(format!("{at}{said} ({})", refusal.rule_id)),
    };
    let help = match pair.direction {
        Direction::Forward => "keep the rule, or deploy readers without it before anything writes the event",
        _ => "keep the rule as it was, or add an event for what is new",
    };
    Some(Finding {
        witness: Some(Witness::Protobuf(witness)),
        marks: marks.to_vec(),
        help: Some(help.to_owned()),
        ..finding
    })
}

/// The rule, where its file says it; else the field, oneof or message; the event where that is not known.
fn mark_of(side: (&Side, Revision), event: &Event, rule: &Tightened, note: &str) -> Mark {
    let name = &rule.place();
    let pool = side.0.protobuf.as_ref().map(protobuf::Package::pool);
    let location = pool.and_then(|pool| protobuf::rule_place(pool, &rule.message, rule.field.as_deref(), &rule.path));
    if let Some(mark) = location.and_then(|location| messages::mark(side, &location, note)) {
        return mark;
    }
    let places = side.0.model.protobuf.as_ref().map(|protobuf| &protobuf.places);
    let place = places.and_then(|places| places.get(name)).unwrap_or(&event.place);
    mark::place(side, place, &format!("`{name}`"), note)
}
