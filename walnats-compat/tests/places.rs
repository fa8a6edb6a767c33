//! What is too hard in one place leaves every other place decided.

mod support;

use serde_json::{Value, json};
use support::{judge, read};
use walnats_compat::json::{Containment, Reason};
use walnats_schema::read::Draft;

/// Schemas of which nobody knows whether the first is contained in the second.
fn hard() -> Vec<(&'static str, Value, Value, Reason)> {
    vec![
        (
            "back-references",
            json!({"type": "string", "pattern": r"^(a+)b\1b\1$"}),
            json!({"type": "string", "pattern": r"^(a+)b\1b(a+)\2$"}),
            Reason::Pattern,
        ),
        (
            "automata with too many states",
            json!({"type": "string", "pattern": "^[ab]*a[ab]{18}$"}),
            json!({"type": "string", "pattern": "^[ab]*a[ab]{18}c?$"}),
            Reason::TooManyStates,
        ),
        (
            "very many different items",
            json!({"type": "array", "items": {"type": "integer"}, "minItems": 10_000_000, "uniqueItems": true}),
            json!({"type": "string"}),
            Reason::Counting,
        ),
        (
            "numbers that a double does not hold",
            json!({"type": "number", "exclusiveMinimum": f64::MAX}),
            json!({"type": "string"}),
            Reason::Number,
        ),
        (
            "many cases of what is evaluated",
            evaluating(json!({"minimum": 0})),
            evaluating(json!({"minimum": -1})),
            Reason::Unevaluated,
        ),
    ]
}

fn evaluating(rest: Value) -> Value {
    let branches: Vec<Value> =
        (0..12).map(|index| json!({"patternProperties": {format!("^p{index}"): {"minimum": index}}})).collect();
    json!({"type": "object", "minProperties": 1, "anyOf": branches, "unevaluatedProperties": rest})
}

fn object(hard: &Value, easy: &Value) -> Value {
    json!({"type": "object", "properties": {"hard": hard, "easy": easy}, "required": ["easy"]})
}

#[test]
fn a_hard_place_is_undecided_alone() {
    let (wide, narrow) = (json!({"type": "integer"}), json!({"type": "integer", "minimum": 0}));
    for (name, old, new, reason) in hard() {
        let read = |schema: &Value| read(schema, Draft::Draft202012, true).unwrap();
        let same = judge(&read(&object(&old, &wide)), &read(&object(&new, &wide)));
        let Containment::Undecided(places) = same else { panic!("{name}: {same:?}") };
        assert!(places.iter().all(|place| place.pointer == "/hard"), "{name}: {places:?}");
        assert!(places.iter().any(|place| place.reason == reason), "{name}: {places:?}");

        let narrowed = judge(&read(&object(&old, &wide)), &read(&object(&new, &narrow)));
        assert_eq!(narrowed, Containment::Differs(json!({"easy": -1})), "{name}");
        let unchanged = judge(&read(&object(&old, &narrow)), &read(&object(&old, &wide)));
        assert_eq!(unchanged, Containment::Contained, "{name}");
    }
}
