//! Unions of constants: `anyOf` and `oneOf` of `const` and `enum` alone are one `enum`.

use serde_json::Value;
use walnats_schema::{Schema, union_of_constants};

/// Turns unions of constants into an `enum` each.
pub(super) fn unite_constants(schemas: &mut [Schema]) {
    for index in 0..schemas.len() {
        let schema = &schemas[index];
        if schema.enumeration.is_some() {
            continue;
        }
        let Some(values) = union_of_constants(schemas, schema) else { continue };
        let values: Vec<Value> = values.into_iter().cloned().collect();
        let schema = &mut schemas[index];
        schema.any_of.clear();
        schema.one_of.clear();
        schema.enumeration = Some(values);
    }
}
