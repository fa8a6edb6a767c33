//! Wrong values at every keyword of every draft: what a draft's meta-schema refuses has a finding at its place, and is not taken
//! for a disagreement of validators.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use walnats_codegen::{Package, configure};
use walnats_compat::opinion::breaks_meta_schema;

/// Whether a schema is what the meta-schema of a draft asks for.
type IsValid = fn(&Value) -> bool;

const DRAFTS: [(&str, IsValid); 5] = [
    ("http://json-schema.org/draft-04/schema#", jsonschema::draft4::meta::is_valid),
    ("http://json-schema.org/draft-06/schema#", jsonschema::draft6::meta::is_valid),
    ("http://json-schema.org/draft-07/schema#", jsonschema::draft7::meta::is_valid),
    ("https://json-schema.org/draft/2019-09/schema", jsonschema::draft201909::meta::is_valid),
    ("https://json-schema.org/draft/2020-12/schema", jsonschema::draft202012::meta::is_valid),
];

const KEYWORDS: [&str; 60] = [
    "id",
    "$id",
    "$ref",
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    "type",
    "enum",
    "const",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "dependencies",
    "dependentSchemas",
    "unevaluatedProperties",
    "required",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "title",
    "description",
    "examples",
    "deprecated",
    "readOnly",
];

fn wrong_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(3),
        json!(""),
        json!("text"),
        json!("#a b"),
        json!("true"),
        json!([]),
        json!([1]),
        json!([null]),
        json!(["a"]),
        json!(["a", "a"]),
        json!(["string", "string"]),
        json!([1, 1.0]),
        json!([{}, 5]),
        json!({}),
        json!({ "a": 5 }),
        json!({ "a": [] }),
        json!({ "a": [1] }),
        json!({ "a": ["b", "b"] }),
        json!({ "a": "b" }),
        json!({ "type": "text" }),
        json!({ "minLength": -1 }),
    ]
}

#[test]
fn what_a_meta_schema_refuses_is_found_by_name() {
    let (mut refused, mut silent) = (0, Vec::new());
    for (draft, is_valid) in DRAFTS {
        for keyword in KEYWORDS {
            for value in wrong_values() {
                // At the side of a valid member, so that there is something to be an example of.
                let schema = json!({
                    "$schema": draft,
                    "description": "Something happened.",
                    "type": "object",
                    "properties": { "p": { keyword: value } },
                    "examples": [{}],
                });
                if is_valid(&schema) || is_left_alone(keyword, &value) {
                    continue;
                }
                refused += 1;
                if let Err(found) = check(&schema) {
                    silent.push(format!("{draft} {keyword}: {value}: {found:?}"));
                }
            }
        }
    }
    assert!(refused > 1000, "{refused}");
    assert!(silent.is_empty(), "{} of {refused}:\n{}", silent.len(), silent.join("\n"));
}

/// The same with one more schema on the way: nothing is overlooked behind a reference.
#[test]
fn it_is_found_behind_a_reference_too() {
    let mut silent = Vec::new();
    for (draft, is_valid) in DRAFTS {
        for keyword in ["required", "enum", "type", "title", "minLength", "uniqueItems", "dependencies", "allOf"] {
            for value in wrong_values() {
                let schema = json!({
                    "$schema": draft,
                    "description": "Something happened.",
                    "type": "object",
                    "properties": { "q": { "$ref": "#/definitions/p" } },
                    "definitions": { "p": { keyword: value } },
                    "examples": [{}],
                });
                if !is_valid(&schema)
                    && let Err(found) = check(&schema)
                {
                    silent.push(format!("{draft} {keyword}: {value}: {found:?}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}:\n{}", silent.len(), silent.join("\n"));
}

/// What has no finding yet: schemas that apply to nothing, an exclusive bound of draft 4 without the bound, and identifiers that
/// are not URIs. Nothing takes them for a disagreement, either.
fn is_left_alone(keyword: &str, value: &Value) -> bool {
    match keyword {
        "contentSchema" | "additionalItems" => value.is_object(),
        "exclusiveMinimum" | "exclusiveMaximum" => *value == json!(true),
        "$id" => *value == json!("#a b"),
        _ => false,
    }
}

/// What was found, unless some of it is about the schema `p`.
fn check(schema: &Value) -> Result<(), Vec<String>> {
    let text = schema.to_string();
    let files = BTreeMap::from([("schemas/happened.json".to_owned(), text.clone().into_bytes())]);
    let mut package = Package::from_sources(&configure(), &files);
    let model = package.check();
    if let Ok(model) = &model {
        let documents = &package.sources.documents;
        assert!(breaks_meta_schema(documents, &model.notes), "{text} would be a disagreement");
    }
    let start = text.find("\"p\":").expect("the member is there");
    let is_about = |found: &&walnats_codegen::Diagnostic| found.place.span.start >= start && found.code != "WN0314";
    match package.report.visible().find(is_about) {
        Some(_) => Ok(()),
        None => Err(package.report.visible().map(|found| format!("{} {}", found.code, found.message)).collect()),
    }
}
