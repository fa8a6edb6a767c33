//! Fields of JSON payloads that templates may name.

use std::collections::BTreeSet;

use serde_json::Value;
use walnats_schema::{Decimal, Format, JsonType, Schema, SchemaId, SchemaSet};

use super::template::FieldProblem;
use crate::model::ScalarKind;

/// What stands at the path `names` in every payload that `root` accepts.
///
/// # Errors
/// Why the path is not a required scalar.
pub fn json_field(schemas: &SchemaSet, root: SchemaId, names: &[String]) -> Result<ScalarKind, FieldProblem> {
    let mut here = together(schemas, &[root]);
    for (depth, name) in names.iter().enumerate() {
        let fields = || here.iter().flat_map(|schema| &schema.object.properties);
        let inner: Vec<SchemaId> = fields().filter(|(known, _)| known == name).map(|(_, id)| *id).collect();
        if inner.is_empty() {
            if depth > 0 && !types(&here).is_none_or(|types| types.contains(&JsonType::Object)) {
                return Err(FieldProblem::NotObject { depth: depth - 1, found: describe(&here) });
            }
            return Err(FieldProblem::Unknown { depth, known: fields().map(|(known, _)| known.clone()).collect() });
        }
        if !here.iter().any(|schema| schema.object.required.contains(name)) || !is_object(&here) {
            return Err(FieldProblem::Optional { depth });
        }
        here = together(schemas, &inner);
    }
    scalar(&here).ok_or_else(|| FieldProblem::NotScalar { found: describe(&here) })
}

/// The members that are known at the path `names`, with the schema of each; one that several schemas speak of is there
/// several times.
pub fn json_members(schemas: &SchemaSet, root: SchemaId, names: &[String]) -> Vec<(String, SchemaId)> {
    let mut here = together(schemas, &[root]);
    for name in names {
        let inner = here.iter().flat_map(|schema| &schema.object.properties).filter(|(known, _)| known == name);
        let inner: Vec<SchemaId> = inner.map(|(_, id)| *id).collect();
        here = together(schemas, &inner);
    }
    here.iter().flat_map(|schema| schema.object.properties.iter().map(|(name, id)| (name.clone(), *id))).collect()
}

/// Whether the format of a schema is that of a date or a time.
pub fn is_moment(schemas: &SchemaSet, root: SchemaId) -> bool {
    let is_moment = |format| matches!(format, Format::DateTime | Format::Date | Format::Time);
    together(schemas, &[root]).iter().any(|schema| schema.string.format.is_some_and(is_moment))
}

/// All schemas that an instance has to satisfy at once: through `$ref` and `allOf`.
fn together<'s>(schemas: &'s SchemaSet, roots: &[SchemaId]) -> Vec<&'s Schema> {
    schemas.conjuncts(roots).into_iter().map(|id| schemas.get(id)).collect()
}

/// `required` and `properties` say nothing about an instance that is not an object.
fn is_object(together: &[&Schema]) -> bool {
    types(together).is_some_and(|types| types.iter().eq([&JsonType::Object]))
}

fn scalar(together: &[&Schema]) -> Option<ScalarKind> {
    let types: Vec<JsonType> = types(together)?.into_iter().collect();
    match types[..] {
        [JsonType::String] => Some(ScalarKind::String),
        [JsonType::Integer] => Some(ScalarKind::Integer),
        [JsonType::Boolean] => Some(ScalarKind::Boolean),
        _ => None,
    }
}

/// The types that are left when all schemas agree; `None` where any type is.
fn types(together: &[&Schema]) -> Option<BTreeSet<JsonType>> {
    let from_types =
        together.iter().filter_map(|schema| schema.types.as_ref()).map(|types| types.iter().copied().collect());
    let from_values = together
        .iter()
        .filter_map(|schema| schema.enumeration.as_ref())
        .map(|values| values.iter().map(type_of).collect());
    from_types.chain(from_values).reduce(|a: BTreeSet<JsonType>, b| {
        let both = |of: &JsonType| a.contains(of) && b.contains(of);
        let integer = |of: &JsonType| {
            *of == JsonType::Integer && (a.contains(&JsonType::Number) || b.contains(&JsonType::Number))
        };
        a.union(&b).filter(|of| both(of) || integer(of)).copied().collect()
    })
}

fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) if Decimal::from(number).is_integer() => JsonType::Integer,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

fn describe(together: &[&Schema]) -> String {
    let Some(types) = types(together) else {
        let has_variants = together.iter().any(|schema| !schema.one_of.is_empty() || !schema.any_of.is_empty());
        return if has_variants { "one of several variants" } else { "of any type" }.to_owned();
    };
    let names = types.iter().map(|of| match of {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number with a fraction",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    });
    let names = names.collect::<Vec<_>>();
    if names.is_empty() { "nothing that exists".to_owned() } else { names.join(" or ") }
}
