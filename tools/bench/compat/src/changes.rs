//! Changes of real schemas: what became of GitHub's webhooks and of the Agent Client Protocol from one release to the next, and
//! GitHub's schema with planted changes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Result;
use crate::npm::Package;

/// How many places of each event are changed.
const PLANTED: usize = 4;

/// The releases that are compared with one another, each with the next.
const RELEASES: [Package; 21] = [
    Package { name: "@octokit/webhooks-schemas", version: "3.69.1" },
    Package { name: "@octokit/webhooks-schemas", version: "4.13.0" },
    Package { name: "@octokit/webhooks-schemas", version: "5.8.0" },
    Package { name: "@octokit/webhooks-schemas", version: "6.7.0" },
    Package { name: "@octokit/webhooks-schemas", version: "6.11.0" },
    Package { name: "@octokit/webhooks-schemas", version: "7.0.3" },
    Package { name: "@octokit/webhooks-schemas", version: "7.1.0" },
    Package { name: "@octokit/webhooks-schemas", version: "7.4.0" },
    Package { name: "@octokit/webhooks-schemas", version: "7.6.1" },
    Package { name: "@agentclientprotocol/sdk", version: "0.4.5" },
    Package { name: "@agentclientprotocol/sdk", version: "0.5.1" },
    Package { name: "@agentclientprotocol/sdk", version: "0.8.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.11.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.14.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.16.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.20.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.24.0" },
    Package { name: "@agentclientprotocol/sdk", version: "0.29.0" },
    Package { name: "@agentclientprotocol/sdk", version: "1.4.0" },
    Package { name: "@agentclientprotocol/sdk", version: "2.1.0" },
    Package { name: "@agentclientprotocol/sdk", version: "2.4.0" },
];
/// How many of the changed definitions are asked about, evenly spread; `WALNATS_CHANGES` says otherwise.
const MOST: usize = 300;
/// Where packages have their schema.
const PATHS: [&str; 3] = ["schema.json", "schema/schema.json", "schema/v1/schema.json"];

/// A schema before and after a change.
pub struct Change {
    pub name: String,
    pub old: Value,
    pub new: Value,
}

/// GitHub's events, each changed in some places.
pub fn planted(schema: &Value) -> Result<Vec<Change>> {
    let mut seed = 1;
    let mut changes = Vec::new();
    for event in schema["oneOf"].as_array().ok_or("no events")? {
        let name = definition(event["$ref"].as_str().ok_or("no event")?);
        let old = alone(schema, name);
        for index in 0..PLANTED {
            let mut new = old.clone();
            plant(&mut new, &mut seed);
            changes.push(Change { name: format!("{name} {index}"), old: old.clone(), new });
        }
    }
    Ok(changes)
}

/// The definitions that changed from one release to the next, each as a schema of its own.
pub fn released(cache: &Path) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for pair in RELEASES.windows(2) {
        let [old, new] = pair else { continue };
        if old.name != new.name {
            continue;
        }
        let schemas = (read(&old.fetch(cache)?)?, read(&new.fetch(cache)?)?);
        for name in names(&schemas.0).intersection(&names(&schemas.1)) {
            let (before, after) = (alone(&schemas.0, name), alone(&schemas.1, name));
            if before != after {
                let name = format!("{name} of {} {}..{}", old.name, old.version, new.version);
                changes.push(Change { name, old: before, new: after });
            }
        }
    }
    let most = std::env::var("WALNATS_CHANGES").ok().and_then(|text| text.parse().ok()).unwrap_or(MOST);
    let step = changes.len().div_ceil(most).max(1);
    Ok(changes.into_iter().step_by(step).collect())
}

fn read(package: &Path) -> Result<Value> {
    let path = PATHS.into_iter().map(|path| package.join(path)).find(|path| path.is_file());
    let path = path.ok_or_else(|| format!("{}: no schema", package.display()))?;
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    without_texts(&mut schema, false);
    Ok(schema)
}

/// Removes what only people read: a change of that alone is none.
fn without_texts(value: &mut Value, holds_names: bool) {
    match value {
        Value::Object(members) => {
            if !holds_names {
                let is_read =
                    |name: &str| matches!(name, "description" | "title" | "examples" | "default" | "$comment");
                members.retain(|name, _| !is_read(name) && !name.starts_with("x-"));
            }
            for (name, value) in members {
                let names = matches!(name.as_str(), "properties" | "definitions" | "$defs" | "patternProperties");
                without_texts(value, names && !holds_names);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_texts(item, false)),
        _ => {}
    }
}

fn keyword(schema: &Value) -> &'static str {
    if schema.get("$defs").is_some() { "$defs" } else { "definitions" }
}

fn names(schema: &Value) -> BTreeSet<&String> {
    schema[keyword(schema)].as_object().into_iter().flat_map(Map::keys).collect()
}

fn definition(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// A definition as a schema of its own, with what it refers to.
pub fn alone(schema: &Value, name: &str) -> Value {
    let keyword = keyword(schema);
    let mut definitions = Map::new();
    let mut queue = vec![name.to_owned()];
    while let Some(name) = queue.pop() {
        if !definitions.contains_key(&name) {
            let definition = schema[keyword][&name].clone();
            references(&definition, &mut queue);
            definitions.insert(name, definition);
        }
    }
    let draft = &schema["$schema"];
    json!({"$schema": draft, "allOf": [{"$ref": format!("#/{keyword}/{name}")}], keyword: definitions})
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(|reference| definition(reference).to_owned()));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Changes a place: a keyword less, a type more, a requirement less.
pub fn plant(schema: &mut Value, seed: &mut u64) {
    let mut places = Vec::new();
    places_in(&schema["definitions"], "/definitions".to_owned(), &mut places);
    loop {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = &places[(*seed >> 33) as usize % places.len()];
        match schema.pointer_mut(place) {
            Some(Value::Array(items)) if items.len() > 1 => drop(items.remove((*seed >> 20) as usize % items.len())),
            Some(Value::Object(members)) if members.contains_key("format") => drop(members.remove("format")),
            Some(Value::Object(members)) if members.contains_key("additionalProperties") => {
                members.remove("additionalProperties");
            }
            Some(value) if *value == "string" && place.ends_with("/type") => *value = json!(["string", "null"]),
            Some(value) if *value == "integer" && place.ends_with("/type") => *value = json!("number"),
            _ => continue,
        }
        return;
    }
}

fn places_in(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                places_in(value, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places_in(value, format!("{at}/{index}"), found));
        }
        _ => {}
    }
    found.push(at);
}
