//! Real schemas of the corpora, which are not part of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json as value};
use walnats_schema::pointer::unescape;
use walnats_schema::read::Draft;

use crate::Subject;

/// Where the schemas of a suite's `remotes` are served.
const REMOTE_HOST: &str = "http://localhost:1234/";

/// What was found.
pub struct Corpora {
    /// The folder.
    pub folder: PathBuf,
    /// Every schema.
    pub subjects: Vec<Subject>,
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
    let mut subjects = Vec::new();
    subjects.extend(github(&folder.join("github-webhooks")));
    subjects.extend(official(&folder.join("json-schema-test-suite")));
    subjects.extend(containment(&folder.join("containment-suite")));
    subjects.extend(apicurio(&folder.join("apicurio-json/compatibility-test-data.normalised.json")));
    Some(Corpora { folder, subjects })
}

/// Every definition by itself, with those that it reaches, and the payloads of its event.
fn github(folder: &Path) -> Vec<Subject> {
    let Some(schema) = json(&folder.join("schema.json")) else { return Vec::new() };
    let examples = json(&folder.join("examples.json")).unwrap_or_default();
    let of_event = |definition: &str| {
        let event = definition.split('$').next().unwrap_or_default();
        let rows = examples.as_array().into_iter().flatten().filter(|row| row["name"] == event);
        rows.flat_map(|row| row["examples"].as_array().cloned().unwrap_or_default()).collect::<Vec<Value>>()
    };
    let definitions = schema["definitions"].as_object().cloned().unwrap_or_default();
    let subjects = definitions.keys().map(|name| {
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
        Subject { examples, ..Subject::new("github-webhooks", schema, Draft::Draft7) }
    });
    subjects.collect()
}

fn official(folder: &Path) -> Vec<Subject> {
    let remotes: Vec<(String, Value)> = files(&folder.join("remotes"))
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(folder.join("remotes")).ok()?.display().to_string();
            Some((format!("{REMOTE_HOST}{name}"), json(&path)?))
        })
        .collect();
    let remotes = Arc::new(remotes);
    let mut subjects = Vec::new();
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
                let mut subject = Subject::new(name, schema, draft);
                if with_remotes {
                    subject.remotes = Arc::clone(&remotes);
                }
                subjects.push(subject);
            }
        }
    }
    subjects
}

fn containment(folder: &Path) -> Vec<Subject> {
    let mut subjects = Vec::new();
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
                    subjects.push(Subject::new("containment-suite", schema.clone(), draft));
                }
            }
        }
    }
    subjects
}

/// Schemas are texts in there.
fn apicurio(file: &Path) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let mut queue: Vec<Value> = json(file).into_iter().collect();
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), &value) {
                        ("original" | "updated" | "old" | "new", Value::Object(_)) => {
                            subjects.push(Subject::new("apicurio", value, Draft::Draft7));
                        }
                        ("original" | "updated" | "old" | "new", Value::String(text)) => {
                            let schema = serde_json::from_str(text).ok();
                            subjects.extend(schema.map(|schema| Subject::new("apicurio", schema, Draft::Draft7)));
                        }
                        _ => queue.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    subjects
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
