//! Schemas made to take for ever, or all of the stack: each ends in seconds, as code or as a diagnostic.

use std::fs;
use std::thread;

use serde_json::{Map, Value, json};

/// What a thread has on most systems.
const STACK: usize = 2 << 20;

#[test]
fn every_schema_comes_to_an_end() {
    let schemas = [
        (
            "ten thousand properties",
            json!({ "type": "object", "properties": many(10_000, "p", |_| json!({ "type": "string" })) }),
        ),
        ("properties within properties", nested(60, |inner| json!({ "type": "object", "properties": { "a": inner } }))),
        ("arrays of arrays", nested(120, |inner| json!({ "type": "array", "items": inner }))),
        ("a negation of negations", nested(120, |inner| json!({ "not": inner }))),
        ("a hundred thousand strings", json!({ "enum": (0..100_000).map(|at| format!("v{at}")).collect::<Vec<_>>() })),
        ("a hundred thousand numbers", json!({ "enum": (0..100_000).map(|at| at * 3).collect::<Vec<_>>() })),
        ("a chain of references", chain(5_000, |_, next| next)),
        ("a chain of allOf", chain(5_000, |_, next| json!({ "allOf": [next] }))),
        ("a chain of negations", chain(5_000, |_, next| json!({ "not": next }))),
        ("a chain of members", chain(5_000, |_, next| json!({ "type": "object", "properties": { "next": next } }))),
        ("each path of allOf", chain(30, |_, next| json!({ "allOf": [next, next] }))),
        ("each path of oneOf", chain(30, |_, next| json!({ "oneOf": [next, next] }))),
        ("each path of different branches", chain(30, different_branches)),
        ("forty choices at once", json!({ "type": "object", "allOf": (0..40).map(two_members).collect::<Vec<_>>() })),
        ("forty tags at once", json!({ "type": "object", "allOf": (0..40).map(two_tags).collect::<Vec<_>>() })),
        (
            "constants one by one",
            json!({ "oneOf": (0..20_000).map(|at| json!({ "const": at.to_string() })).collect::<Vec<_>>() }),
        ),
        (
            "constants with more to them",
            json!({ "anyOf": (0..20_000).map(|at| json!({ "const": at.to_string(), "maxLength": 9 })).collect::<Vec<_>>() }),
        ),
        (
            "names that differ in symbols",
            json!({ "enum": (0..3_000).map(|at| format!("a{}", "-".repeat(at))).collect::<Vec<_>>() }),
        ),
        (
            "one title for all",
            json!({ "type": "object", "properties": many(3_000, "p", |_| json!({ "title": "same", "enum": ["a"] })) }),
        ),
        (
            "a name of a hundred thousand letters",
            json!({ "type": "object", "properties": { "n".repeat(100_000): { "enum": ["a"] } } }),
        ),
        (
            "a hundred thousand required members",
            json!({ "type": "object", "required": (0..100_000).map(|at| at.to_string()).collect::<Vec<_>>() }),
        ),
        (
            "patterns for each of many properties",
            json!({
                "type": "object",
                "properties": many(1_000, "p", |_| json!({ "type": "string" })),
                "patternProperties": many(100, "^p", |at| json!({ "maxLength": at })),
            }),
        ),
        ("lengths without end", json!({ "type": "array", "minItems": u64::MAX, "maxItems": 1e300 })),
        ("a pattern of a million letters", json!({ "type": "string", "pattern": "(a{1000}){1000}" })),
        ("a pattern in brackets", json!({ "type": "string", "pattern": "(".repeat(5_000) + &")".repeat(5_000) })),
        ("a circle", json!({ "$ref": "#/$defs/a", "$defs": { "a": { "allOf": [{ "$ref": "#/$defs/a" }] } } })),
        ("a long text", json!({ "type": "object", "description": "x `y` ".repeat(200_000) })),
    ];
    for (name, schema) in schemas {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("schemas")).unwrap();
        fs::write(folder.path().join("schemas/hostile.json"), schema.to_string()).unwrap();
        let root = folder.path().to_owned();
        let generate = move || walnats_codegen::configure().root(root).generate();
        match thread::Builder::new().stack_size(STACK).spawn(generate).unwrap().join() {
            Ok(Ok((files, _))) => assert!(!files.is_empty(), "{name}"),
            Ok(Err(report)) => assert!(report.has_errors(), "{name}"),
            Err(_) => panic!("{name}: a panic"),
        }
    }
}

fn many(count: usize, prefix: &str, value: impl Fn(usize) -> Value) -> Map<String, Value> {
    (0..count).map(|at| (format!("{prefix}{at}"), value(at))).collect()
}

fn nested(depth: usize, wrap: impl Fn(Value) -> Value) -> Value {
    (0..depth).fold(json!({ "type": "string" }), |inner, _| wrap(inner))
}

/// Definitions, each of which is made of its number and a reference to the next.
fn chain(length: usize, link: impl Fn(usize, Value) -> Value) -> Value {
    let mut links = many(length, "d", |at| link(at, json!({ "$ref": format!("#/$defs/d{}", at + 1) })));
    links.insert(format!("d{length}"), json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    json!({ "$ref": "#/$defs/d0", "$defs": links })
}

fn two_members(at: usize) -> Value {
    let branch = |side: &str| json!({ "properties": { format!("{side}{at}"): { "type": "integer" } } });
    json!({ "anyOf": [branch("left"), branch("right")] })
}

fn two_tags(at: usize) -> Value {
    let tag = format!("tag{at}");
    let branch = |value: &str| json!({ "required": [tag], "properties": { &tag: { "const": value } } });
    json!({ "oneOf": [branch("left"), branch("right")] })
}

fn different_branches(at: usize, next: Value) -> Value {
    let branch = |side: &str| {
        let name = format!("{side}{at}");
        json!({ "allOf": [next], "required": [name], "properties": { name: { "type": "integer" } } })
    };
    json!({ "anyOf": [branch("left"), branch("right")] })
}
