//! Generates three of GitHub's events, once as they are and once without `format` and `pattern`.

#[path = "../corpus.rs"]
mod corpus;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

const EVENTS: [&str; 3] = ["marketplace_purchase", "push", "pull_request"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("set by Cargo")?);
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(corpus::github().join("schema.json"))?)?;
    // A name without the `$`.
    schema["definitions"]["push_event"] = json!({ "$ref": "#/definitions/push$event" });
    generate(&out.join("asserted"), &schema)?;
    strip(&mut schema);
    generate(&out.join("plain"), &schema)?;
    println!("cargo::rustc-env=GITHUB_WEBHOOKS={}", corpus::github().display());
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn generate(root: &Path, schema: &Value) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root.join("schemas"))?;
    fs::write(root.join("schemas/github.json"), schema.to_string())?;
    let events = EVENTS.map(|event| format!("[events.{event}]\nschema = \"github.json#/definitions/{event}_event\"\n"));
    fs::write(root.join("walnats.toml"), events.concat())?;
    walnats_codegen::configure().root(root).out_dir(root.join("walnats")).compile();
    Ok(())
}

/// Takes the keywords `format` and `pattern` away; properties may have these names.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|key, value| !(value.is_string() && (key == "format" || key == "pattern")));
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
