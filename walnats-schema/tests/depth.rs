//! No schema and no instance can overflow the stack.

use serde_json::{Value, json};
use walnats_schema::{Cut, SchemaId, SchemaSet};

/// The stack of a thread that Rust starts, and of tokio's workers.
const STACK: usize = 2 << 20;

#[test]
fn an_endless_reference_ends() {
    for schema in [
        r#"{"reference": 0}"#,
        r#"{"one_of": [0], "object": {"unevaluated_properties": 0}}"#,
        r#"{"any_of": [0], "array": {"unevaluated_items": 0}}"#,
        r#"{"not": 0}"#,
        r#"{"condition": {"if": 0, "then": 0}}"#,
        r#"{"object": {"dependent_schemas": [["a", 0]]}}"#,
    ] {
        let set: SchemaSet = serde_json::from_str(&format!(r#"{{"schemas": [{schema}]}}"#)).unwrap();
        in_small_stack(move || {
            assert!(!set.is_valid(SchemaId(0), &json!({"a": 1})));
            assert!(matches!(set.validate(SchemaId(0), &json!({"a": 1})).cut, Some(Cut::TooDeep { .. })));
        });
    }
}

#[test]
fn the_deepest_payload_is_judged() {
    // A tree of which each level goes through a property, a reference, a union and a composition.
    let tree = r##"{"schemas": [
        {"types": ["object"], "object": {"properties": [["child", 1]], "unevaluated_properties": 5}},
        {"reference": 2},
        {"one_of": [4, 3]},
        {"all_of": [0]},
        {"types": ["null"]},
        {"never": true}
    ]}"##;
    let set: SchemaSet = serde_json::from_str(tree).unwrap();
    let deep = |end: &str| -> Value {
        serde_json::from_str(&format!("{}{end}{}", r#"{"child":"#.repeat(126), "}".repeat(126))).unwrap()
    };
    let (valid, invalid) = (deep("null"), deep(r#"{"other":1}"#));
    in_small_stack(move || {
        assert!(set.is_valid(SchemaId(0), &valid));
        assert!(set.validate(SchemaId(0), &valid).is_empty());
        assert!(!set.is_valid(SchemaId(0), &invalid));
        assert!(!set.validate(SchemaId(0), &invalid).is_empty());
    });
}

fn in_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}
