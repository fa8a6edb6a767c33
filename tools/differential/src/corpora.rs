//! Real schemas of the corpora, which are not part of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json as value};
use walnats_schema::pointer::unescape;
use walnats_schema::read::Draft;

use crate::TestSchema;

/// Where the schemas of a suite's `remotes` are served.
const REMOTE_HOST: &str = "http://localhost:1234/";

/// What was found.
pub struct Corpora {
    /// The folder.
    pub folder: PathBuf,
    /// Every schema.
    pub test_schemas: Vec<TestSchema>,
}

/// The schemas of the corpora, which are at `../shared/corpora` from the workspace root or where `WALNATS_CORPORA` says; `None` if
/// they are not there.
pub fn corpora() -> Option<Corpora> {
    let folder = match std::env::var_os("WALNATS_CORPORA") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"),
    };
    if !folder.is_dir() {
        return None;
    }
    let mut test_schemas = Vec::new();
    test_schemas.extend(github(&folder.join("github-webhooks")));
    test_schemas.extend(official(&folder.join("json-schema-test-suite")));
    test_schemas.extend(containment(&folder.join("containment-suite")));
    test_schemas.extend(apicurio(&folder.join("apicurio-json/compatibility-test-data.normalised.json")));
    Some(Corpora { folder, test_schemas })
}

/// Every definition by itself, with those that it reaches, and the payloads of its event.
fn github(folder: &Path) -> Vec<TestSchema> {
    let Some(schema) = json(&folder.join("schema.json")) else { return Vec::new() };
    let examples = json(&folder.join("examples.json")).unwrap_or_default();
    let of_event = |definition: &str| {
        let event = definition.split('$').next().unwrap_or_default();
        let rows = examples.as_array().into_iter().flatten().filter(|row| row["name"] == event);
        rows.flat_map(|row| row["examples"].as_array().cloned().unwrap_or_default()).collect::<Vec<Value>>()
    };
    let definitions = schema["definitions"].as_object().cloned().unwrap_or_default();
    let test_schemas = definitions.keys().map(|name| {
        let mut reached = vec![name.clone()];
        let mut next = 0;
        while let Some(name) = reached.get(next).cloned() {
            let text = definitions[&name].to_string();
            for part in text.split("\"#/definitions/").skip(1) {
                let target = unescape(part.split('"').next().unwrap_or_default()).into_owned();
                if definitions.contains_key(&target) && !reached.contains(&target) {
                    reached.push(target);
                }
            }
            next += 1;
        }
        let kept: serde_json::Map<_, _> =
            reached.iter().map(|name| (name.clone(), definitions[name].clone())).collect();
        let schema =
            value!({ "$schema": schema["$schema"], "$ref": format!("#/definitions/{name}"), "definitions": kept });
        let examples = Arc::new(of_event(name));
        TestSchema { examples, ..TestSchema::new("github-webhooks", schema, Draft::Draft7) }
    });
    test_schemas.collect()
}

fn official(folder: &Path) -> Vec<TestSchema> {
    let remotes: Vec<(String, Value)> = files(&folder.join("remotes"))
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(folder.join("remotes")).ok()?.display().to_string();
            Some((format!("{REMOTE_HOST}{name}"), json(&path)?))
        })
        .collect();
    let remotes = Arc::new(remotes);
    let mut test_schemas = Vec::new();
    for (name, draft) in [
        ("draft4", Draft::Draft4),
        ("draft6", Draft::Draft6),
        ("draft7", Draft::Draft7),
        ("draft2019-09", Draft::Draft201909),
        ("draft2020-12", Draft::Draft202012),
    ] {
        for path in files(&folder.join("tests").join(name)) {
            let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let groups = json(&path).and_then(|groups| groups.as_array().cloned()).unwrap_or_default();
            for group in groups {
                let schema = group["schema"].clone();
                let name = format!("official-suite/{name}/{file}: {}", group["description"]);
                let with_remotes = schema.to_string().contains(REMOTE_HOST);
                let mut test_schema = TestSchema::new(name, schema, draft);
                if with_remotes {
                    test_schema.remotes = Arc::clone(&remotes);
                }
                test_schemas.push(test_schema);
            }
        }
    }
    test_schemas
}

fn containment(folder: &Path) -> Vec<TestSchema> {
    let mut test_schemas = Vec::new();
    for path in files(folder) {
        let draft = if path.components().any(|part| part.as_os_str().to_string_lossy().contains("2020")) {
            Draft::Draft202012
        } else {
            Draft::Draft7
        };
        let cases = json(&path).and_then(|cases| cases.as_array().cloned()).unwrap_or_default();
        for case in cases {
            for side in ["schema1", "schema2"] {
                if let Some(schema) = case.get(side) {
                    test_schemas.push(TestSchema::new("containment-suite", schema.clone(), draft));
                }
            }
        }
    }
    test_schemas
}

/// Schemas are texts in there.
fn apicurio(file: &Path) -> Vec<TestSchema> {
    let mut test_schemas = Vec::new();
    let mut queue: Vec<Value> = json(file).into_iter().collect();
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), &value) {
                        ("original" | "updated" | "old" | "new", Value::Object(_)) => {
                            test_schemas.push(TestSchema::new("apicurio", value, Draft::Draft7));
                        }
                        ("original" | "updated" | "old" | "new", Value::String(text)) => {
                            let schema = serde_json::from_str(text).ok();
                            test_schemas
                                .extend(schema.map(|schema| TestSchema::new("apicurio", schema, Draft::Draft7)));
                        }
                        _ => queue.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    test_schemas
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// The JSON files below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
