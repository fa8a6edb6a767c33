//! Schemas that obviously have a value, which are most: they need no search.

use crate::{JsonType, Schema, SchemaId, SchemaSet};

/// How many references are followed at a glance.
const MAX_REFERENCES: usize = 16;

/// Where a schema leads that says nothing but `$ref`.
pub(super) fn target(set: &SchemaSet, mut id: SchemaId) -> SchemaId {
    for _ in 0..MAX_REFERENCES {
        let schema = set.get(id);
        let Some(next) = schema.reference else { break };
        if *schema != (Schema { reference: Some(next), ..Schema::default() }) {
            break;
        }
        id = next;
    }
    id
}

/// Whether a value certainly fits the schema. `false` says nothing.
pub(super) fn has_a_value(set: &SchemaSet, id: SchemaId) -> bool {
    let schema = set.get(id);
    if let Some(values) = &schema.enumeration {
        return values.first().is_some_and(|value| set.is_valid(id, value));
    }
    !schema.never && is_alone(schema) && allows_a_simple_value(schema)
}

/// Whether nothing else applies to the same values.
fn is_alone(schema: &Schema) -> bool {
    schema.reference.is_none()
        && schema.dynamic_reference.is_none()
        && schema.all_of.is_empty()
        && schema.any_of.is_empty()
        && schema.one_of.is_empty()
        && schema.not.is_none()
        && schema.condition.is_none()
}

/// Whether a type is allowed of which the rules refuse nothing that is empty.
fn allows_a_simple_value(schema: &Schema) -> bool {
    let Schema { string, array, object, .. } = schema;
    let is_simple = |json_type: &JsonType| match json_type {
        JsonType::Null | JsonType::Boolean => true,
        JsonType::Integer | JsonType::Number => schema.number == crate::NumberRules::default(),
        JsonType::String => string.min_length.is_none() && string.pattern.is_none(),
        JsonType::Array => array.min_items.is_none() && array.contains.is_none(),
        JsonType::Object => object.required.is_empty() && object.min_properties.is_none(),
    };
    schema.types.as_ref().is_none_or(|types| types.iter().any(is_simple))
}
