//! Keywords whose meeting takes more than a rule: counts of items, items that differ, numbers beyond the machine's integers,
//! patterns that overlap, lengths and formats. Each change is decided in both directions, and what is proven is attacked.

mod support;

use serde_json::{Value, json};
use support::{judge, read};
use walnats_compat::json::Containment;
use walnats_differential::{Instances, Random, instance};
use walnats_schema::Format;
use walnats_schema::read::Draft;

/// What a change is to those who read what was written before, and to those who still read as before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Same,
    Wider,
    Narrower,
    Other,
}

use Change::{Narrower, Other, Same, Wider};

#[track_caller]
fn assert_changes(base: &Value, changes: &[(Value, Value, Change)]) {
    for (old, new, wanted) in changes {
        let of = |part: &Value| {
            let (Value::Object(mut schema), Value::Object(part)) = (base.clone(), part.clone()) else {
                return part.clone();
            };
            schema.extend(part);
            schema.into()
        };
        let [one, two] = [of(old), of(new)].map(|schema| read(&schema, Draft::Draft202012, true).unwrap());
        let is_contained = |sub: &support::Read, sup: &support::Read| match judge(sub, sup) {
            Containment::Contained => {
                attack(sub, sup, &format!("{old} -> {new}"));
                true
            }
            Containment::Differs(_) => false,
            Containment::Undecided(places) => panic!("{old} -> {new} is undecided: {places:?}"),
        };
        let change = match (is_contained(&one, &two), is_contained(&two, &one)) {
            (true, true) => Same,
            (true, false) => Wider,
            (false, true) => Narrower,
            (false, false) => Other,
        };
        assert_eq!(change, *wanted, "{old} -> {new}");
    }
}

/// Random payloads of the first schema and their neighbours, and what is near the limits of both.
fn attack(sub: &support::Read, sup: &support::Read, name: &str) {
    let mut random = Random::new(7);
    let mut instances = Instances::new(&sub.set);
    let mut others = Instances::new(&sup.set);
    for _ in 0..300 {
        for payload in
            [instance(&mut instances, sub.id, &[], &mut random), instance(&mut others, sup.id, &[], &mut random)]
        {
            assert!(!sub.accepts(&payload) || sup.accepts(&payload), "{name} is said to be contained: {payload}");
        }
    }
}

#[test]
fn integers_beyond_those_of_the_machine() {
    let largest = json!(u64::MAX);
    let beyond: Value = serde_json::from_str("18446744073709551616").unwrap();
    let below: Value = serde_json::from_str("-9223372036854775809").unwrap();
    assert_changes(
        &json!({"type": "integer"}),
        &[
            (json!({"maximum": largest}), json!({"exclusiveMaximum": beyond}), Same),
            (json!({"minimum": 0, "maximum": largest}), json!({"minimum": 0, "format": "uint64"}), Same),
            (
                json!({"minimum": 0, "format": "uint64"}),
                json!({"exclusiveMinimum": -1, "exclusiveMaximum": beyond}),
                Same,
            ),
            (json!({"minimum": i64::MIN}), json!({"exclusiveMinimum": below}), Same),
            (json!({"maximum": largest}), json!({"maximum": beyond}), Wider),
            (json!({"maximum": largest}), json!({"maximum": u64::MAX - 1}), Narrower),
            (json!({"maximum": 1e25}), json!({"exclusiveMaximum": 1.0000000000000003e25}), Same),
            (json!({"maximum": 1e25}), json!({"maximum": 1.0000000000000003e25}), Wider),
            (json!({"minimum": -1e25}), json!({"exclusiveMinimum": -1.0000000000000003e25}), Same),
        ],
    );
}

/// Between the largest integer of the machine and the first double beyond it there is no number.
#[test]
fn fractions_beyond_those_of_the_machine() {
    let of = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_changes(
        &json!({"type": "number", "minimum": 0}),
        &[
            (json!({"maximum": u64::MAX}), json!({"exclusiveMaximum": of("18446744073709551616")}), Same),
            (
                json!({"minimum": 1e16, "maximum": 10000000000000010_u64}),
                json!({"minimum": 1e16, "maximum": 10000000000000010_u64, "multipleOf": 1}),
                Same,
            ),
            (
                json!({"minimum": 8388608, "maximum": 8388609}),
                json!({"minimum": 8388608, "maximum": 8388609, "multipleOf": 1}),
                Narrower,
            ),
        ],
    );
}

#[test]
fn items_that_all_differ() {
    let letters = json!({"enum": ["a", "b", "c"]});
    let unique = |items: &Value| json!({"uniqueItems": true, "items": items});
    let least = |min: u64| json!({"uniqueItems": true, "items": letters, "minItems": min});
    let closed = json!({
        "type": "object",
        "properties": {"k": {"enum": ["x", "y"]}, "l": {"const": 1}},
        "required": ["k"],
        "additionalProperties": false,
    });
    let first = |items: Value| json!({"uniqueItems": true, "prefixItems": items});
    assert_changes(
        &json!({"type": "array"}),
        &[
            (unique(&letters), json!({"uniqueItems": true, "items": letters, "maxItems": 3}), Same),
            (unique(&letters), json!({"uniqueItems": true, "items": letters, "maxItems": 2}), Narrower),
            (unique(&json!({"type": ["boolean", "null"]})), json!({"maxItems": 3}), Wider),
            (unique(&json!({"type": "integer", "minimum": 1, "maximum": 5})), json!({"maxItems": 5}), Wider),
            (unique(&closed), json!({"maxItems": 4}), Wider),
            (unique(&closed), json!({"maxItems": 3}), Other),
            (
                unique(&json!({"type": "array", "items": {"type": "null"}, "maxItems": 2})),
                json!({"maxItems": 3}),
                Wider,
            ),
            (
                unique(&json!({"type": "array", "items": {"type": "null"}, "maxItems": 2})),
                json!({"maxItems": 2}),
                Other,
            ),
            (least(3), json!({"contains": {"const": "a"}}), Wider),
            (least(2), json!({"contains": {"const": "a"}}), Other),
            (
                first(json!([{"enum": [1, 2]}, {"const": 1}])),
                json!({"prefixItems": [{"const": 2}], "minItems": 2}),
                Other,
            ),
            (
                json!({"uniqueItems": true, "prefixItems": [{"enum": [1, 2]}, {"const": 1}], "minItems": 2}),
                json!({"prefixItems": [{"const": 2}]}),
                Wider,
            ),
            (first(json!([{"enum": [1, 2]}, {"enum": [1, 2]}, {"enum": [2, 1.0]}])), json!({"maxItems": 2}), Wider),
            (
                json!({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "null"}, "maxItems": 3}),
                json!({"uniqueItems": true}),
                Wider,
            ),
            (
                json!({"prefixItems": [{"type": "string"}], "items": {"type": "null"}, "maxItems": 3}),
                json!({"uniqueItems": true}),
                Other,
            ),
            (
                json!({"uniqueItems": true, "contains": {"enum": [1, 2]}, "minContains": 2}),
                json!({"contains": {"const": 1}}),
                Wider,
            ),
        ],
    );
}

#[test]
fn counts_of_items() {
    let contains = |schema: Value, min: u64| json!({"contains": schema, "minContains": min});
    let at_most = |schema: Value, max: u64| json!({"contains": schema, "minContains": 0, "maxContains": max});
    let text = json!({"type": "string"});
    let with = |mut schema: Value, keyword: &str, value: Value| {
        schema[keyword] = value;
        schema
    };
    let small = json!({"enum": [1, 2]});
    assert_changes(
        &json!({"type": "array"}),
        &[
            (contains(small.clone(), 2), json!({"minItems": 2}), Wider),
            (contains(text.clone(), 1_000), json!({"minItems": 1_000}), Wider),
            (contains(text.clone(), 1_000), contains(text.clone(), 999), Wider),
            (at_most(text.clone(), 1_000), at_most(text.clone(), 1_001), Wider),
            (contains(text.clone(), 300), contains(json!({"type": ["string", "null"]}), 300), Wider),
            (with(contains(small.clone(), 3), "maxItems", json!(3)), json!({"items": small}), Wider),
            (with(at_most(text.clone(), 2), "items", text.clone()), json!({"maxItems": 2}), Wider),
            (with(at_most(text.clone(), 2), "minItems", json!(5)), contains(json!({"not": text}), 3), Wider),
            (with(at_most(text.clone(), 2), "minItems", json!(5)), contains(json!({"not": text}), 4), Other),
            (
                json!({"allOf": [contains(json!({"const": 1}), 2), contains(json!({"const": 2}), 2)]}),
                json!({"minItems": 4}),
                Wider,
            ),
            (
                json!({"allOf": [contains(json!({"minimum": 1}), 2), contains(json!({"maximum": 1}), 2)]}),
                json!({"minItems": 3}),
                Other,
            ),
            (
                json!({"allOf": [at_most(json!({"minimum": 2}), 1), at_most(json!({"maximum": 2}), 1)], "items": {"type": "integer"}}),
                json!({"maxItems": 2}),
                Wider,
            ),
            (
                json!({"allOf": [at_most(json!({"minimum": 2}), 1), at_most(json!({"maximum": 2}), 1)], "items": {"type": "integer"}}),
                json!({"maxItems": 1}),
                Other,
            ),
            (
                json!({"uniqueItems": true, "items": {"enum": [1, 2, 3, 4]}, "contains": {"minimum": 3}, "maxContains": 1}),
                json!({"maxItems": 3}),
                Wider,
            ),
            (
                json!({"uniqueItems": true, "items": {"enum": [1, 2, 3, 4]}, "contains": {"minimum": 3}, "maxContains": 1}),
                json!({"maxItems": 2}),
                Other,
            ),
            (json!({"enum": [[], [true], [false]]}), json!({"items": {"type": "boolean"}, "maxItems": 1}), Same),
            (json!({"enum": [[], [true]]}), json!({"items": {"type": "boolean"}, "maxItems": 1}), Wider),
        ],
    );
}

#[test]
fn patterns_of_names_that_overlap() {
    let of = |patterns: &[&str], schema: &Value| -> Value {
        json!({"patternProperties": patterns.iter().map(|pattern| ((*pattern).to_owned(), schema.clone())).collect::<serde_json::Map<_, _>>()})
    };
    let with = |mut schema: Value, other: &Value| {
        let (Value::Object(members), Value::Object(others)) =
            (&mut schema["patternProperties"], &other["patternProperties"])
        else {
            return schema;
        };
        members.extend(others.clone());
        schema
    };
    let text = json!({"type": "string"});
    let many: Vec<String> = ('a'..='l').map(String::from).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_changes(
        &json!({"type": "object"}),
        &[
            (of(&many, &text), with(of(&many, &text), &of(&["m"], &text)), Narrower),
            (
                of(&many, &text),
                with(of(&many, &text), &of(&["a"], &json!({"type": "string", "maxLength": 5}))),
                Narrower,
            ),
            (of(&many, &text), of(&["^a$"], &text), Wider),
            (of(&many, &text), of(&["[a-l]"], &text), Same),
            (of(&["^x-", "-id$"], &text), of(&["^x-|-id$"], &text), Same),
            (
                with(of(&["^x-"], &text), &of(&["-id$"], &json!({"minLength": 1}))),
                of(&["^x-.*-id$"], &json!({"type": "string", "minLength": 1})),
                Wider,
            ),
            (of(&["^(a)\\1", "^b"], &text), of(&["^b"], &text), Wider),
            (
                json!({"patternProperties": {"^[ab]$": true}, "additionalProperties": false}),
                json!({"maxProperties": 2}),
                Wider,
            ),
            (
                json!({"enum": [{}, {"k": true}, {"k": false}]}),
                json!({"properties": {"k": {"type": "boolean"}}, "additionalProperties": false}),
                Same,
            ),
        ],
    );
}

#[test]
fn formats() {
    let format = |name: &str| json!({"format": name});
    assert_changes(
        &json!({"type": "string"}),
        &[
            (format("email"), format("idn-email"), Wider),
            (format("hostname"), format("idn-hostname"), Wider),
            (format("uri"), format("uri-template"), Wider),
            (json!({"pattern": "^[a-z0-9]{1,20}$"}), format("hostname"), Wider),
            (json!({"pattern": "^[a-z0-9]{1,63}$"}), format("hostname"), Wider),
            (json!({"pattern": "^[a-z0-9]{1,64}$"}), format("hostname"), Other),
            (json!({"pattern": "^[a-z]+$"}), format("hostname"), Other),
            (format("email"), json!({"format": "email", "minLength": 3}), Same),
            (format("uuid"), json!({"minLength": 36, "maxLength": 36}), Wider),
        ],
    );
}

#[test]
fn every_pair_of_formats() {
    let pairs = Format::ALL.into_iter().flat_map(|one| Format::ALL.map(|two| (one, two)));
    for (one, two) in pairs {
        let of = |format: Format| json!({"type": "string", "format": format.name()});
        let [old, new] = [of(one), of(two)].map(|schema| read(&schema, Draft::Draft202012, true).unwrap());
        match judge(&old, &new) {
            Containment::Contained => attack(&old, &new, &format!("{one:?} in {two:?}")),
            Containment::Differs(_) => {}
            Containment::Undecided(places) => panic!("{one:?} in {two:?} is undecided: {places:?}"),
        }
    }
}

#[test]
fn lengths_and_patterns() {
    let pattern = |pattern: &str| json!({"pattern": pattern});
    let most = |pattern: &str, max: u64| json!({"pattern": pattern, "maxLength": max});
    assert_changes(
        &json!({"type": "string"}),
        &[
            (pattern("^.{1,255}$"), json!({"minLength": 1, "maxLength": 255}), Wider),
            (pattern("^[\\s\\S]{1,255}$"), json!({"minLength": 1, "maxLength": 255}), Same),
            (most("^[a-z0-9]+$", 1_000), pattern("^[a-z0-9]{1,1000}$"), Same),
            (most("^[a-z0-9]+$", 1_001), pattern("^[a-z0-9]{1,1000}$"), Narrower),
            (pattern("^[^ ]{1,4096}$"), json!({"maxLength": 4_096}), Wider),
            (most("^\\p{L}+$", 50), pattern("^\\p{L}{1,50}$"), Same),
            (most("^([0-9a-f]{2})*$", 100_001), most("^([0-9a-f]{2})*$", 100_000), Same),
            (most("^([0-9a-f]{2})*$", 100_002), most("^([0-9a-f]{2})*$", 100_001), Narrower),
            (
                json!({"pattern": "^([0-9a-f]{2})*$", "minLength": 127, "maxLength": 128}),
                pattern("^[0-9a-f]{128}$"),
                Same,
            ),
            (most("^([^.]{1,63}\\.)+[^.]{1,63}$", 253), most("^[^.]", 253), Wider),
            (pattern("^urn:[a-z0-9-]+:[0-9]{12}:.{1,500}$"), json!({"minLength": 20}), Wider),
            (pattern("^urn:[a-z0-9-]+:[0-9]{12}:.{1,500}$"), json!({"minLength": 21}), Other),
        ],
    );
}
