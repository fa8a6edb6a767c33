//! All differences, not the first alone: what refuses is taken away, and the question asked again.

use serde_json::{Number, Value};
use walnats_schema::Schema;

use super::refusal::{Refusal, refusals};
use super::{Containment, Limits, Root, Undecided, contained};

/// A value that one schema accepts and the other refuses.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The value: as small as was found.
    pub value: Value,
    /// The keyword that refuses it.
    pub refusal: Refusal,
}

/// Everything in which one schema accepts more than another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences {
    /// One for each keyword that refuses; at most as many as were asked for.
    pub found: Vec<Difference>,
    /// The places that were not decided.
    pub undecided: Vec<Undecided>,
}

/// How many keywords are taken away for each difference, at most.
const MAX_RELAXED: usize = 4;

/// Where `sub` accepts what `sup` refuses: for each keyword that refuses, a value. Empty if `sup` contains `sub`.
///
/// # Panics
/// As [`contained`].
pub fn differences(sub: Root<'_>, sup: Root<'_>, limits: &Limits, most: usize) -> Differences {
    let mut differences = Differences::default();
    let mut set = sup.set.clone();
    for _ in 0..most.saturating_mul(MAX_RELAXED) {
        let relaxed = Root { set: &set, id: sup.id };
        let value = match contained(sub, relaxed, limits) {
            Containment::Contained => break,
            Containment::Undecided(places) => {
                differences.undecided = places;
                break;
            }
            Containment::Differs(value) => value,
        };
        let Some(refusal) = refusals(&set, sup.id, &value).into_iter().next() else { break };
        take_away(&mut set.schemas[refusal.schema.0 as usize], &refusal);
        // With less in one place, another may refuse what it accepted: that is not a difference of the two schemas.
        if !sup.set.is_valid(sup.id, &value) {
            differences.found.push(Difference { value, refusal });
        }
        if differences.found.len() == most {
            break;
        }
    }
    differences
}

fn take_away(schema: &mut Schema, refusal: &Refusal) {
    let Schema { number, string, array, object, .. } = schema;
    let name = refusal.name.as_deref().unwrap_or_default();
    let clear = |bound: &mut Option<Number>| *bound = None;
    match refusal.keyword {
        "false" => schema.never = false,
        "type" => schema.types = None,
        "enum" | "const" => schema.enumeration = None,
        "minimum" => clear(&mut number.minimum),
        "exclusiveMinimum" => clear(&mut number.exclusive_minimum),
        "maximum" => clear(&mut number.maximum),
        "exclusiveMaximum" => clear(&mut number.exclusive_maximum),
        "multipleOf" => clear(&mut number.multiple_of),
        "format" => (number.format, string.format) = (None, None),
        "minLength" => string.min_length = None,
        "maxLength" => string.max_length = None,
        "pattern" => string.pattern = None,
        "minItems" => array.min_items = None,
        "maxItems" => array.max_items = None,
        "uniqueItems" => array.unique_items = false,
        "prefixItems" => array.prefix_items.clear(),
        "items" => array.items = None,
        "contains" | "minContains" | "maxContains" => array.contains = None,
        "unevaluatedItems" => array.unevaluated_items = None,
        "required" => object.required.retain(|other| other != name),
        "dependentRequired" => object.dependent_required.retain(|(cause, _)| cause != name),
        "dependentSchemas" => object.dependent_schemas.retain(|(cause, _)| cause != name),
        "properties" => object.properties.retain(|(known, _)| known != name),
        "patternProperties" => object.pattern_properties.retain(|(pattern, _)| pattern != name),
        "additionalProperties" => object.additional_properties = None,
        "propertyNames" => object.property_names = None,
        "minProperties" => object.min_properties = None,
        "maxProperties" => object.max_properties = None,
        "unevaluatedProperties" => object.unevaluated_properties = None,
        "anyOf" => schema.any_of.clear(),
        "oneOf" => schema.one_of.clear(),
        "not" => schema.not = None,
        "then" | "else" => schema.condition = None,
        _ => {}
    }
}
