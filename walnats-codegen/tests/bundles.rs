//! The schema that an event publishes stands alone: it brings along what it refers to in other files.

use std::fs;

use serde_json::{Value, json};
use walnats_codegen::Package;

/// The schema of the event `sent` of `sent.json`, with the other files next to it.
fn bundled(files: &[(&str, Value)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("schemas")).unwrap();
    for (name, schema) in files {
        fs::write(folder.path().join("schemas").join(name), schema.to_string()).unwrap();
    }
    let mut package = Package::load(&walnats_codegen::configure().root(folder.path()));
    let model = package.model().unwrap_or_else(|_| panic!("{:?}", package.report));
    let event = model.events.iter().find(|event| event.name == "sent").unwrap();
    serde_json::from_str(event.json_schema.as_ref().unwrap()).unwrap()
}

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";

/// Before 2019-09 other keywords next to `$ref` are ignored; its definitions are where references within the file lead, all the same.
#[test]
fn definitions_beside_a_reference_stay_where_they_are() {
    let root = json!({
        "$schema": DRAFT_7,
        "$ref": "#/definitions/parcel",
        "definitions": {
            "parcel": { "type": "object", "properties": { "to": { "$ref": "_address.json" }, "size": { "$ref": "#/definitions/size" } } },
            "size": { "type": "integer" },
        },
    });
    let address = json!({ "$schema": DRAFT_7, "type": "object", "properties": { "city": { "type": "string" } } });
    assert_eq!(
        bundled(&[("sent.json", root), ("_address.json", address)]),
        json!({
            "$schema": DRAFT_7,
            "allOf": [{ "$ref": "#/definitions/parcel" }],
            "definitions": {
                "parcel": {
                    "type": "object",
                    "properties": { "to": { "$ref": "#/definitions/address" }, "size": { "$ref": "#/definitions/size" } },
                },
                "size": { "type": "integer" },
                "address": { "type": "object", "properties": { "city": { "type": "string" } } },
            },
        })
    );
}

#[test]
fn names_that_two_files_give_are_numbered() {
    let code =
        |pattern| json!({ "$schema": DRAFT_2020_12, "$defs": { "code": { "type": "string", "pattern": pattern } } });
    let root = json!({
        "$schema": DRAFT_2020_12,
        "type": "object",
        "properties": {
            "a": { "$ref": "_a.json#/$defs/code" },
            "b": { "$ref": "_b.json#/$defs/code" },
            "c": { "$ref": "#/$defs/code" },
            "again": { "$ref": "_a.json#/$defs/code" },
        },
        "$defs": { "code": true },
    });
    assert_eq!(
        bundled(&[("sent.json", root), ("_a.json", code("^a")), ("_b.json", code("^b"))]),
        json!({
            "$schema": DRAFT_2020_12,
            "type": "object",
            "properties": {
                "a": { "$ref": "#/$defs/code_2" },
                "b": { "$ref": "#/$defs/code_3" },
                "c": { "$ref": "#/$defs/code" },
                "again": { "$ref": "#/$defs/code_2" },
            },
            "$defs": {
                "code": true,
                "code_2": { "type": "string", "pattern": "^a" },
                "code_3": { "type": "string", "pattern": "^b" },
            },
        })
    );
}

/// What is referred to may have definitions of its own, refer to itself and to where it is referred from.
#[test]
fn files_that_refer_to_one_another_come_along_once() {
    let root = json!({
        "$schema": DRAFT_2020_12,
        "type": "object",
        "properties": { "tree": { "$ref": "_tree.json" }, "never": { "$ref": "_never.json" } },
    });
    let tree = json!({
        "$schema": DRAFT_2020_12,
        "$id": "https://example.com/tree",
        "type": "array",
        "items": { "anyOf": [{ "$ref": "#/$defs/leaf" }, { "$ref": "#" }, { "$ref": "sent.json" }] },
        "$defs": { "leaf": { "type": "string" } },
    });
    assert_eq!(
        bundled(&[("sent.json", root), ("_tree.json", tree), ("_never.json", json!(false))]),
        json!({
            "$schema": DRAFT_2020_12,
            "type": "object",
            "properties": { "tree": { "$ref": "#/$defs/tree" }, "never": { "$ref": "#/$defs/never" } },
            "$defs": {
                "tree": {
                    "type": "array",
                    "items": { "anyOf": [{ "$ref": "#/$defs/leaf" }, { "$ref": "#/$defs/tree" }, { "$ref": "#" }] },
                    "$defs": { "leaf": { "type": "string" } },
                },
                "never": { "not": {} },
                "leaf": { "type": "string" },
            },
        })
    );
}
