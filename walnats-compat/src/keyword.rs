//! Keywords of lowered schemas by their names: what they say, and schemas without them.

use std::collections::HashMap;

use serde_json::{Value, json};
use walnats_schema::{Schema, SchemaId, SchemaSet};

use crate::finding::{canonical, digest};

/// Keywords that say the same kind of thing; `keyword` first.
pub(crate) fn family(keyword: &str) -> Vec<&str> {
    const FAMILIES: [&[&str]; 8] = [
        &["minimum", "exclusiveMinimum"],
        &["maximum", "exclusiveMaximum"],
        &["enum", "const"],
        &["additionalProperties", "unevaluatedProperties"],
        &["items", "additionalItems", "unevaluatedItems", "prefixItems"],
        &["contains", "minContains", "maxContains"],
        &["dependentRequired", "dependencies", "required"],
        &["anyOf", "oneOf"],
    ];
    let family = FAMILIES.iter().find(|family| family.contains(&keyword)).copied().unwrap_or_default();
    std::iter::once(keyword).chain(family.iter().copied().filter(|other| *other != keyword)).collect()
}

/// What a keyword of a schema says, independent of files, order and spelling; `None` where the schema has none.
pub(crate) fn value(set: &SchemaSet, schema: &Schema, keyword: &str) -> Option<Value> {
    let Schema { number, string, array, object, .. } = schema;
    let of_number = |number: &Option<serde_json::Number>| number.clone().map(Value::Number);
    let of_count = |count: Option<u64>| count.map(Value::from);
    let of_schema = |id: Option<SchemaId>| id.map(|id| meaning(set, &[id]));
    let of_schemas = |ids: &[SchemaId]| (!ids.is_empty()).then(|| meaning(set, ids));
    match keyword {
        "false" => schema.never.then_some(Value::Bool(false)),
        "type" => schema.types.as_ref().map(|types| sorted(types.iter().map(|name| json!(name)))),
        "enum" | "const" => schema.enumeration.as_ref().map(|values| sorted(values.iter().cloned())),
        "minimum" => of_number(&number.minimum),
        "exclusiveMinimum" => of_number(&number.exclusive_minimum),
        "maximum" => of_number(&number.maximum),
        "exclusiveMaximum" => of_number(&number.exclusive_maximum),
        "multipleOf" => of_number(&number.multiple_of),
        "format" => string.format.map(|name| json!(name)).or_else(|| number.format.map(|name| json!(name))),
        "minLength" => of_count(string.min_length),
        "maxLength" => of_count(string.max_length),
        "pattern" => string.pattern.as_deref().map(Value::from),
        "minItems" => of_count(array.min_items),
        "maxItems" => of_count(array.max_items),
        "uniqueItems" => array.unique_items.then_some(Value::Bool(true)),
        "contains" | "minContains" | "maxContains" => {
            array.contains.as_ref().map(|found| json!([meaning(set, &[found.schema]), found.min, found.max]))
        }
        "items" => of_schema(array.items),
        "prefixItems" => of_schemas(&array.prefix_items),
        "unevaluatedItems" => of_schema(array.unevaluated_items),
        "required" => (!object.required.is_empty()).then(|| sorted(object.required.iter().map(|name| json!(name)))),
        "dependentRequired" => (!object.dependent_required.is_empty()).then(|| json!(object.dependent_required)),
        "minProperties" => of_count(object.min_properties),
        "maxProperties" => of_count(object.max_properties),
        "propertyNames" => of_schema(object.property_names),
        "additionalProperties" => of_schema(object.additional_properties),
        "unevaluatedProperties" => of_schema(object.unevaluated_properties),
        "anyOf" => of_schemas(&schema.any_of),
        "oneOf" => of_schemas(&schema.one_of),
        "not" => of_schema(schema.not),
        _ => None,
    }
}

fn sorted(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<(String, Value)> = values.map(|value| (text(&value), value)).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values.into_iter().map(|(_, value)| value).collect()
}

fn text(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    text
}

/// A digest of what schemas and all that they reach say, wherever they stand.
pub(crate) fn meaning(set: &SchemaSet, roots: &[SchemaId]) -> Value {
    Value::String(digest(&written(set, roots)))
}

/// What schemas and all that they reach say, wherever they stand: of the same text, the same is accepted. Where dynamic
/// references lead is not in it.
pub(crate) fn written(set: &SchemaSet, roots: &[SchemaId]) -> String {
    let mut numbers: HashMap<SchemaId, u32> = HashMap::new();
    let mut order: Vec<SchemaId> = Vec::new();
    let mut number = |id: SchemaId, order: &mut Vec<SchemaId>| {
        let id = meant(set, id);
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        SchemaId(*numbers.entry(id).or_insert_with(|| {
            order.push(id);
            next
        }))
    };
    for &root in roots {
        number(root, &mut order);
    }
    let (mut whole, mut at) = (String::new(), 0);
    while let Some(&id) = order.get(at) {
        let mut schema = set.get(id).clone();
        schema.resource = None;
        schema.object.properties.sort_by(|a, b| a.0.cmp(&b.0));
        schema.object.required.sort();
        for id in schema.children_mut() {
            *id = number(*id, &mut order);
        }
        canonical(&json!(schema), &mut whole);
        at += 1;
    }
    whole
}

/// The schema that one refers to, if it does nothing else: a definition says the same in its place.
fn meant(set: &SchemaSet, id: SchemaId) -> SchemaId {
    let (mut meant, mut turns) = (id, 0..set.schemas.len());
    while let (Some(target), Some(_)) = (set.get(meant).reference, turns.next()) {
        let schema = set.get(meant);
        let only = Schema { reference: Some(target), resource: schema.resource, ..Schema::default() };
        if *schema != only {
            break;
        }
        meant = target;
    }
    meant
}

/// What a member or a missing one has to do with a keyword.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Detail<'d> {
    /// The member that is missing, or refused.
    pub(crate) member: Option<&'d str>,
    /// Whether every unknown member is meant, rather than this one.
    pub(crate) all_members: bool,
}

/// Takes a keyword out of a schema of the set, so that the next reason to refuse a payload is found. Returns whether the set
/// has changed.
pub(crate) fn relax(set: &mut SchemaSet, id: SchemaId, keyword: &str, detail: Detail<'_>) -> bool {
    let before = set.get(id).clone();
    let anything = SchemaId(u32::try_from(set.schemas.len()).unwrap_or(u32::MAX));
    let schema = &mut set.schemas[id.0 as usize];
    let Schema { number, string, array, object, .. } = schema;
    match keyword {
        "false" => schema.never = false,
        "type" => schema.types = None,
        "enum" | "const" => schema.enumeration = None,
        "minimum" => number.minimum = None,
        "exclusiveMinimum" => number.exclusive_minimum = None,
        "maximum" => number.maximum = None,
        "exclusiveMaximum" => number.exclusive_maximum = None,
        "multipleOf" => number.multiple_of = None,
        "format" => (string.format, number.format) = (None, None),
        "minLength" => string.min_length = None,
        "maxLength" => string.max_length = None,
        "pattern" => string.pattern = None,
        "minItems" => array.min_items = None,
        "maxItems" => array.max_items = None,
        "uniqueItems" => array.unique_items = false,
        "contains" | "minContains" | "maxContains" => array.contains = None,
        "items" => array.items = None,
        "unevaluatedItems" => array.unevaluated_items = None,
        "required" => object.required.retain(|name| Some(name.as_str()) != detail.member),
        "dependentRequired" => {
            for (_, names) in &mut object.dependent_required {
                names.retain(|name| Some(name.as_str()) != detail.member);
            }
        }
        "minProperties" => object.min_properties = None,
        "maxProperties" => object.max_properties = None,
        "propertyNames" => object.property_names = None,
        "additionalProperties" if detail.all_members => object.additional_properties = None,
        "unevaluatedProperties" if detail.all_members => object.unevaluated_properties = None,
        "additionalProperties" | "unevaluatedProperties" => {
            object.properties.extend(detail.member.map(|name| (name.to_owned(), anything)));
        }
        "properties" => {
            let properties = object.properties.iter_mut().filter(|(name, _)| Some(name.as_str()) == detail.member);
            properties.for_each(|(_, id)| *id = anything);
        }
        "anyOf" => schema.any_of.clear(),
        "oneOf" => schema.one_of.clear(),
        "not" => schema.not = None,
        _ => {}
    }
    let has_changed = *schema != before;
    if has_changed && schema.object.properties.iter().any(|(_, id)| *id == anything) {
        set.schemas.push(Schema::default());
    }
    has_changed
}

/// What a schema says with one keyword and with those that mean something only together with it, and nothing else.
pub(crate) fn only(schema: &Schema, keyword: &str) -> Schema {
    let mut part = Schema::default();
    let Schema { number, string, array, object, .. } = &mut part;
    let from = schema.clone();
    match keyword {
        "type" => part.types = from.types,
        "enum" | "const" => part.enumeration = from.enumeration,
        "minimum" | "exclusiveMinimum" => {
            (number.minimum, number.exclusive_minimum) = (from.number.minimum, from.number.exclusive_minimum);
        }
        "maximum" | "exclusiveMaximum" => {
            (number.maximum, number.exclusive_maximum) = (from.number.maximum, from.number.exclusive_maximum);
        }
        "multipleOf" => number.multiple_of = from.number.multiple_of,
        "format" => (string.format, number.format) = (from.string.format, from.number.format),
        "minLength" => string.min_length = from.string.min_length,
        "maxLength" => string.max_length = from.string.max_length,
        "pattern" => string.pattern = from.string.pattern,
        "minItems" => array.min_items = from.array.min_items,
        "maxItems" => array.max_items = from.array.max_items,
        "uniqueItems" => array.unique_items = from.array.unique_items,
        "contains" | "minContains" | "maxContains" => array.contains = from.array.contains,
        "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" => {
            (array.prefix_items, array.items) = (from.array.prefix_items, from.array.items);
            array.unevaluated_items = from.array.unevaluated_items;
        }
        "minProperties" => object.min_properties = from.object.min_properties,
        "maxProperties" => object.max_properties = from.object.max_properties,
        "propertyNames" => object.property_names = from.object.property_names,
        "properties" | "patternProperties" | "additionalProperties" | "unevaluatedProperties" => {
            object.properties = from.object.properties;
            object.pattern_properties = from.object.pattern_properties;
            object.additional_properties = from.object.additional_properties;
            object.unevaluated_properties = from.object.unevaluated_properties;
        }
        "required" | "dependencies" | "dependentRequired" | "dependentSchemas" => {
            object.required = from.object.required;
            object.dependent_required = from.object.dependent_required;
            object.dependent_schemas = from.object.dependent_schemas;
        }
        "allOf" => part.all_of = from.all_of,
        "anyOf" | "oneOf" => (part.any_of, part.one_of) = (from.any_of, from.one_of),
        "not" => part.not = from.not,
        "if" | "then" | "else" => part.condition = from.condition,
        _ => {}
    }
    part
}
