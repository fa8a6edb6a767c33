//! Which schemas apply at a place of a payload.

use std::collections::HashSet;

use serde_json::Value;
use walnats_schema::pointer::unescape;
use walnats_schema::{Pattern, SchemaId, SchemaSet};

/// The parts of a JSON Pointer, unescaped.
pub(crate) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| unescape(step).into_owned()).collect()
}

/// The schemas that may apply to the payload, to the value that the first step leads to, and so on: one list more than there
/// are steps. A step `*` leads to any item or member. Alternatives are all there; what stands below `not` and `if` is not.
pub(crate) fn walk(set: &SchemaSet, root: SchemaId, payload: Option<&Value>, steps: &[String]) -> Vec<Vec<SchemaId>> {
    let mut levels = vec![applied(set, [root])];
    let mut value = payload;
    for step in steps {
        let above = levels.last().map(Vec::as_slice).unwrap_or_default();
        let below = above.iter().flat_map(|&id| match value {
            Some(Value::Array(_)) => items(set, id, step),
            Some(_) => members(set, id, step),
            None => [members(set, id, step), items(set, id, step)].concat(),
        });
        let below: Vec<SchemaId> = below.collect();
        levels.push(applied(set, below));
        value = value.and_then(|value| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        });
    }
    levels
}

/// Whether one of the schemas declares the member by name.
pub(crate) fn declares(set: &SchemaSet, ids: &[SchemaId], name: &str) -> bool {
    ids.iter().any(|&id| set.get(id).object.properties.iter().any(|(known, _)| known == name))
}

fn members(set: &SchemaSet, id: SchemaId, name: &str) -> Vec<SchemaId> {
    let object = &set.get(id).object;
    let matches = |pattern: &str| name == "*" || Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(name));
    let declared = object.properties.iter().filter(|(known, _)| known == name);
    let matching = object.pattern_properties.iter().filter(|(pattern, _)| matches(pattern));
    let mut found: Vec<SchemaId> = declared.chain(matching).map(|(_, id)| *id).collect();
    if found.is_empty() {
        found.extend(object.additional_properties.iter().chain(&object.unevaluated_properties));
    }
    found
}

fn items(set: &SchemaSet, id: SchemaId, step: &str) -> Vec<SchemaId> {
    let array = &set.get(id).array;
    let at = step.parse::<usize>().ok();
    let positions = match at {
        Some(at) => array.prefix_items.get(at).into_iter().copied().collect(),
        None if step == "*" => array.prefix_items.clone(),
        None => return Vec::new(),
    };
    let is_positioned = at.is_some() && !positions.is_empty();
    let rest = array.items.iter().chain(&array.unevaluated_items).filter(|_| !is_positioned);
    positions.iter().chain(rest).copied().collect()
}

/// The schemas, and those that apply to the same value by them; outer ones first.
pub(crate) fn applied(set: &SchemaSet, ids: impl IntoIterator<Item = SchemaId>) -> Vec<SchemaId> {
    let (mut found, mut seen): (Vec<SchemaId>, HashSet<SchemaId>) = Default::default();
    let mut waiting: std::collections::VecDeque<SchemaId> = ids.into_iter().collect();
    while let Some(id) = waiting.pop_front() {
        if !seen.insert(id) {
            continue;
        }
        let schema = set.get(id);
        waiting.extend(schema.direct_conjuncts());
        waiting.extend(schema.dynamic_reference.iter().map(|dynamic| dynamic.fallback));
        waiting.extend(schema.any_of.iter().chain(&schema.one_of));
        waiting.extend(schema.condition.iter().flat_map(|found| found.then.iter().chain(&found.else_)));
        waiting.extend(schema.object.dependent_schemas.iter().map(|(_, id)| *id));
        found.push(id);
    }
    found
}
