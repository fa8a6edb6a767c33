//! Enums and their values.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

use super::feature::{ENUM_CLOSED, ENUM_TYPE, JSON, JSON_ALLOW};
use super::pair::{Found, Pair};
use super::place::Location;
use super::rule::{CODE, Category, Check, JSON as JSON_RULE, Rule};
use super::witness::{Encoding, Probe};

// Numbers of fields of `google.protobuf.EnumDescriptorProto`, `EnumValueDescriptorProto`, `EnumOptions` and `FeatureSet`.
pub const VALUE_NUMBER: i32 = 2;
const OPTIONS: i32 = 3;
const FEATURES: i32 = 7;
const FEATURE_ENUM_TYPE: i32 = 2;
const FEATURE_JSON_FORMAT: i32 = 6;

const WIRE: &[Category] = &[Category::WireJson, Category::Wire];

pub const RULES: &[Rule] = &[
    Rule::new("ENUM_SAME_TYPE", CODE, Check::Enum(same_type))
        .says("an open enum was closed, or the reverse", "keep `features.enum_type`"),
    Rule::new("ENUM_SAME_JSON_FORMAT", JSON_RULE, Check::Enum(json_format))
        .says("an enum may no longer have a JSON form", "keep `features.json_format = ALLOW`"),
    Rule::new("ENUM_VALUE_NO_DELETE", CODE, Check::Enum(deleted))
        .says("a value was deleted from an enum", "keep the value, with `deprecated = true`"),
    Rule::new(
        "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
        &[Category::WireJson],
        Check::Enum(deleted_unless_name_reserved),
    )
    .says("a value was deleted from an enum, and its name can be used again", "reserve the name: `reserved \"...\";`"),
    Rule::new("ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", WIRE, Check::Enum(deleted_unless_number_reserved)).says(
        "a value was deleted from an enum, and its number can be used again",
        "reserve the number: `reserved ...;`",
    ),
    Rule::new("ENUM_VALUE_SAME_NAME", JSON_RULE, Check::Enum(same_names)).says(
        "a value of an enum was renamed",
        "keep the name; the new one can be an alias: `option allow_alias = true`",
    ),
];

fn same_type(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let old = ENUM_TYPE.of_enum(&enums.old, enums.sides.old) == ENUM_CLOSED;
    let new = ENUM_TYPE.of_enum(&enums.new, enums.sides.new) == ENUM_CLOSED;
    let what = if new { "was open, is closed" } else { "was closed, is open" };
    let changed = (old != new).then(|| changed(enums, what, &[OPTIONS, FEATURES, FEATURE_ENUM_TYPE]));
    changed.into_iter().collect()
}

fn json_format(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let old = JSON.of_enum(&enums.old, enums.sides.old) == JSON_ALLOW;
    let new = JSON.of_enum(&enums.new, enums.sides.new) == JSON_ALLOW;
    let what = "may no longer have a JSON form";
    let changed = (old && !new).then(|| changed(enums, what, &[OPTIONS, FEATURES, FEATURE_JSON_FORMAT]));
    changed.into_iter().collect()
}

fn deleted(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    gone(enums).map(|(number, names)| without(enums, number, &names, "")).collect()
}

fn deleted_unless_name_reserved(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let reserved: BTreeSet<_> = enums.new.reserved_names().collect();
    let unreserved = gone(enums).filter(|(_, names)| !names.iter().all(|name| reserved.contains(name.as_str())));
    unreserved.map(|(number, names)| without(enums, number, &names, " without reserving its name")).collect()
}

fn deleted_unless_number_reserved(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let unreserved = gone(enums).filter(|(number, _)| !enums.new.reserved_ranges().any(|range| range.contains(number)));
    unreserved.map(|(number, names)| without(enums, number, &names, " without reserving its number")).collect()
}

/// Numbers of the old enum that the new one does not have, with their names.
fn gone(enums: &Pair<'_, EnumDescriptor>) -> impl Iterator<Item = (i32, BTreeSet<String>)> + use<> {
    let new = names_by_number(&enums.new);
    names_by_number(&enums.old).into_iter().filter(move |(number, _)| !new.contains_key(number))
}

fn without(enums: &Pair<'_, EnumDescriptor>, number: i32, names: &BTreeSet<String>, how: &str) -> Found {
    let message = format!("value {} ({number}) was deleted from enum `{}`{how}", listed(names), enums.new.full_name());
    Found::new(enums.old.full_name(), message).at(place(&enums.old), place(&enums.new)).probed(Probe::value(
        enums,
        number,
        &[Encoding::Binary, Encoding::Json],
    ))
}

/// A number may get further names. What is found is found at each value with the number.
fn same_names(enums: &Pair<'_, EnumDescriptor>) -> Vec<Found> {
    let old = names_by_number(&enums.old);
    let new = names_by_number(&enums.new);
    let mut found = Vec::new();
    for (number, names) in &old {
        let Some(kept) = new.get(number).filter(|kept| !names.is_subset(kept)) else { continue };
        for value in enums.new.values().filter(|value| value.number() == *number) {
            let enumeration = enums.new.full_name();
            let message = format!("value {number} of enum `{enumeration}` was {}, is {}", listed(names), listed(kept));
            let before = enums.old.values().find(|old| old.name() == value.name() && old.number() == *number);
            found.push(
                Found::new(&value_name(&value), message)
                    .at(before.as_ref().map(number_place), number_place(&value))
                    .probed(Probe::value(enums, *number, &[Encoding::Json])),
            );
        }
    }
    found
}

fn names_by_number(enumeration: &EnumDescriptor) -> BTreeMap<i32, BTreeSet<String>> {
    let mut names: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
    for value in enumeration.values() {
        names.entry(value.number()).or_default().insert(value.name().to_owned());
    }
    names
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn changed(enums: &Pair<'_, EnumDescriptor>, what: &str, tail: &[i32]) -> Found {
    let name = enums.new.full_name();
    let part =
        |enumeration: &EnumDescriptor| Location::of_first(&enumeration.parent_file(), enumeration.path(), &[tail]);
    Found::new(name, format!("enum `{name}` {what}")).at(part(&enums.old), part(&enums.new))
}

pub fn place(enumeration: &EnumDescriptor) -> Location {
    Location::of_path(&enumeration.parent_file(), enumeration.path())
}

/// The name of a value within its enum; protobuf's full name leaves the enum out.
pub fn value_name(value: &EnumValueDescriptor) -> String {
    format!("{}.{}", value.parent_enum().full_name(), value.name())
}

pub fn number_place(value: &EnumValueDescriptor) -> Location {
    Location::of_first(&value.parent_file(), value.path(), &[&[VALUE_NUMBER]])
}
