//! The JSON Schema of `walnats.toml`, which editors complete and check by.
#![cfg(feature = "config-schema")]

use serde_json::Value;

#[test]
fn every_key_is_described_and_no_other_is_admitted() {
    let schema = walnats_codegen::config_schema();
    assert_eq!(schema["title"], "walnats.toml");
    let definitions = schema["$defs"].as_object().unwrap();
    let tables: Vec<(&str, &Value)> = std::iter::once(("root", &schema))
        .chain(definitions.iter().map(|(name, table)| (name.as_str(), table)))
        .filter(|(_, table)| table.get("properties").is_some())
        .collect();
    assert_eq!(tables.len(), 7, "the root and its six kinds of sections");
    for (name, table) in tables {
        assert_eq!(table["additionalProperties"], false, "{name}");
        assert!(table.get("required").is_none(), "every key of {name} is optional");
        for (key, value) in table["properties"].as_object().unwrap() {
            assert!(value["description"].is_string(), "{name}.{key} has no description");
        }
    }
}
