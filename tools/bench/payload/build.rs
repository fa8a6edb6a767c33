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
    let plain = fs::read_to_string("protobuf/order.proto")?;
    checked(&out.join("ruled"), &ruled(&plain)?)?;
    checked(&out.join("cel"), &with_expressions(&plain)?)?;

    let theirs = out.join("pbjson");
    fs::create_dir_all(&theirs)?;
    let files = protox::compile(["order.proto"], ["protobuf"])?;
    let mut config = prost_build::Config::new();
    config
        .out_dir(&theirs)
        .btree_map(["."])
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types");
    config.compile_fds(files.clone())?;
    let mut builder = pbjson_build::Builder::new();
    builder.out_dir(&theirs).btree_map(["."]).register_descriptors(&files.encode_to_vec())?.build(&[".bench.v1"])?;
    Ok(())
}

/// The events of one file, in the binary encoding.
fn checked(root: &Path, proto: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root.join("schemas"))?;
    fs::write(root.join("schemas/order.proto"), proto)?;
    fs::write(root.join("walnats.toml"), "[events.order-placed]\nschema = \"order.proto#bench.v1.OrderPlaced\"\n")?;
    walnats_codegen::configure().root(root).out_dir(root.join("walnats")).compile();
    // What validates by reflection has them at hand.
    let imported = "buf/validate/validate.proto";
    fs::create_dir_all(root.join("include/buf/validate"))?;
    fs::copy(Path::new("../../../walnats-codegen/proto").join(imported), root.join("include").join(imported))?;
    let mut compiler = protox::Compiler::new([root.join("schemas"), root.join("include")])?;
    compiler.include_imports(true).open_file("order.proto")?;
    fs::write(root.join("descriptors.binpb"), compiler.encode_file_descriptor_set())?;
    Ok(())
}

/// The import, and options in place of the semicolons of some fields.
fn with(proto: &str, fields: &[(&str, &str)]) -> Result<String, Box<dyn Error>> {
    let import = "import \"google/protobuf/timestamp.proto\";";
    let mut proto = proto.replace(import, &format!("{import}\nimport \"buf/validate/validate.proto\";"));
    for (field, options) in fields {
        if !proto.contains(&format!("{field};")) {
            return Err(format!("there is no `{field}`").into());
        }
        proto = proto.replace(&format!("{field};"), &format!("{field} [{options}];"));
    }
    Ok(proto)
}

/// A standard rule for most fields.
fn ruled(proto: &str) -> Result<String, Box<dyn Error>> {
    with(
        proto,
        &[
            ("string order_id = 1", "(buf.validate.field).string = { min_len: 1, max_len: 64 }"),
            ("string customer_id = 2", "(buf.validate.field).string.len = 36"),
            ("google.protobuf.Timestamp placed_at = 3", "(buf.validate.field).required = true"),
            ("repeated Line lines = 4", "(buf.validate.field).repeated = { min_items: 1, max_items: 1000 }"),
            ("map<string, string> labels = 5", "(buf.validate.field).map.max_pairs = 16"),
            ("Status status = 8", "(buf.validate.field).enum = { defined_only: true, not_in: [0] }"),
            ("int64 total_cents = 9", "(buf.validate.field).int64.gte = 0"),
            ("bytes signature = 15", "(buf.validate.field).bytes.max_len = 64"),
            ("double discount = 16", "(buf.validate.field).double = { gte: 0, lt: 1 }"),
            ("string sku = 1", "(buf.validate.field).string = { min_len: 3, prefix: \"TEA\" }"),
            ("uint32 quantity = 3", "(buf.validate.field).uint32 = { gt: 0, lte: 1000 }"),
            ("int64 price_cents = 4", "(buf.validate.field).int64.gt = 0"),
            ("repeated string tags = 5", "(buf.validate.field).repeated.items.string.max_len = 20"),
            ("string country = 5", "(buf.validate.field).string.len = 2"),
        ],
    )
}

/// Three small expressions.
fn with_expressions(proto: &str) -> Result<String, Box<dyn Error>> {
    let rule = |id: &str, expression: &str| {
        format!(
            "  option (buf.validate.message).cel = {{ id: \"{id}\", message: \"no\", expression: \"{expression}\" }};\n"
        )
    };
    let rules = rule("total", "this.total_cents >= 0 && (this.total_cents == 0 || size(this.lines) > 0)")
        + &rule("status", "this.is_gift || !has(this.note)")
        + &rule("lines", "this.lines.all(line, line.quantity > 0u)");
    Ok(with(proto, &[])?.replace("message OrderPlaced {\n", &format!("message OrderPlaced {{\n{rules}")))
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
