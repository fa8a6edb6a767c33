//! No small payload is judged for ever.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use walnats_schema::{SchemaId, SchemaSet};

/// Beyond what any of these takes, on any machine.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn schemas_that_apply_one_another_twice_are_applied_once() {
    for twice in [
        r#""all_of": [N, N]"#,
        r#""any_of": [N, N], "object": {"unevaluated_properties": 41}"#,
        r#""one_of": [N, 41, N]"#,
        r#""not": N, "condition": {"if": N, "then": N, "else": N}"#,
        r#""object": {"dependent_schemas": [["a", N]]}, "all_of": [N]"#,
        r#""reference": N, "all_of": [N], "array": {"unevaluated_items": 41}"#,
    ] {
        let mut schemas = String::new();
        for index in 0..40 {
            let _ = write!(schemas, "{{{}}},", twice.replace('N', &(index + 1).to_string()));
        }
        let set = set(&format!(r#"{{"schemas": [{schemas} {{"types": ["object", "array"]}}, {{"never": true}}]}}"#));
        in_time(&set, &json!({"a": 1}));
        in_time(&set, &json!([1]));
        in_time(&set, &json!(1));
    }
}

#[test]
fn unions_of_nested_values_are_judged_once_for_each_value() {
    let set = set(r#"{"schemas": [
        {"any_of": [1, 1, 2]},
        {"types": ["array"], "array": {"items": 0}},
        {"types": ["string"]}
    ]}"#);
    let deep = |end: &str| -> Value {
        serde_json::from_str(&format!("{}{end}{}", "[".repeat(100), "]".repeat(100))).expect("it is JSON")
    };
    assert!(set.is_valid(SchemaId(0), &deep("\"a\"")));
    in_time(&set, &deep("\"a\""));
    in_time(&set, &deep("1"));
}

fn set(text: &str) -> SchemaSet {
    serde_json::from_str(text).expect("the schemas are well-formed")
}

fn in_time(set: &SchemaSet, instance: &Value) {
    let start = Instant::now();
    assert_eq!(set.is_valid(SchemaId(0), instance), set.validate(SchemaId(0), instance).is_empty());
    assert!(start.elapsed() < LIMIT, "{instance}: {:?}", start.elapsed());
}
