//! What fields are called, which oneof they are in, and what they are in JavaScript.

use super::feature::option;
use super::member::{JSON_NAME, Member, NAME, OPTIONS};
use super::pair::{Found, Pair};
use super::rule::{ALL, CODE, Check, JSON, Rule};
use super::witness::{Encoding, Probe};

const JSTYPE: i32 = 6;

pub const RULES: &[Rule] = &[
    Rule::new("FIELD_SAME_NAME", JSON, Check::Field(name))
        .says("a field was renamed", "keep the name; add a field with the new name and a new number"),
    Rule::new("FIELD_SAME_JSON_NAME", JSON, Check::Field(json_name))
        .says("a field has another name in JSON", "keep the name in JSON: `[json_name = \"...\"]`"),
    Rule::new("FIELD_SAME_ONEOF", ALL, Check::Field(oneof))
        .says("a field moved into, out of, or between oneofs", "add a field with a new number"),
    Rule::new("FIELD_SAME_JSTYPE", CODE, Check::Field(jstype))
        .says("the JavaScript type of a field changed", "keep the option `jstype`"),
];

fn name(fields: &Pair<'_, Member>) -> Option<Found> {
    let [old, new] = [&fields.old, &fields.new].map(|member| match member {
        Member::Field(field) => field.name(),
        Member::Extension(extension) => extension.full_name(),
    });
    let place = |member: &Member| member.part(&[&[NAME]]);
    (old != new).then(|| {
        changed(fields, format!("was renamed from `{old}` to `{new}`"))
            .at(place(&fields.old), place(&fields.new))
            .probed(Probe::member(fields, &[Encoding::Json]))
    })
}

/// Extensions have no names of their own in JSON.
fn json_name(fields: &Pair<'_, Member>) -> Option<Found> {
    fields.old.as_field()?;
    let (old, new) = (fields.old.json_name(), fields.new.json_name());
    let place = |member: &Member| member.part(&[&[JSON_NAME]]);
    (old != new).then(|| {
        changed(fields, format!("is `{new}` in JSON, was `{old}`"))
            .at(place(&fields.old), place(&fields.new))
            .probed(Probe::member(fields, &[Encoding::Json]))
    })
}

fn oneof(fields: &Pair<'_, Member>) -> Option<Found> {
    let name = |member: &Member| {
        let oneof = member.as_field()?.containing_oneof().filter(|oneof| !oneof.is_synthetic())?;
        Some(oneof.name().to_owned())
    };
    let what = match (name(&fields.old), name(&fields.new)) {
        (Some(old), Some(new)) if old != new => format!("moved from oneof `{old}` to oneof `{new}`"),
        (Some(old), None) => format!("moved out of oneof `{old}`"),
        (None, Some(new)) => format!("moved into oneof `{new}`"),
        _ => return None,
    };
    Some(
        changed(fields, what)
            .at(fields.old.location(), fields.new.location())
            .probed(Probe::oneof(fields, &[Encoding::Binary, Encoding::Json])),
    )
}

fn jstype(fields: &Pair<'_, Member>) -> Option<Found> {
    let is_64_bits = |member: &Member| {
        let word = member.type_word();
        ["int64", "uint64", "sint64", "fixed64", "sfixed64"].contains(&word)
    };
    if !is_64_bits(&fields.old) || !is_64_bits(&fields.new) {
        return None;
    }
    let value = |member: &Member| option(&member.options(), "jstype").and_then(|value| value.as_enum_number());
    let place = |member: &Member| member.part(&[&[OPTIONS, JSTYPE]]);
    (value(&fields.old) != value(&fields.new))
        .then(|| changed(fields, "has another option `jstype`".to_owned()).at(place(&fields.old), place(&fields.new)))
}

/// What happened to the field; it happened where the whole field stands, unless said otherwise.
pub fn changed(fields: &Pair<'_, Member>, what: String) -> Found {
    let found = Found::new(fields.new.full_name(), format!("{} {what}", fields.new.described()));
    found.at(fields.old.location(), fields.new.location())
}
