//! Rules about how long a value is, and about what it has in it, that can never hold together.

use std::collections::HashSet;

use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _, Value};

use super::conflict::Asked;
use super::value::Shape;
use super::{flag, list, set};

/// The lengths of well-known strings, all of them of ASCII.
const FORMATS: [(&str, u64, u64); 16] = [
    ("email", 3, u64::MAX),
    ("hostname", 1, 254),
    ("ip", 2, u64::MAX),
    ("ipv4", 7, 15),
    ("ipv6", 2, u64::MAX),
    ("address", 1, u64::MAX),
    ("uri", 2, u64::MAX),
    ("uuid", 36, 36),
    ("tuuid", 32, 32),
    ("ulid", 26, 26),
    ("ip_with_prefixlen", 4, u64::MAX),
    ("ipv4_with_prefixlen", 9, 18),
    ("ipv6_with_prefixlen", 4, u64::MAX),
    ("ip_prefix", 4, u64::MAX),
    ("ipv4_prefix", 9, 18),
    ("ipv6_prefix", 4, u64::MAX),
];

/// The lengths of bytes that are an address or a UUID.
const FORMATS_OF_BYTES: [(&str, u64, u64); 4] = [("ip", 4, 16), ("ipv4", 4, 4), ("ipv6", 16, 16), ("uuid", 16, 16)];

/// The rules that contradict each other, if any do.
pub fn conflict(asked: &Asked<'_>) -> Option<Vec<String>> {
    let rules = asked.rules;
    match rules.descriptor().name() {
        "StringRules" => strings(asked),
        "BytesRules" => {
            let mut bytes = Bounds::of(asked, ["len", "min_len", "max_len"]);
            for part in PARTS {
                let length = set(rules, part).and_then(|part| part.as_bytes().map(|part| length(part.len())));
                length.into_iter().for_each(|length| bytes.at_least(length, part));
            }
            for (format, least, most) in FORMATS_OF_BYTES.iter().filter(|(format, ..)| flag(rules, format)) {
                bytes.at_least(*least, format);
                bytes.at_most(*most, format);
            }
            bytes.conflict()
        }
        "RepeatedRules" => {
            let mut items = Bounds::of(asked, ["", "min_items", "max_items"]);
            if let (Shape::List(kind), true) = (asked.shape, flag(rules, "unique"))
                && let Some(number) = different(kind, set(rules, "items"))
            {
                items.at_most(number, "unique");
            }
            items.conflict()
        }
        "MapRules" => {
            let mut pairs = Bounds::of(asked, ["", "min_pairs", "max_pairs"]);
            if let Shape::Map(entry) = asked.shape
                && let Some(key) = entry.get_field_by_name("key")
                && let Some(number) = different(&key.kind(), set(rules, "keys"))
            {
                pairs.at_most(number, "keys");
            }
            pairs.conflict()
        }
        _ => None,
    }
}

/// Rules that ask for a part of the value.
const PARTS: [&str; 3] = ["prefix", "suffix", "contains"];

fn strings(asked: &Asked<'_>) -> Option<Vec<String>> {
    let rules = asked.rules;
    let text = |name: &str| set(rules, name).and_then(|value| value.as_str().map(str::to_owned));
    let mut characters = Bounds::of(asked, ["len", "min_len", "max_len"]);
    let mut bytes = Bounds::of(asked, ["len_bytes", "min_bytes", "max_bytes"]);
    for part in PARTS {
        let Some(wanted) = text(part) else { continue };
        if text("not_contains").is_some_and(|refused| wanted.contains(&refused)) {
            return Some(vec![asked.name(part), asked.name("not_contains")]);
        }
        characters.at_least(length(wanted.chars().count()), part);
        bytes.at_least(length(wanted.len()), part);
    }
    for (format, least, most) in FORMATS.iter().filter(|(format, ..)| flag(rules, format)) {
        for lengths in [&mut characters, &mut bytes] {
            lengths.at_least(*least, format);
            lengths.at_most(*most, format);
        }
    }
    // A character has one to four bytes.
    let ((least, rule), (most, most_rule)) = (characters.least, characters.most);
    bytes.at_least(least, rule);
    bytes.at_most(most.saturating_mul(4), most_rule);
    let ((least, rule), (most, most_rule)) = (bytes.least, bytes.most);
    characters.at_least(least.div_ceil(4), rule);
    characters.at_most(most, most_rule);
    characters.conflict().or_else(|| bytes.conflict())
}

/// How many different values there can be; `None` where nothing bounds them.
fn different(kind: &Kind, rules: Option<Value>) -> Option<u64> {
    if *kind == Kind::Bool {
        return Some(2);
    }
    let rules = rules?;
    let rules = rules.as_message()?;
    if set(rules, "ignore").is_some() {
        return None;
    }
    let of_type = |name: &str| rules.fields().find(|(field, _)| field.name() == name).map(|(_, value)| value.clone());
    let name = match kind {
        Kind::Enum(_) => "enum".to_owned(),
        Kind::Message(_) => return None,
        scalar => format!("{scalar:?}").to_lowercase(),
    };
    let standard = of_type(&name)?;
    let standard = standard.as_message()?;
    if standard.has_field_by_name("const") {
        return Some(1);
    }
    let listed: HashSet<String> = list(standard, "in").iter().map(|value| format!("{value:?}")).collect();
    match kind {
        _ if !listed.is_empty() => Some(length(listed.len())),
        Kind::Enum(kind) if flag(standard, "defined_only") => {
            Some(length(kind.values().map(|value| value.number()).collect::<HashSet<i32>>().len()))
        }
        _ => None,
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// How long a value is at least and at most, and by which rule.
struct Bounds<'a> {
    asked: &'a Asked<'a>,
    least: (u64, &'a str),
    most: (u64, &'a str),
}

impl<'a> Bounds<'a> {
    /// By the rules for the length itself, the least and the most.
    fn of(asked: &'a Asked<'a>, names: [&'static str; 3]) -> Self {
        let mut bounds = Self { asked, least: (0, ""), most: (u64::MAX, "") };
        let number = |name: &str| number(asked.rules, name);
        let [exact, least, most] = names;
        for name in [exact, least] {
            number(name).into_iter().for_each(|length| bounds.at_least(length, name));
        }
        for name in [exact, most] {
            number(name).into_iter().for_each(|length| bounds.at_most(length, name));
        }
        bounds
    }

    fn at_least(&mut self, length: u64, rule: &'a str) {
        if length > self.least.0 {
            self.least = (length, rule);
        }
    }

    fn at_most(&mut self, length: u64, rule: &'a str) {
        if length < self.most.0 {
            self.most = (length, rule);
        }
    }

    fn conflict(&self) -> Option<Vec<String>> {
        (self.least.0 > self.most.0).then(|| vec![self.asked.name(self.least.1), self.asked.name(self.most.1)])
    }
}

fn number(rules: &DynamicMessage, name: &str) -> Option<u64> {
    set(rules, name).and_then(|value| value.as_u64())
}
