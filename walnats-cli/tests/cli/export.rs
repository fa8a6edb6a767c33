//! `walnats export`: schemas that mean the same, a model that other tools can rely on, protobuf files that protoc reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use walnats_codegen::model::{EventModel, Payload};
use walnats_codegen::{Package, configure};
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_harness::nested::{GITHUB_WEBHOOKS_SETTINGS, corpus, workspace};
use walnats_harness::python::protobuf_environment;
use walnats_schema::SchemaId;

use crate::program::{package, walnats};

/// An old draft, a file that others refer to, a member that is called like a keyword, and values that look like schemas.
const TRICKY: [(&str, &str); 2] = [
    (
        "schemas/a.json",
        r##"{"$schema": "http://json-schema.org/draft-07/schema#", "description": "A.", "type": "object",
            "properties": {"x-walnats": {"type": "string"}, "b": {"$ref": "_b.json#/definitions/b"},
                           "c": {"const": {"x-walnats": 1}}, "d": {"items": [{"x-walnats": {"rust": "D"}, "type": "string"}]}},
            "examples": [{"x-walnats": "kept"}], "x-walnats": {"owner": "us"}}"##,
    ),
    (
        "schemas/_b.json",
        r##"{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"b": {"anyOf": [{"type": "null"}, {"$ref": "#/definitions/c"}]},
                             "c": {"maxLength": 3, "x-walnats": {"rust": "C"}}}}"##,
    ),
];

#[test]
fn schemas_stand_alone_and_mean_the_same() {
    let tricky = package(&TRICKY);
    assert_eq!(same(tricky.path()), (1, 1));
    let text = walnats(tricky.path(), &["export", "schema", "a", "--bundle", "--strip"]).stdout;
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(schema["properties"]["x-walnats"]["type"], "string");
    assert_eq!(
        (&schema["examples"][0]["x-walnats"], &schema["properties"]["c"]["const"]["x-walnats"]),
        (&"kept".into(), &1.into())
    );
    assert!(!text.contains("\"rust\"") && schema.get("x-walnats").is_none(), "{text}");
    assert!(text.find("\"type\"") < text.find("\"properties\""), "in the order of the file: {text}");

    assert_eq!(same(workspace()), (5, 5), "the shop's events");
}

/// What is proven within the limits depends on the machine; that a difference is found would be wrong on any.
#[test]
fn schemas_of_github_stand_alone_and_mean_the_same() {
    let Some(corpus) = corpus("github-webhooks") else { return };
    let schema = fs::read_to_string(corpus.join("schema.json")).unwrap();
    let github = package(&[("schemas/github.json", &schema), ("walnats.toml", GITHUB_WEBHOOKS_SETTINGS)]);
    let (proven, all) = same(github.path());
    assert_eq!(all, 66);
    assert!(proven >= 33, "{proven} of {all} are proven to be the same");
}

/// How many of the package's exported schemas are proven to accept what its events accept, and how many there are. Each is valid
/// by the meta-schema of its draft.
fn same(folder: &Path) -> (usize, usize) {
    let mut original = Package::load(&configure().root(folder));
    let model = original.model().unwrap();
    let exported = walnats(folder, &["export", "schema", "--bundle", "--strip"]);
    assert_eq!((exported.code, exported.stderr.as_str()), (0, ""));
    let schemas: BTreeMap<String, Value> = serde_json::from_str(&exported.stdout).unwrap();
    let mut proven = 0;
    for (name, schema) in &schemas {
        jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        let files = BTreeMap::from([("schemas/exported.json".to_owned(), schema.to_string().into_bytes())]);
        let mut alone = Package::from_sources(&configure(), &files);
        let copy = alone.model().unwrap_or_else(|_| panic!("{name}: {:?}", alone.report.diagnostics));
        let (one, other) = (root(&model, name), root(&copy, "exported"));
        let limits = Limits { time: Duration::from_secs(2), ..Limits::default() };
        let both = [contained(one, other, &limits), contained(other, one, &limits)];
        for found in &both {
            assert!(!matches!(found, Containment::Differs(_)), "{name}: {found:?}");
        }
        proven += usize::from(both == [Containment::Contained, Containment::Contained]);
    }
    (proven, schemas.len())
}

fn root<'m>(model: &'m EventModel, name: &str) -> Root<'m> {
    let event = model.events.iter().find(|event| event.name == name).unwrap();
    let Payload::Json(SchemaId(id)) = event.payload else { panic!("{name} is not JSON") };
    Root { set: &model.schemas, id: SchemaId(id) }
}

#[test]
fn schemas_are_exported_as_they_stand() {
    let exported = walnats(workspace(), &["export", "schema", "user-created"]).stdout;
    let schema: Value = serde_json::from_str(&exported).unwrap();
    let file: Value =
        serde_json::from_str(&fs::read_to_string(workspace().join("schemas/user_created.json")).unwrap()).unwrap();
    assert_eq!(schema, file);
    let unknown = walnats(workspace(), &["export", "schema", "user-craeted"]);
    assert_eq!(
        (unknown.code, unknown.stderr.as_str()),
        (2, "error: the package has no event `user-craeted`; did you mean `user-created`?\ncould not run\n")
    );
}

#[test]
fn the_model_has_the_form_that_is_published() {
    let schema = walnats(workspace(), &["export", "model", "--json-schema"]).stdout;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    // Nothing is printed that is not described.
    let strict: Value = serde_json::from_str(&closed(&schema).to_string()).unwrap();
    let validator = jsonschema::validator_for(&strict).unwrap();
    let settings = "[streams.a]\nretention = \"workqueue\"\nmax_age = \"36h\"\nmax_messages = 7\ndiscard = \"new\"\n\n[services.s]\nemits = [\"a\"]\n\n[services.t]\nconsumes = [\"a\"]\nread = \"tolerant\"\n";
    let [a, b] = TRICKY;
    let tricky = package(&[a, b, ("walnats.toml", settings)]);
    for folder in [workspace(), tricky.path()] {
        let exported = walnats(folder, &["export", "model"]);
        assert_eq!((exported.code, exported.stderr.as_str()), (0, ""));
        let model: Value = serde_json::from_str(&exported.stdout).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&model).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let model: Value = serde_json::from_str(&walnats(tricky.path(), &["export", "model"]).stdout).unwrap();
    assert_eq!(model["version"], 1);
    assert_eq!((&model["events"][0]["read"], &model["services"][0]["read"]), (&"strict".into(), &Value::Null));
    assert_eq!(model["services"][1]["read"], "tolerant");
    assert_eq!(
        model["streams"][0]["settings"],
        serde_json::json!({"retention": "workqueue", "max_age_seconds": 129_600.0, "max_messages": 7, "discard": "new"})
    );
}

/// The schema with `additionalProperties: false` wherever it lists members.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut closed: serde_json::Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), closed(value))).collect();
            if members.get("properties").is_some_and(Value::is_object) && members.contains_key("type") {
                closed.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            Value::Object(closed)
        }
        Value::Array(items) => items.iter().map(closed).collect(),
        value => value.clone(),
    }
}

#[test]
fn protoc_compiles_the_package_with_what_is_exported() {
    let python = protobuf_environment().unwrap();
    let shipment = fs::read_to_string(workspace().join("schemas/shop/v1/shipment.proto")).unwrap();
    let shop = package(&[("schemas/shop/v1/shipment.proto", &shipment)]);
    let protoc = || {
        let mut command = Command::new(&python);
        let google = "import grpc_tools, os; print(os.path.join(os.path.dirname(grpc_tools.__file__), '_proto'))";
        let google = Command::new(&python).args(["-c", google]).output().unwrap().stdout;
        let google = String::from_utf8(google).unwrap();
        command.args(["-m", "grpc_tools.protoc", "-I", "schemas", "-I", "proto", "-I", google.trim()]);
        command.args(["--descriptor_set_out=out.binpb", "shop/v1/shipment.proto"]).current_dir(shop.path());
        command.output().unwrap()
    };
    assert!(!protoc().status.success(), "without the option's file");
    let exported = walnats(shop.path(), &["export", "proto"]);
    assert_eq!(
        (exported.code, exported.stdout.as_str()),
        (0, "wrote proto/walnats/options.proto\nwrote proto/buf/validate/validate.proto\n")
    );
    let compiled = protoc();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    assert!(shop.path().join("out.binpb").exists());
    let again = walnats(shop.path(), &["export", "proto"]);
    assert_eq!(
        again.stdout,
        "proto/walnats/options.proto is up to date\nproto/buf/validate/validate.proto is up to date\n"
    );
    // A copy among the schemas changes nothing for walnats.
    walnats(shop.path(), &["export", "proto", "schemas"]);
    assert_eq!(walnats(shop.path(), &["check"]).code, 0);
}
