//! Changes that break, each with the smallest payload that shows it: the witness is at most three times as long.

mod support;

use serde_json::{Value, json};
use support::{judge, read};
use walnats_compat::json::Containment;
use walnats_schema::read::Draft;

/// Old schema, new schema, and the smallest payload that the old one accepts and the new one refuses.
fn planted() -> Vec<(Value, Value, Value)> {
    let numbers = [
        (json!({"type": "number"}), json!({"type": "integer"}), json!(0.5)),
        (json!({"type": ["integer", "null"]}), json!({"type": "integer"}), json!(null)),
        (json!({"minimum": 0, "type": "number"}), json!({"exclusiveMinimum": 0, "type": "number"}), json!(0)),
        (json!({"maximum": 9, "type": "number"}), json!({"exclusiveMaximum": 9, "type": "number"}), json!(9)),
        (json!({"minimum": -5, "type": "integer"}), json!({"minimum": 0, "type": "integer"}), json!(-1)),
        (json!({"maximum": 100, "type": "integer"}), json!({"maximum": 99, "type": "integer"}), json!(100)),
        (json!({"type": "integer"}), json!({"multipleOf": 5, "type": "integer"}), json!(1)),
        (json!({"multipleOf": 3}), json!({"multipleOf": 6}), json!(3)),
        (json!({"multipleOf": 0.01}), json!({"multipleOf": 0.05}), json!(0.01)),
        (json!({"type": "integer"}), json!({"type": "integer", "format": "int32"}), json!(9_999_999_999_u64)),
        (
            json!({"type": "integer", "minimum": 0}),
            json!({"type": "integer", "maximum": u64::MAX - 1, "minimum": 0}),
            json!(u64::MAX),
        ),
        (json!({"minimum": 10, "type": "number"}), json!({"minimum": 10.5, "type": "number"}), json!(10)),
    ];
    let strings = [
        (json!({"type": "string"}), json!({"minLength": 1, "type": "string"}), json!("")),
        (json!({"type": "string"}), json!({"maxLength": 3, "type": "string"}), json!("aaaa")),
        (json!({"type": "string"}), json!({"pattern": "^[a-z]+$", "type": "string"}), json!("")),
        (
            json!({"pattern": "^[a-z]+$", "type": "string"}),
            json!({"pattern": "^[a-y]+$", "type": "string"}),
            json!("z"),
        ),
        (json!({"pattern": "^[A-Z]{3}-[0-9]{4}$"}), json!({"pattern": "^[A-Z]{3}-[1-9][0-9]{3}$"}), json!("AAA-0000")),
        (json!({"type": "string"}), json!({"format": "uuid", "type": "string"}), json!("")),
        (json!({"type": "string"}), json!({"format": "date-time", "type": "string"}), json!("")),
        (
            json!({"format": "date-time", "type": "string"}),
            json!({"format": "date", "type": "string"}),
            json!("2000-01-01T00:00:00Z"),
        ),
        (json!({"format": "uri-reference", "type": "string"}), json!({"format": "uri", "type": "string"}), json!("")),
        (json!({"enum": ["a", "b", "c"]}), json!({"enum": ["a", "b"]}), json!("c")),
        (json!({"type": "string"}), json!({"enum": ["a", "b"]}), json!("")),
        (json!({"const": "x"}), json!({"const": "y"}), json!("x")),
        (json!({"maxLength": 10, "type": "string"}), json!({"maxLength": 9, "type": "string"}), json!("aaaaaaaaaa")),
        (json!({"type": "string"}), json!({"type": "string", "not": {"pattern": "^x-"}}), json!("x-")),
        (json!({"type": ["string", "integer"]}), json!({"type": "string"}), json!(0)),
    ];
    let arrays = [
        (json!({"type": "array"}), json!({"minItems": 1, "type": "array"}), json!([])),
        (json!({"type": "array"}), json!({"maxItems": 2, "type": "array"}), json!([0, 0, 0])),
        (json!({"type": "array"}), json!({"uniqueItems": true, "type": "array"}), json!([0, 0])),
        (
            json!({"type": "array", "items": {"type": "number"}}),
            json!({"type": "array", "items": {"type": "integer"}}),
            json!([0.5]),
        ),
        (json!({"type": "array"}), json!({"contains": {"const": 1}, "type": "array"}), json!([])),
        (
            json!({"type": "array", "contains": {"type": "integer"}}),
            json!({"contains": {"type": "integer"}, "maxContains": 1, "type": "array"}),
            json!([0, 0]),
        ),
        (json!({"type": "array"}), json!({"prefixItems": [{"type": "string"}], "type": "array"}), json!([0])),
        (
            json!({"prefixItems": [true, true], "items": true, "type": "array"}),
            json!({"prefixItems": [true, true], "items": false, "type": "array"}),
            json!([0, 0, 0]),
        ),
        (
            json!({"minItems": 2, "type": "array", "items": {"type": "boolean"}}),
            json!({"minItems": 3, "type": "array", "items": {"type": "boolean"}}),
            json!([true, true]),
        ),
        (json!({"type": "array"}), json!({"type": "array", "unevaluatedItems": false}), json!([0])),
    ];
    let objects = [
        (json!({"type": "object"}), json!({"required": ["x"], "type": "object"}), json!({})),
        (json!({"type": "object"}), json!({"additionalProperties": false, "type": "object"}), json!({"a": 0})),
        (
            json!({"type": "object", "properties": {"x": {}}}),
            json!({"type": "object", "properties": {"x": {"type": "string"}}}),
            json!({"x": 0}),
        ),
        (
            json!({"type": "object", "properties": {"x": {}}, "additionalProperties": false}),
            json!({"type": "object", "additionalProperties": false}),
            json!({"x": 0}),
        ),
        (json!({"type": "object"}), json!({"minProperties": 1, "type": "object"}), json!({})),
        (json!({"type": "object"}), json!({"maxProperties": 1, "type": "object"}), json!({"a": 0, "b": 0})),
        (
            json!({"type": "object"}),
            json!({"propertyNames": {"pattern": "^[a-z]+$"}, "type": "object"}),
            json!({"": 0}),
        ),
        (
            json!({"type": "object"}),
            json!({"patternProperties": {"^x-": {"type": "string"}}, "type": "object"}),
            json!({"x-": 0}),
        ),
        (json!({"type": "object"}), json!({"dependentRequired": {"x": ["y"]}, "type": "object"}), json!({"x": 0})),
        (
            json!({"type": "object"}),
            json!({"dependentSchemas": {"x": {"maxProperties": 1}}, "type": "object"}),
            json!({"x": 0, "a": 0}),
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}),
            json!({"a": -1}),
        ),
        (
            json!({"type": "object", "properties": {"x": {"default": 1}}}),
            json!({"type": "object", "properties": {"x": {"default": 1}}, "required": ["x"]}),
            json!({}),
        ),
        (
            json!({"type": "object", "properties": {"x": {"type": "object", "properties": {"y": {}}}}}),
            json!({"type": "object", "properties": {"x": {"type": "object", "properties": {"y": false}}}}),
            json!({"x": {"y": 0}}),
        ),
        (
            json!({"type": "object", "allOf": [{"properties": {"x": {}}}]}),
            json!({"type": "object", "allOf": [{"properties": {"x": {}}}], "unevaluatedProperties": false}),
            json!({"a": 0}),
        ),
        (
            json!({"type": "object", "required": ["x"]}),
            json!({"type": "object", "required": ["x"], "properties": {"x": {"not": {"type": "null"}}}}),
            json!({"x": null}),
        ),
    ];
    let unions = [
        (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), json!({"anyOf": [{"type": "string"}]}), json!(0)),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "integer"}]}),
            json!(0),
        ),
        (
            tagged(json!({"n": {"type": "integer"}})),
            tagged(json!({"n": {"type": "integer", "maximum": 9}})),
            json!({"kind": "b", "n": 10}),
        ),
        (tagged(json!({})), json!({"oneOf": [variant("a", json!({}))]}), json!({"kind": "b"})),
        (tagged(json!({"n": {}})), tagged(json!({"n": {}, "m": {"type": "null"}})), json!({"kind": "b", "m": 0})),
        (
            json!({"if": {"required": ["x"]}, "then": {"required": ["y"]}, "type": "object"}),
            json!({"required": ["y"], "type": "object"}),
            json!({}),
        ),
        (
            json!({"type": "object", "if": {"properties": {"k": {"const": "p"}}, "required": ["k"]}, "then": {}}),
            json!({"type": "object", "if": {"properties": {"k": {"const": "p"}}, "required": ["k"]}, "then": {"required": ["n"]}}),
            json!({"k": "p"}),
        ),
        (json!({"not": {"type": "string"}}), json!({"not": {"type": ["string", "null"]}}), json!(null)),
        (json!(true), json!(false), json!(null)),
        (json!({}), json!({"type": "object"}), json!(null)),
        (json!({"$ref": "#/$defs/tree"}), json!({"$ref": "#/$defs/low"}), json!({"next": {"next": {}}})),
        (
            json!({"anyOf": [{"enum": ["new", "paid"]}, {"type": "string"}]}),
            json!({"enum": ["new", "paid"]}),
            json!(""),
        ),
        (
            json!({"allOf": [{"type": "string"}, {"minLength": 1}]}),
            json!({"allOf": [{"type": "string"}, {"minLength": 2}]}),
            json!("a"),
        ),
    ];
    numbers.into_iter().chain(strings).chain(arrays).chain(objects).chain(unions).collect()
}

fn tagged(members: Value) -> Value {
    json!({"oneOf": [variant("a", json!({})), variant("b", members)]})
}

fn variant(kind: &str, mut members: Value) -> Value {
    members["kind"] = json!({"const": kind});
    json!({"type": "object", "properties": members, "required": ["kind"]})
}

/// Where a member that changes stands, and the smallest event with a value of it.
struct Context {
    event: fn(&Value) -> Value,
    payload: fn(&Value) -> Value,
}

const CONTEXTS: [Context; 3] = [
    Context {
        event: |member| {
            json!({
                "type": "object",
                "properties": {"id": {"type": "string"}, "member": member, "note": {"type": "string"}},
                "required": ["id", "member"],
            })
        },
        payload: |value| json!({"id": "", "member": value}),
    },
    // One of many requests, in an envelope that is closed.
    Context {
        event: |member| {
            let request = |index: usize| {
                let mut properties = json!({"method": {"const": format!("m{index}")}, "note": {"type": "string"}});
                let mut required = vec!["method"];
                if index == 17 {
                    properties["member"] = member.clone();
                    required.push("member");
                }
                let base = json!({"properties": {"id": {"type": ["string", "null"]}}, "required": ["id"]});
                json!({"allOf": [base, {"properties": properties, "required": required}]})
            };
            let requests: Vec<Value> = (0..30).map(request).collect();
            json!({"type": "object", "oneOf": requests, "unevaluatedProperties": false})
        },
        payload: |value| json!({"id": "", "method": "m17", "member": value}),
    },
    // A wide schema of a registry.
    Context {
        event: |member| {
            let others =
                (0..80).map(|index| (format!("field_{index}"), json!({"type": ["string", "null"], "maxLength": 255})));
            let mut properties: serde_json::Map<String, Value> = others.collect();
            properties.insert("member".to_owned(), member.clone());
            json!({"type": "object", "properties": properties, "required": ["member"], "additionalProperties": false})
        },
        payload: |value| json!({"member": value}),
    },
];

#[test]
fn every_planted_break_has_a_small_witness() {
    let changes = planted();
    assert!(changes.len() >= 60, "{}", changes.len());
    let contexts = CONTEXTS.iter();
    for (Context { event, payload }, (old, new, smallest)) in
        contexts.flat_map(|context| changes.iter().map(move |change| (context, change)))
    {
        let event = |member: &Value| {
            let mut schema = event(member);
            schema["$defs"] = json!({
                "tree": {"type": "object", "properties": {"next": {"$ref": "#/$defs/tree"}}},
                "low": {"type": "object", "properties": {"next": {"type": "object", "properties": {"next": false}}}},
            });
            read(&schema, Draft::Draft202012, true).unwrap()
        };
        let (one, two) = (event(old), event(new));
        let smallest = payload(smallest);
        assert!(one.accepts(&smallest) && !two.accepts(&smallest), "{smallest} does not show {old} -> {new}");
        match judge(&one, &two) {
            Containment::Differs(witness) => {
                let (length, least) = (witness.to_string().len(), smallest.to_string().len());
                assert!(length <= 3 * least, "{witness} for {smallest}: {old} -> {new}");
            }
            other => panic!("{old} -> {new}: {other:?}"),
        }
    }
}
