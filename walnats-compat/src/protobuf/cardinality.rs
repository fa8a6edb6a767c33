//! How often a field occurs, and whether its absence is known.

use prost_reflect::Cardinality as Label;

use super::Dialect;
use super::Package;
use super::feature::{PRESENCE, PRESENCE_IMPLICIT};
use super::field::changed;
use super::member::Member;
use super::pair::{Found, Pair};
use super::rule::{CODE, Category, Check, Rule};
use super::witness::{Encoding, Probe};

const CURE: &str = "add a field with a new number";

pub const RULES: &[Rule] = &[
    Rule::new("FIELD_SAME_CARDINALITY", CODE, Check::Field(same)).says("a field has another cardinality", CURE),
    Rule::new("FIELD_WIRE_COMPATIBLE_CARDINALITY", &[Category::Wire], Check::Field(wire))
        .says("a field has a cardinality that is encoded differently", CURE),
    Rule::new("FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", &[Category::WireJson], Check::Field(wire_json))
        .says("a field has a cardinality that is encoded differently, in binary or in JSON", CURE),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cardinality {
    /// At most once; whether it is there is known.
    Optional,
    /// Once: without it, the default.
    Implicit,
    Required,
    Repeated,
    Map,
}

impl Cardinality {
    fn words(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Implicit => "optional without presence",
            Self::Required => "required",
            Self::Repeated => "repeated",
            Self::Map => "a map",
        }
    }
}

fn same(fields: &Pair<'_, Member>) -> Option<Found> {
    found(fields, |old, new| old == new)
}

fn wire(fields: &Pair<'_, Member>) -> Option<Found> {
    let found = found(fields, |old, new| wire_group(old) == wire_group(new));
    found.map(|found| found.probed(Probe::member(fields, &[Encoding::Binary])))
}

fn wire_json(fields: &Pair<'_, Member>) -> Option<Found> {
    let found = found(fields, |old, new| json_group(old) == json_group(new));
    found.map(|found| found.probed(Probe::member(fields, &[Encoding::Binary, Encoding::Json])))
}

/// Whether buf's rule for this encoding says nothing about the pair.
pub fn is_silent(fields: &Pair<'_, Member>, encoding: Encoding) -> bool {
    match encoding {
        Encoding::Binary => wire(fields).is_none(),
        Encoding::Json => wire_json(fields).is_none(),
    }
}

fn wire_group(cardinality: Cardinality) -> Cardinality {
    match cardinality {
        Cardinality::Map => Cardinality::Repeated,
        other => json_group(other),
    }
}

fn json_group(cardinality: Cardinality) -> Cardinality {
    match cardinality {
        Cardinality::Implicit => Cardinality::Optional,
        other => other,
    }
}

/// Keys and values of maps are left out: they are always there.
fn found(fields: &Pair<'_, Member>, compatible: fn(Cardinality, Cardinality) -> bool) -> Option<Found> {
    if fields.old.map().is_some() && fields.new.map().is_some() {
        return None;
    }
    let old = cardinality(&fields.old, fields.sides.old);
    let new = cardinality(&fields.new, fields.sides.new);
    (!compatible(old, new)).then(|| changed(fields, format!("was {}, is {}", old.words(), new.words())))
}

fn cardinality(member: &Member, side: &Package) -> Cardinality {
    if member.is_map() {
        return Cardinality::Map;
    }
    match member.cardinality() {
        Label::Repeated => Cardinality::Repeated,
        Label::Required => Cardinality::Required,
        Label::Optional if has_presence(member, side) => Cardinality::Optional,
        Label::Optional => Cardinality::Implicit,
    }
}

/// A file of an edition may be held as proto2, where every field has presence.
fn has_presence(member: &Member, side: &Package) -> bool {
    let Member::Field(field) = member else { return true };
    let always =
        field.kind().as_message().is_some() || field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
    match side.dialect(&member.file()) {
        Dialect::Edition(_) if !always => PRESENCE.of_member(member, side) != PRESENCE_IMPLICIT,
        _ => member.supports_presence(),
    }
}
