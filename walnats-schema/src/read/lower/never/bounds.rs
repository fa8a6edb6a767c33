//! Bounds that leave nothing between them.

use serde_json::{Number, Value};

use super::Why;
use crate::{Decimal, JsonType, Schema, SchemaSet};

/// Integers that are tried one by one, where so few lie between the bounds.
const FEW: i128 = 1000;

pub(super) fn of_numbers(parts: &[&Schema], json_type: JsonType) -> Option<Why> {
    let limits = |of: fn(&Schema) -> Option<&Number>| parts.iter().filter_map(move |part| of(part));
    let value = |number: &Number| Decimal::from(number);
    let least = limits(|part| part.number.minimum.as_ref()).map(|limit| (limit, false));
    let least = least.chain(limits(|part| part.number.exclusive_minimum.as_ref()).map(|limit| (limit, true)));
    let most: Vec<(&Number, bool)> = limits(|part| part.number.maximum.as_ref())
        .map(|limit| (limit, false))
        .chain(limits(|part| part.number.exclusive_maximum.as_ref()).map(|limit| (limit, true)))
        .collect();
    for (low, excludes_low) in least.clone() {
        for (high, excludes_high) in &most {
            let is_nothing =
                value(low) > value(high) || (value(low) == value(high) && (excludes_low || *excludes_high));
            if is_nothing {
                let from = if excludes_low { "above" } else { "at least" };
                let to = if *excludes_high { "below" } else { "at most" };
                return Some(Why::Text(format!("no number is {from} {low} and {to} {high}")));
            }
        }
    }
    if json_type == JsonType::Integer {
        return of_few_integers(
            parts,
            least.map(|(low, _)| low).collect(),
            most.iter().map(|(high, _)| *high).collect(),
        );
    }
    None
}

/// Tries the integers between the bounds, where they are few.
fn of_few_integers(parts: &[&Schema], least: Vec<&Number>, most: Vec<&Number>) -> Option<Why> {
    let formats = || parts.iter().filter_map(|part| part.number.format).map(|format| format.range());
    // A bound beyond 64 bits leaves more than can be tried, or nothing that a format allows.
    let floor = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let lowest = least.into_iter().filter_map(floor).chain(formats().map(|range| range.0)).max()?;
    let highest = most.into_iter().filter_map(floor).chain(formats().map(|range| range.1)).min()?;
    if highest.checked_sub(lowest)? > FEW {
        return None;
    }
    let set = SchemaSet {
        schemas: parts.iter().map(|part| Schema { number: part.number.clone(), ..Schema::default() }).collect(),
        ..SchemaSet::default()
    };
    let is_valid = |integer: i128| {
        let Some(number) = Number::from_i128(integer) else { return true };
        let value = Value::Number(number);
        (0..).take(parts.len()).all(|index| set.is_valid(crate::SchemaId(index), &value))
    };
    let is_none = !(lowest..=highest).any(is_valid);
    is_none.then(|| Why::Text("no integer keeps all of its bounds".to_owned()))
}

pub(super) fn of_strings(parts: &[&Schema]) -> Option<Why> {
    let least = parts.iter().filter_map(|part| part.string.min_length).max();
    let most = parts.iter().filter_map(|part| part.string.max_length).min();
    crossed(("minLength", least), ("maxLength", most))
}

pub(super) fn of_arrays(parts: &[&Schema]) -> Option<Why> {
    let least = parts.iter().filter_map(|part| part.array.min_items).max();
    let contained = parts.iter().filter_map(|part| Some(part.array.contains.as_ref()?.min)).max();
    let most = parts.iter().filter_map(|part| part.array.max_items).min();
    let counted = parts
        .iter()
        .filter_map(|part| part.array.contains.as_ref())
        .find_map(|contains| crossed(("minContains", Some(contains.min)), ("maxContains", contains.max)));
    crossed(("minItems", least), ("maxItems", most))
        .or_else(|| crossed(("minContains", contained), ("maxItems", most)))
        .or(counted)
}

pub(super) fn of_objects(parts: &[&Schema]) -> Option<Why> {
    let least = parts.iter().filter_map(|part| part.object.min_properties).max();
    let most = parts.iter().filter_map(|part| part.object.max_properties).min();
    crossed(("minProperties", least), ("maxProperties", most))
}

fn crossed((low_name, low): (&str, Option<u64>), (high_name, high): (&str, Option<u64>)) -> Option<Why> {
    let (low, high) = (low?, high?);
    (low > high).then(|| Why::Text(format!("`{low_name}` {low} is above `{high_name}` {high}")))
}
