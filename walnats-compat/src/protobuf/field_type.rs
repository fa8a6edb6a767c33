//! The types of fields: in code, on the wire, in JSON.

use super::field::changed;
use super::member::Member;
use super::pair::{Found, Pair};
use super::rule::{CODE, Category, Check, Rule};
use super::witness::{Encoding, Probe};

const CURE: &str = "add a field with the new type and a new number, and fill both for as long as the old one is read";

pub const RULES: &[Rule] = &[
    Rule::new("FIELD_SAME_TYPE", CODE, Check::Field(same)).says("a field has another type", CURE),
    Rule::new("FIELD_WIRE_COMPATIBLE_TYPE", &[Category::Wire], Check::Field(wire))
        .says("a field has a type that is encoded differently", CURE),
    Rule::new("FIELD_WIRE_JSON_COMPATIBLE_TYPE", &[Category::WireJson], Check::Field(wire_json))
        .says("a field has a type that is encoded differently, in binary or in JSON", CURE),
];

fn same(fields: &Pair<'_, Member>) -> Option<Found> {
    let differs = fields.old.type_word() != fields.new.type_word() || fields.old.type_name() != fields.new.type_name();
    differs.then(|| found(fields))
}

/// string -> bytes keeps what is encoded; bytes -> string keeps it only if it is UTF-8.
fn wire(fields: &Pair<'_, Member>) -> Option<Found> {
    let (old, new) = (fields.old.type_word(), fields.new.type_word());
    let compatible = wire_group(old) == wire_group(new) || (old, new) == ("string", "bytes");
    (!compatible || named_type_differs(fields))
        .then(|| found(fields).probed(Probe::member(fields, &[Encoding::Binary])))
}

fn wire_json(fields: &Pair<'_, Member>) -> Option<Found> {
    let compatible = json_group(fields.old.type_word()) == json_group(fields.new.type_word());
    let encodings = &[Encoding::Binary, Encoding::Json];
    (!compatible || named_type_differs(fields)).then(|| found(fields).probed(Probe::member(fields, encodings)))
}

/// Whether buf's rule for this encoding says nothing about the pair.
pub fn is_silent(fields: &Pair<'_, Member>, encoding: Encoding) -> bool {
    match encoding {
        Encoding::Binary => wire(fields).is_none(),
        Encoding::Json => wire_json(fields).is_none(),
    }
}

/// An enum may move, if it keeps its short name and its values. A message may not.
fn named_type_differs(fields: &Pair<'_, Member>) -> bool {
    if fields.old.type_word() != fields.new.type_word() || fields.old.type_name() == fields.new.type_name() {
        return false;
    }
    match (fields.old.as_enum(), fields.new.as_enum()) {
        (Some(old), Some(new)) => {
            let kept = |number, name: &str| new.values().any(|new| new.number() == number && new.name() == name);
            old.name() != new.name() || !old.values().all(|old| kept(old.number(), old.name()))
        }
        _ => true,
    }
}

fn found(fields: &Pair<'_, Member>) -> Found {
    let (old, new) = (&fields.old, &fields.new);
    let described = |member: &Member| match member.type_word() {
        "group" => format!("{} (delimited)", member.type_text()),
        _ => member.type_text(),
    };
    changed(fields, format!("changed its type from `{}` to `{}`", described(old), described(new)))
        .at(old.type_location(), new.type_location())
}

/// Types that are encoded alike are in the same group, named by one of them.
fn wire_group(word: &str) -> &str {
    match word {
        "int32" | "int64" | "uint32" | "uint64" | "bool" => "int32",
        "sint32" | "sint64" => "sint32",
        "fixed32" | "sfixed32" => "fixed32",
        "fixed64" | "sfixed64" => "fixed64",
        other => other,
    }
}

/// Types that are encoded alike on the wire and in JSON.
fn json_group(word: &str) -> &str {
    match word {
        "int32" | "uint32" => "int32",
        "int64" | "uint64" => "int64",
        "fixed32" | "sfixed32" => "fixed32",
        "fixed64" | "sfixed64" => "fixed64",
        other => other,
    }
}
