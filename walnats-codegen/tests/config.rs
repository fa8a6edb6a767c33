//! The JSON Schema of `walnats.toml`, which editors complete and check by.
#![cfg(feature = "config-schema")]

use serde_json::{Value, json};

#[test]
fn every_key_is_described_and_no_other_is_admitted() {
    let schema = walnats_codegen::config_schema();
    assert_eq!(schema["title"], "walnats.toml");
    let definitions = schema["$defs"].as_object().unwrap();
    let tables: Vec<(&str, &Value)> = std::iter::once(("root", &schema))
        .chain(definitions.iter().map(|(name, table)| (name.as_str(), table)))
        .filter(|(_, table)| table.get("properties").is_some())
        .collect();
    assert_eq!(tables.len(), 11, "the root and its ten kinds of sections");
    for (name, table) in tables {
        // The names of lints are keys, too.
        let others = if name == "LintSettings" { json!({ "$ref": "#/$defs/LevelName" }) } else { json!(false) };
        assert_eq!(table["additionalProperties"], others, "{name}");
        // What is ignored needs a reason.
        let required = (name == "IgnoreSettings").then(|| json!(["lint", "files", "reason"]));
        assert_eq!(table.get("required"), required.as_ref(), "keys of {name} are optional");
        for (key, value) in table["properties"].as_object().unwrap() {
            assert!(value["description"].is_string(), "{name}.{key} has no description");
        }
    }
}
