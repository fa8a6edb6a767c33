//! Generates three of GitHub's events, once as they are and once without `format` and `pattern`.

#[path = "../corpus.rs"]
mod corpus;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message;
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
    protobuf(&out)?;
    println!("cargo::rustc-env=GITHUB_WEBHOOKS={}", corpus::github().display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=protobuf");
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

/// One message, by walnats, and by prost-build with pbjson-build.
fn protobuf(out: &Path) -> Result<(), Box<dyn Error>> {
    let root = out.join("protobuf");
    fs::create_dir_all(root.join("schemas"))?;
    fs::copy("protobuf/order.proto", root.join("schemas/order.proto"))?;
    let settings = "[events.order-placed]\nschema = \"order.proto#bench.v1.OrderPlaced\"\nencoding = \"json\"\n";
    fs::write(root.join("walnats.toml"), settings)?;
    walnats_codegen::configure().root(&root).out_dir(root.join("walnats")).compile();

    let theirs = out.join("pbjson");
    fs::create_dir_all(&theirs)?;
    let files = protox::compile(["order.proto"], ["protobuf"])?;
    let mut config = prost_build::Config::new();
    config.out_dir(&theirs).btree_map(["."]).compile_well_known_types().extern_path(".google.protobuf", "::pbjson_types");
    config.compile_fds(files.clone())?;
    let mut builder = pbjson_build::Builder::new();
    builder.out_dir(&theirs).btree_map(["."]).register_descriptors(&files.encode_to_vec())?.build(&[".bench.v1"])?;
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
