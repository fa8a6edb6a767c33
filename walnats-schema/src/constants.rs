//! Unions of constants: `anyOf` and `oneOf` of `const` and `enum` alone are one `enum`.

use serde_json::Value;

use crate::{ArrayRules, JsonType, NumberRules, ObjectRules, Schema, SchemaId, StringRules, ValueIndex};

/// How many references are followed to a constant.
const MAX_REFERENCES: usize = 8;

/// The values of the union that a schema is, each once: of `anyOf` or `oneOf`, if it has one of the two and each branch lists its
/// values and says nothing else. What else the schema says is not looked at.
pub fn union_of_constants<'s>(schemas: &'s [Schema], schema: &'s Schema) -> Option<Vec<&'s Value>> {
    if schema.any_of.is_empty() == schema.one_of.is_empty() {
        return None;
    }
    let is_any = schema.one_of.is_empty();
    let branches = if is_any { &schema.any_of } else { &schema.one_of };
    let mut values = Vec::new();
    for branch in branches {
        values.extend(constants(schemas, *branch)?);
    }
    // A value that several branches accept, `oneOf` refuses.
    let wanted = counted(&values).into_iter().filter(|(_, count)| is_any || *count == 1);
    Some(wanted.map(|(value, _)| value).collect())
}

/// The values of a schema that says nothing but an `enum` and perhaps a `type`, each once.
fn constants(schemas: &[Schema], mut id: SchemaId) -> Option<Vec<&Value>> {
    for _ in 0..MAX_REFERENCES {
        let schema = schemas.get(id.0 as usize)?;
        if let (Some(target), None, None) = (schema.reference, &schema.enumeration, &schema.types) {
            if !says_nothing_else(schema) {
                return None;
            }
            id = target;
            continue;
        }
        let values = schema.enumeration.as_ref()?;
        if schema.reference.is_some() || !says_nothing_else(schema) {
            return None;
        }
        let is_allowed = |value: &&Value| match &schema.types {
            Some(types) => types.iter().any(|json_type| is_of_type(value, *json_type)),
            None => true,
        };
        let allowed: Vec<&Value> = values.iter().filter(is_allowed).collect();
        return Some(counted(&allowed).into_iter().map(|(value, _)| value).collect());
    }
    None
}

/// Whether a schema says nothing but `$ref`, `type` and `enum`.
fn says_nothing_else(schema: &Schema) -> bool {
    let Schema { types: _, enumeration: _, reference: _, resource: _, never, number, string, array, object, .. } =
        schema;
    let Schema { dynamic_reference, all_of, any_of, one_of, not, condition, .. } = schema;
    !never
        && *number == NumberRules::default()
        && *string == StringRules::default()
        && *array == ArrayRules::default()
        && *object == ObjectRules::default()
        && dynamic_reference.is_none()
        && all_of.is_empty()
        && any_of.is_empty()
        && one_of.is_empty()
        && not.is_none()
        && condition.is_none()
}

/// Each value with how often it occurs, in the order in which they first do.
fn counted<'v>(values: &[&'v Value]) -> Vec<(&'v Value, usize)> {
    if let [only] = values {
        return vec![(only, 1)];
    }
    let (mut index, mut counts) = (ValueIndex::default(), vec![1_usize; values.len()]);
    for at in 0..values.len() {
        if let Some(earlier) = index.insert(values, at) {
            counts[earlier] += 1;
            counts[at] = 0;
        }
    }
    values.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
}

/// Whether a value is of a type; `1.0` is an integer.
pub(crate) fn is_of_type(value: &Value, json_type: JsonType) -> bool {
    match JsonType::of(value) {
        JsonType::Integer => matches!(json_type, JsonType::Integer | JsonType::Number),
        own => own == json_type,
    }
}
