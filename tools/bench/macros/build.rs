//! Writes the schemas of three of GitHub's events, and what makes validators of them.

#[path = "../corpus.rs"]
mod corpus;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};

const EVENTS: [(&str, &str); 3] = [
    ("marketplace_purchase", "marketplace_purchase_event"),
    ("push", "push$event"),
    ("pull_request", "pull_request_event"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("set by Cargo")?);
    let schema: Value = serde_json::from_str(&fs::read_to_string(corpus::github().join("schema.json"))?)?;
    let mut code = String::new();
    for (name, definition) in EVENTS {
        let path = out.join(format!("{name}.schema.json"));
        fs::write(&path, bundle(&schema, definition).to_string())?;
        code.push_str(&format!(
            "/// The validator of `{definition}`.\n\
             #[jsonschema::validator(path = {path:?}, validate_formats = true)]\n\
             pub struct {name};\n\
             impl {name} {{\n/// Its schema.\npub const SCHEMA: &str = include_str!({path:?});\n}}\n",
        ));
    }
    fs::write(out.join("macros.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// The definition `name` and all that it refers to, as a schema of its own.
fn bundle(schema: &Value, name: &str) -> Value {
    let mut names = BTreeSet::new();
    reach(schema, &schema["definitions"][name], &mut names);
    let definitions: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), schema["definitions"][name].clone())).collect();
    json!({ "$schema": schema["$schema"], "definitions": definitions, "allOf": [schema["definitions"][name]] })
}

fn reach(schema: &Value, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/definitions/"))
                && names.insert(name.to_owned())
            {
                reach(schema, &schema["definitions"][name], names);
            }
            members.values().for_each(|member| reach(schema, member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| reach(schema, item, names)),
        _ => {}
    }
}
