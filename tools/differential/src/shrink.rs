//! The smallest schema and instance that still show a disagreement.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use walnats_compat::json::{Cut, minimize, reduce};
use walnats_schema::pointer::escape;

use crate::{Disagreement, Judges, TestSchema};

/// How many changes are tried at most.
const MAX_TRIES: usize = 1_000;
/// How much is compiled and judged to find the part that matters: characters of schemas, more or less.
const MAX_COST: usize = 2_000_000;

/// Cuts down the schema of `test_schema` and `instance` while the verdicts stay what they are, or turn all round, as under a `not`.
pub(crate) fn shrink(test_schema: &mut TestSchema, instance: &mut Value) {
    // What takes long to compile is compiled seldom.
    let size = test_schema.schema.to_string().len();
    let mut tries = MAX_TRIES.saturating_sub(size / 200);
    loop {
        descend(test_schema, instance);
        let judges = Judges::new(test_schema);
        let verdicts = judges.verdicts(instance);
        let smallest = minimize(instance.clone(), &|candidate| judges.verdicts(candidate) == verdicts);
        let smaller_instance = smallest != *instance;
        *instance = smallest;
        let mut schema = test_schema.schema.clone();
        let smaller = |pointer: &str, part: &Value| match pointer.ends_with("/$schema") {
            true => Vec::new(),
            false => neighbours(part).into_iter().map(Cut::Replace).collect(),
        };
        let smaller_schema = reduce(&mut schema, &mut tries, &smaller, &|candidate| {
            Judges::new(&with_schema(test_schema, candidate.clone())).verdicts(instance) == verdicts
        });
        test_schema.schema = schema;
        if !smaller_instance && !smaller_schema || tries == 0 {
            return;
        }
    }
}

/// Goes down to the smallest schema in the schema, and the smallest value in the instance, that show the same.
fn descend(test_schema: &mut TestSchema, instance: &mut Value) {
    let verdicts = Judges::new(test_schema).verdicts(instance);
    let schema = std::mem::take(&mut test_schema.schema);
    let whole = instance.clone();
    let values: Vec<&Value> = places(&whole).iter().filter_map(|place| whole.pointer(place)).collect();
    let candidates = schemas_in(&schema);
    let mut cost = 0;
    for ((size, _), mut part) in candidates {
        cost += size + 40 * values.len();
        if cost > MAX_COST {
            break;
        }
        part["$schema"] = test_schema.draft.uri().into();
        let candidate = with_schema(test_schema, part);
        let judges = Judges::new(&candidate);
        if judges.refusals().is_empty() != verdicts.is_complete() {
            continue;
        }
        let shows = |value: &&Value| {
            let found = judges.verdicts(value);
            found == verdicts || found == verdicts.turned()
        };
        if let Some(value) = values.iter().rev().copied().find(shows) {
            *instance = value.clone();
            *test_schema = candidate;
            return;
        }
    }
    test_schema.schema = schema;
}

/// The parts of a disagreement that are disagreements themselves: schemas in its schema, and its schema without one keyword,
/// with values in its instance.
pub(crate) fn disputed_parts(whole: &Disagreement) -> Vec<Disagreement> {
    let test_schema = TestSchema::new(&whole.origin, whole.schema.clone(), whole.draft);
    let values: Vec<&Value> =
        places(&whole.instance).iter().filter_map(|place| whole.instance.pointer(place)).collect();
    let mut disputed = Vec::new();
    let mut cost = 0;
    for mut part in schemas_in(&whole.schema).into_values().chain(without_one_keyword(&whole.schema)) {
        cost += part.to_string().len() + 40 * values.len();
        if cost > MAX_COST {
            break;
        }
        part["$schema"] = whole.draft.uri().into();
        let part = with_schema(&test_schema, part);
        let judges = Judges::new(&part);
        if !judges.refusals().is_empty() {
            continue;
        }
        for value in &values {
            let verdicts = judges.verdicts(value);
            if !verdicts.agree() {
                disputed.push(Disagreement {
                    origin: whole.origin.clone(),
                    draft: whole.draft,
                    schema: part.schema.clone(),
                    instance: (*value).clone(),
                    verdicts,
                    refusals: Vec::new(),
                    violations: Vec::new(),
                });
            }
        }
    }
    disputed
}

/// The objects in a schema, and each of their keywords alone, the smallest first, each once.
fn schemas_in(schema: &Value) -> BTreeMap<(usize, String), Value> {
    let places = places(schema);
    let parts = places.iter().filter_map(|place| schema.pointer(place)?.as_object());
    let alone = |part: &Map<String, Value>| -> Vec<Value> {
        part.iter().map(|(keyword, value)| Map::from_iter([(keyword.clone(), value.clone())]).into()).collect()
    };
    parts
        .flat_map(|part| alone(part).into_iter().chain([part.clone().into()]))
        .map(|part| {
            let text = part.to_string();
            ((text.len(), text), part)
        })
        .collect()
}

/// The schema with one member of one of its objects removed, for each of them.
fn without_one_keyword(schema: &Value) -> Vec<Value> {
    let mut parts = Vec::new();
    for place in places(schema) {
        let members = schema.pointer(&place).and_then(Value::as_object);
        for name in members.into_iter().flat_map(Map::keys) {
            let mut part = schema.clone();
            if let Some(Value::Object(members)) = part.pointer_mut(&place) {
                members.remove(name);
                parts.push(part);
            }
        }
    }
    parts
}

fn with_schema(test_schema: &TestSchema, schema: Value) -> TestSchema {
    let remotes = Arc::clone(&test_schema.remotes);
    TestSchema { remotes, ..TestSchema::new(&test_schema.name, schema, test_schema.draft) }
}

/// Pointers to all parts of a value, the outer ones first.
fn places(value: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    let mut next = 0;
    while next < places.len() {
        let place = places[next].clone();
        match value.pointer(&place) {
            Some(Value::Array(items)) => places.extend((0..items.len()).map(|index| format!("{place}/{index}"))),
            Some(Value::Object(members)) => {
                places.extend(members.keys().map(|name| format!("{place}/{}", escape(name))))
            }
            _ => {}
        }
        next += 1;
    }
    places
}

/// Smaller values that might do instead.
fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(number) => {
            let is_small = ["0", "1", "2"].contains(&number.to_string().as_str());
            if is_small { Vec::new() } else { vec![json!(0), json!(1), json!(2)] }
        }
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let halves = [characters.len() / 2, characters.len() / 4].into_iter().filter(|length| *length > 1);
            let mut texts: Vec<String> = Vec::new();
            for length in halves {
                for start in (0..characters.len()).step_by(length) {
                    texts.push(characters.iter().take(start).chain(characters.iter().skip(start + length)).collect());
                }
            }
            for index in 0..characters.len().min(80) {
                let others = characters.iter().enumerate().filter(|(other, _)| *other != index);
                texts.push(others.map(|(_, character)| character).collect());
            }
            texts.into_iter().map(Value::from).collect()
        }
        Value::Array(items) => {
            let mut smaller: Vec<Value> = Vec::new();
            if items.len() > 3 {
                smaller.extend([items[..items.len() / 2].into(), items[items.len() / 2..].into()]);
            }
            for index in 0..items.len() {
                let mut rest = items.clone();
                rest.remove(index);
                smaller.push(rest.into());
            }
            // A part in place of the whole.
            smaller.extend(items.iter().cloned());
            smaller
        }
        Value::Object(members) => {
            let mut smaller: Vec<Value> = Vec::new();
            for name in members.keys().filter(|name| *name != "$schema") {
                let mut rest = members.clone();
                rest.remove(name);
                smaller.push(rest.into());
            }
            let with_schema = |part: &Value| match (members.get("$schema"), part) {
                (Some(schema), Value::Object(part)) => {
                    let mut part = part.clone();
                    part.insert("$schema".to_owned(), schema.clone());
                    Some(Value::Object(part))
                }
                (Some(_), _) => None,
                (None, part) => Some(part.clone()),
            };
            smaller.extend(members.values().filter_map(with_schema));
            if !members.contains_key("$schema") {
                smaller.extend([json!(true), json!({})].into_iter().filter(|simple| *simple != *value));
            }
            smaller
        }
    }
}
