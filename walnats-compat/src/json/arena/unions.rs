//! Unions of constants: `anyOf` and `oneOf` of `const` and `enum` alone are one `enum`.

use serde_json::Value;
use walnats_schema::{Decimal, JsonType, Schema, SchemaId, ValueIndex};

/// How many references are followed to a constant.
const MAX_REFERENCES: usize = 8;

/// Turns unions of constants into an `enum` each.
pub(super) fn unite_constants(schemas: &mut [Schema]) {
    for index in 0..schemas.len() {
        let schema = &schemas[index];
        if schema.enumeration.is_some() || schema.any_of.is_empty() == schema.one_of.is_empty() {
            continue;
        }
        let is_any = schema.one_of.is_empty();
        let branches = if is_any { &schema.any_of } else { &schema.one_of };
        let values: Option<Vec<&Value>> = branches.iter().try_fold(Vec::new(), |mut values, branch| {
            values.extend(constants(schemas, *branch)?);
            Some(values)
        });
        let Some(values) = values else { continue };
        // A value that several branches accept, `oneOf` refuses.
        let values = counted(&values).into_iter().filter(|(_, count)| is_any || *count == 1);
        let values: Vec<Value> = values.map(|(value, _)| value.clone()).collect();
        let schema = &mut schemas[index];
        schema.any_of.clear();
        schema.one_of.clear();
        schema.enumeration = Some(values);
    }
}

/// The values of a schema that says nothing but an `enum`, each once.
fn constants(schemas: &[Schema], mut id: SchemaId) -> Option<Vec<&Value>> {
    for _ in 0..MAX_REFERENCES {
        let schema = schemas.get(id.0 as usize)?;
        if let (Some(target), true) = (schema.reference, schema.enumeration.is_none()) {
            let is_plain = *schema == Schema { reference: schema.reference, ..Schema::default() };
            if !is_plain {
                return None;
            }
            id = target;
            continue;
        }
        let values = schema.enumeration.as_ref()?;
        let rest = Schema { enumeration: None, types: None, ..schema.clone() };
        if rest != Schema::default() {
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

/// Each value with how often it occurs, in the order in which they first do.
fn counted<'v>(values: &[&'v Value]) -> Vec<(&'v Value, usize)> {
    let (mut index, mut counts) = (ValueIndex::default(), vec![1_usize; values.len()]);
    for at in 0..values.len() {
        if let Some(earlier) = index.insert(values, at) {
            counts[earlier] += 1;
            counts[at] = 0;
        }
    }
    values.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn is_of_type(value: &Value, json_type: JsonType) -> bool {
    match (json_type, value) {
        (JsonType::Integer, Value::Number(number)) => Decimal::from(number).is_integer(),
        (JsonType::Null, Value::Null)
        | (JsonType::Boolean, Value::Bool(_))
        | (JsonType::Number, Value::Number(_))
        | (JsonType::String, Value::String(_))
        | (JsonType::Array, Value::Array(_))
        | (JsonType::Object, Value::Object(_)) => true,
        _ => false,
    }
}
