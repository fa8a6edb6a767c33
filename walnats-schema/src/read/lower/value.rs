//! `type`, `enum` and `const`.

use crate::{JsonType, Schema, equal};

use super::Lowerer;
use super::schema_object::{SchemaObject, texts};
use crate::read::document::Node;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn values(&mut self, object: &SchemaObject<'_, 'a>, schema: &mut Schema) {
        if let Some(node) = object.value("type") {
            let names = node.as_str().map_or_else(|| texts(node), |name| vec![name.to_owned()]);
            let mut types: Vec<JsonType> = names.iter().filter_map(|name| json_type(name)).collect();
            types.sort_unstable();
            types.dedup();
            schema.types = Some(types);
        }
        schema.enumeration = object.items("enum").map(|items| items.iter().map(Node::to_json).collect());
        if let Some(value) = object.value("const").map(Node::to_json) {
            // Both together allow the value only if it is listed.
            let admitted = schema.enumeration.as_ref().is_none_or(|values| values.iter().any(|v| equal(v, &value)));
            schema.enumeration = Some(if admitted { vec![value] } else { Vec::new() });
        }
    }
}

fn json_type(name: &str) -> Option<JsonType> {
    Some(match name {
        "null" => JsonType::Null,
        "boolean" => JsonType::Boolean,
        "integer" => JsonType::Integer,
        "number" => JsonType::Number,
        "string" => JsonType::String,
        "array" => JsonType::Array,
        "object" => JsonType::Object,
        _ => return None,
    })
}
