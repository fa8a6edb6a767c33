//! Schemas without what walnats alone reads.

use walnats_codegen::load::{Node, NodeValue};

/// Keywords that hold a schema, or a list of them.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords that hold schemas by names.
const BY_NAME: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

/// Takes `x-walnats` out of a schema and of those in it. Members of values, such as of `const` and `examples`, stay.
pub fn strip(schema: &mut Node) {
    match &mut schema.value {
        NodeValue::Object(members) => {
            members.retain(|member| member.name != "x-walnats");
            for member in members {
                if SCHEMAS.contains(&member.name.as_str()) {
                    strip(&mut member.value);
                } else if BY_NAME.contains(&member.name.as_str())
                    && let NodeValue::Object(named) = &mut member.value.value
                {
                    named.iter_mut().for_each(|member| strip(&mut member.value));
                }
            }
        }
        NodeValue::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
