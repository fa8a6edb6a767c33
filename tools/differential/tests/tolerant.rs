//! What `walnats breaking` calls compatible for tolerant readers, generated tolerant readers read: old code, compiled, reads
//! payloads of the new schemas. And tolerance is what the schemas say of it: no more, no less.
//!
//! The pairs are those of the fixtures of `walnats breaking`, and random schemas with random additions. `WALNATS_SCHEMAS`,
//! `WALNATS_INSTANCES` and `WALNATS_SEED` make it longer or other.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use walnats_codegen::{Package, configure, model::Payload, rust};
use walnats_compat::{Direction, Kind, Options, Side, compare};
use walnats_differential::{
    Instances, Judges, Program, Random, has_large_number, instance, mutate, notation, random_test_schema,
};
use walnats_harness::nested::{NestedCrate, workspace};
use walnats_schema::tolerant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SCHEMAS: usize = 24;
const INSTANCES: usize = 150;
const SEED: usize = 5;

/// How many faults are shown.
const SHOWN: usize = 20;

/// Of those made by hand, some that tolerant readers have an answer to.
const COMPATIBLE: [&str; 17] = [
    "integer",
    "integer-or-null",
    "integer-of-64-bits",
    "integer-of-map",
    "number",
    "mixed",
    "mixed-or-null",
    "key",
    "key-or-null",
    "key-of-list-of-map",
    "key-named",
    "key-or-unit",
    "adjacent",
    "union-of-unions",
    "variant-or-text",
    "key-or-number",
    "integer-or-text",
];

/// And some that they have none to: of a JSON type that is not listed, or beyond the type in Rust.
const BREAKING: [&str; 3] = ["integer-beyond", "mixed-other-type", "unit-among-keys"];

const SETTINGS: &str = r#"
[lints]
required-never = "allow"
choice-of-nothing = "allow"

[breaking]
mode = "full"

[events."*"]
read = "tolerant"
"#;

/// The files of a package in both revisions, by their paths.
#[derive(Default)]
struct Pairs([BTreeMap<String, Vec<u8>>; 2]);

#[test]
fn tolerant_readers_read_what_is_compatible_for_them() -> Result<()> {
    let mut random = Random::new(number("WALNATS_SEED", SEED)? as u64);
    let pairs = Pairs::all(number("WALNATS_SCHEMAS", SCHEMAS)?, &mut random)?;
    let nested = NestedCrate::new("tolerant", walnats_harness::nested::DIFFERENTIAL)?;
    for (path, text) in &pairs.0[0] {
        nested.write(path, std::str::from_utf8(text)?)?;
    }
    let [old, new] = pairs.0.map(|files| Side::new(Package::from_sources(&configure(), &files)));
    assert!(old.errors.is_empty() && new.errors.is_empty(), "{:?} {:?}", old.errors, new.errors);
    let comparison = compare(&old, &new, &Options::default());
    let compatible: BTreeSet<&str> = comparison
        .verdicts
        .iter()
        .filter(|verdict| verdict.direction == Direction::Forward && verdict.kind <= Kind::Compatible)
        .map(|verdict| verdict.event.as_str())
        .collect();
    let kept = rust::kept(&old.model);
    let mut marked = old.model.schemas.clone();
    marked.kept = kept.clone();
    let read = tolerant(&marked);

    let mut program = Program::start(&nested.build()?)?;
    let (mut faults, mut tolerated, mut refused) = (Vec::new(), BTreeSet::new(), 0);
    for event in &new.model.events {
        let former = old.model.events.iter().find(|former| former.name == event.name);
        let (Some(former), Payload::Json(written)) = (former, &event.payload) else { continue };
        let Payload::Json(root) = former.payload else { continue };
        let mut instances = Instances::new(&new.model.schemas);
        let mut all: Vec<Value> = (0..number("WALNATS_INSTANCES", INSTANCES)?)
            .map(|_| instance(&mut instances, *written, &[], &mut random))
            .collect();
        let changed = all.iter().map(|value| {
            let mut value = value.clone();
            mutate(&mut value, &mut random);
            value
        });
        let changed: Vec<Value> = changed.collect();
        all.extend(changed);
        let payloads: Vec<String> = all.iter().map(|value| notation(value, &mut random)).collect();
        for ((value, payload), answer) in all.iter().zip(&payloads).zip(program.judge(&event.name, &payloads)?) {
            let is_strict = old.model.schemas.is_valid(root, value);
            let is_read = is_strict || read.is_valid(root, value);
            let is_written = new.model.schemas.is_valid(*written, value);
            let fault = match answer.tolerated.as_str() {
                "valid" if !is_read => "is read, though tolerance does not cover it",
                "invalid" if is_read => "is refused, though tolerance covers it",
                "invalid" if is_written && compatible.contains(event.name.as_str()) => "is refused, and compatible",
                "unrepresentable" if !has_large_number(value) => "has no room in the type",
                "valid" | "invalid" | "unrepresentable" => {
                    if answer.tolerated == "valid" && !is_strict {
                        tolerated.insert(event.name.as_str());
                    }
                    refused += usize::from(answer.tolerated == "invalid");
                    continue;
                }
                other => other,
            };
            faults.push(format!("{}: {fault}\n  payload  {payload}\n  answer   {answer:?}", event.name));
        }
    }
    program.end()?;
    println!(
        "{} events, {} compatible, {} with something tolerated; {} schemas keep; {refused} payloads refused",
        new.model.events.len(),
        compatible.len(),
        tolerated.len(),
        kept.len()
    );
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults[..faults.len().min(SHOWN)].join("\n"));
    for name in COMPATIBLE {
        assert!(
            compatible.contains(name) && tolerated.contains(name),
            "{name} is not compatible, or nothing of it was new"
        );
    }
    for name in BREAKING {
        assert!(!compatible.contains(name), "{name} is compatible");
    }
    // Otherwise the test would show nothing.
    assert!(compatible.len() > 5 && tolerated.len() > 5 && kept.len() > 5 && refused > 0);
    Ok(())
}

impl Pairs {
    fn all(count: usize, random: &mut Random) -> Result<Self> {
        let mut pairs = Self::default();
        for folder in fs::read_dir(workspace().join("walnats-compat/fixtures/breaking"))? {
            pairs.fixture(&folder?.path())?;
        }
        let mut made = 0;
        while made < count {
            let mut test_schema = random_test_schema(random);
            let before = test_schema.schema.clone();
            if Judges::new(&test_schema).lowered().is_none() {
                continue;
            }
            add(&mut test_schema.schema, random);
            if Judges::new(&test_schema).lowered().is_none() {
                continue;
            }
            let name = format!("r{made:04}");
            pairs.event(&name, &format!("schemas/{name}.json"), [Some(before), Some(test_schema.schema)]);
            made += 1;
        }
        for (name, before, after) in by_hand() {
            pairs.event(name, &format!("schemas/{name}.json"), [Some(before), Some(after)]);
        }
        pairs.0.iter_mut().for_each(|files| drop(files.insert("walnats.toml".to_owned(), SETTINGS.into())));
        Ok(pairs)
    }

    /// The events of a fixture that are files of JSON by themselves, under names of their own.
    fn fixture(&mut self, folder: &Path) -> Result<()> {
        let fixture = folder.file_name().ok_or("a folder has a name")?.to_string_lossy().to_lowercase();
        let mut events: BTreeMap<String, [Option<Value>; 2]> = BTreeMap::new();
        for (revision, name) in ["old", "new"].into_iter().enumerate() {
            let schemas = folder.join(name).join("schemas");
            if !schemas.is_dir() {
                return Ok(());
            }
            for file in fs::read_dir(schemas)? {
                let path = file?.path();
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).unwrap_or_default();
                let Ok(schema) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
                if stem.starts_with('_') || text.contains("\"$ref\": \"_") {
                    return Ok(());
                }
                events.entry(stem).or_default()[revision] = Some(schema);
            }
        }
        for (stem, schemas) in events {
            let name = format!("{fixture}-{stem}").replace('_', "-");
            self.event(&name, &format!("schemas/{name}.json"), schemas);
        }
        Ok(())
    }

    fn event(&mut self, name: &str, path: &str, schemas: [Option<Value>; 2]) {
        // What only one revision has is no pair.
        let [Some(before), Some(after)] = schemas else { return };
        for (files, mut schema) in self.0.iter_mut().zip([before, after]) {
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("x-walnats".to_owned(), json!({ "name": name }));
            }
            files.insert(path.to_owned(), schema.to_string().into());
        }
    }
}

/// Adds something at random places: a member, a value, an alternative.
fn add(schema: &mut Value, random: &mut Random) {
    match schema {
        Value::Object(keywords) => {
            add_to(keywords, random);
            for (keyword, value) in keywords.iter_mut() {
                match (keyword.as_str(), value) {
                    ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(members)) => {
                        members.values_mut().for_each(|value| add(value, random));
                    }
                    ("items" | "oneOf" | "anyOf" | "allOf" | "prefixItems" | "additionalProperties", value) => {
                        add(value, random);
                    }
                    _ => {}
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| add(schema, random)),
        _ => {}
    }
}

fn add_to(keywords: &mut Map<String, Value>, random: &mut Random) {
    if let Some(Value::Object(members)) = keywords.get_mut("properties")
        && random.chance(50)
    {
        members.insert("added".to_owned(), json!({ "type": ["string", "integer", "array"] }));
    }
    if let Some(Value::Array(values)) = keywords.get_mut("enum")
        && random.chance(50)
    {
        let added = match values.first() {
            Some(Value::Number(number)) if number.is_f64() => json!(7.25),
            Some(Value::Number(_)) => json!(4321),
            _ => json!("added"),
        };
        values.push(added);
    }
}

/// What people add: members, values, variants, in every place where tolerance has to find them.
fn by_hand() -> Vec<(&'static str, Value, Value)> {
    let closed = |properties: Value| {
        let names: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
        json!({ "type": "object", "required": names, "properties": properties, "additionalProperties": false })
    };
    let variant =
        |kind: &str, member: &str| closed(json!({ "kind": { "const": kind }, member: { "type": "integer" } }));
    let card = || variant("card", "digits");
    let cash = || variant("cash", "till");
    let crypto = || variant("crypto", "coins");
    let values = |values: &[&str]| json!({ "enum": values });
    let object = |member: Value| closed(json!({ "a": member }));
    let nullable = |value: Value| json!({ "anyOf": [value, { "type": "null" }] });
    let referring = |definition: Value| {
        json!({
            "type": "object",
            "properties": { "a": { "$ref": "#/$defs/d" }, "b": { "type": "array", "items": { "$ref": "#/$defs/d" } } },
            "additionalProperties": false,
            "$defs": { "d": definition }
        })
    };
    let (few, more) = (values(&["x", "y"]), values(&["x", "y", "z"]));
    let only = |name: &str| closed(json!({ name: { "type": "integer" } }));
    let adjacent = |kind: &str| closed(json!({ "kind": { "const": kind }, "content": { "type": "integer" } }));
    let either = |one: Value, other: Value| json!({ "anyOf": [one, other] });
    let (few_integers, more_integers) = (json!({ "enum": [1, 2] }), json!({ "enum": [1, 2, 3] }));
    let (one_key, another) =
        (json!({ "oneOf": [only("a"), only("b")] }), json!({ "oneOf": [only("a"), only("b"), only("c")] }));
    let unit = |text: &str| json!({ "const": text });
    let named = |names: &[&str]| {
        let alternatives: Vec<Value> = names.iter().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect();
        json!({
            "type": "object",
            "required": ["a"],
            "properties": { "a": { "oneOf": alternatives } },
            "$defs": { "x": only("x"), "y": only("y"), "z": only("z") }
        })
    };
    let (two, three) = (json!({ "oneOf": [card(), cash()] }), json!({ "oneOf": [card(), cash(), crypto()] }));
    let described = |values: &[&str]| {
        let values = values.iter().map(|value| json!({ "const": value, "description": value }));
        json!({ "oneOf": values.collect::<Vec<_>>() })
    };
    let mut longer = closed(json!({ "a": { "type": "integer" } }));
    longer["properties"]["b"] = json!({ "type": "string" });
    vec![
        ("member", closed(json!({ "a": { "type": "integer" } })), longer.clone()),
        ("member-inside", object(closed(json!({ "a": { "type": "integer" } }))), object(longer)),
        ("value", object(few.clone()), object(more.clone())),
        ("value-or-null", object(nullable(few.clone())), object(nullable(more.clone()))),
        ("value-described", object(described(&["x", "y"])), object(described(&["x", "y", "z"]))),
        (
            "value-of-list",
            object(json!({ "type": "array", "items": few })),
            object(json!({ "type": "array", "items": more })),
        ),
        (
            "value-of-map",
            json!({ "type": "object", "additionalProperties": few }),
            json!({ "type": "object", "additionalProperties": more }),
        ),
        ("value-shared", referring(few.clone()), referring(more.clone())),
        (
            "value-limited",
            object(json!({ "enum": ["x", "yy"], "minLength": 1 })),
            object(json!({ "enum": ["x", "yy", "zzz"] })),
        ),
        (
            "value-of-all",
            object(json!({ "allOf": [few, { "minLength": 1 }] })),
            object(json!({ "allOf": [more, { "minLength": 1 }] })),
        ),
        (
            "value-or-number",
            object(json!({ "anyOf": [few, { "type": "integer" }] })),
            object(json!({ "anyOf": [more, { "type": "integer" }] })),
        ),
        ("variant", two.clone(), three.clone()),
        ("variant-inside", object(two.clone()), object(three.clone())),
        (
            "variant-of-list",
            object(json!({ "type": "array", "items": two })),
            object(json!({ "type": "array", "items": three })),
        ),
        ("variant-shared", referring(two.clone()), referring(three.clone())),
        ("variant-or-null", object(nullable(two.clone())), object(nullable(three.clone()))),
        (
            "variant-of-base",
            json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } }, "oneOf": [card(), cash()] }),
            json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } }, "oneOf": [card(), cash(), crypto()] }),
        ),
        (
            "tag-of-several",
            json!({ "oneOf": [card(), closed(json!({ "kind": { "enum": ["cash", "cheque"] }, "till": { "type": "integer" } }))] }),
            three,
        ),
        ("integer", object(few_integers.clone()), object(more_integers.clone())),
        ("integer-or-null", object(json!({ "enum": [1, 2, null] })), object(json!({ "enum": [1, 2, 3, null] }))),
        ("integer-of-64-bits", object(json!({ "enum": [1, u64::MAX] })), object(json!({ "enum": [1, 2, u64::MAX] }))),
        ("integer-beyond", object(few_integers.clone()), object(json!({ "enum": [1, 2, u64::MAX] }))),
        (
            "integer-of-map",
            json!({ "type": "object", "additionalProperties": few_integers }),
            json!({ "type": "object", "additionalProperties": more_integers }),
        ),
        ("number", object(json!({ "enum": [0.5, 2.5] })), object(json!({ "enum": [0.5, 2.5, 4, 7.25] }))),
        ("mixed", object(json!({ "enum": ["x", 1, 2] })), object(json!({ "enum": ["x", 1, 2, "y", 3, 3.5] }))),
        ("mixed-or-null", object(json!({ "enum": ["x", 1, null] })), object(json!({ "enum": ["x", 1, 2, null] }))),
        ("mixed-other-type", object(json!({ "enum": ["x", 1] })), object(json!({ "enum": ["x", 1, true] }))),
        ("key", one_key.clone(), another.clone()),
        ("key-inside", object(one_key.clone()), object(another.clone())),
        ("key-or-null", object(nullable(one_key.clone())), object(nullable(another.clone()))),
        (
            "key-of-list-of-map",
            object(json!({ "type": "object", "additionalProperties": { "type": "array", "items": one_key } })),
            object(json!({ "type": "object", "additionalProperties": { "type": "array", "items": another } })),
        ),
        ("key-named", named(&["x", "y"]), named(&["x", "y", "z"])),
        (
            "key-or-unit",
            object(json!({ "oneOf": [only("a"), unit("x"), unit("y")] })),
            object(json!({ "oneOf": [only("a"), unit("x"), unit("y"), unit("z"), only("b")] })),
        ),
        (
            "unit-among-keys",
            object(json!({ "oneOf": [only("a"), only("b")] })),
            object(json!({ "oneOf": [only("a"), only("b"), unit("x")] })),
        ),
        (
            "adjacent",
            object(json!({ "oneOf": [adjacent("x"), adjacent("y")] })),
            object(json!({ "oneOf": [adjacent("x"), adjacent("y"), adjacent("z")] })),
        ),
        (
            "union-in-variant",
            object(json!({ "oneOf": [only("a"), closed(json!({ "b": { "oneOf": [card(), cash()] } }))] })),
            object(json!({ "oneOf": [only("a"), closed(json!({ "b": { "oneOf": [card(), cash(), crypto()] } }))] })),
        ),
        (
            "union-of-unions",
            object(json!({ "oneOf": [{ "oneOf": [card(), cash()] }, variant("gold", "bars")] })),
            object(json!({ "oneOf": [{ "oneOf": [card(), cash(), crypto()] }, variant("gold", "bars")] })),
        ),
        (
            "variant-or-text",
            object(either(json!({ "oneOf": [card(), cash()] }), json!({ "type": "string" }))),
            object(either(json!({ "oneOf": [card(), cash(), crypto()] }), json!({ "type": "string" }))),
        ),
        (
            "key-or-number",
            object(either(json!({ "oneOf": [only("a"), only("b")] }), json!({ "type": "number" }))),
            object(either(json!({ "oneOf": [only("a"), only("b"), only("c")] }), json!({ "type": "number" }))),
        ),
        (
            "integer-or-text",
            object(either(json!({ "enum": [1, 2] }), json!({ "type": "string" }))),
            object(either(json!({ "enum": [1, 2, 3] }), json!({ "type": "string" }))),
        ),
        (
            "value-in-open-part",
            json!({ "anyOf": [{ "properties": { "a": { "enum": [1, 2] } } }, { "properties": { "b": { "enum": [0.5, 1.5] } } }],
                "unevaluatedProperties": false }),
            json!({ "anyOf": [{ "properties": { "a": { "enum": [1, 2, 3] } } }, { "properties": { "b": { "enum": [0.5, 1.5, 2.5] } } }],
                "properties": { "c": {} }, "unevaluatedProperties": false }),
        ),
        (
            "either",
            json!({ "oneOf": [object(json!({})), closed(json!({ "b": {} }))] }),
            json!({ "oneOf": [object(json!({})), closed(json!({ "b": {} })), closed(json!({ "a": {}, "b": {} }))] }),
        ),
    ]
}

/// A number that the environment may set.
fn number(variable: &str, default: usize) -> Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|error| format!("{variable} is `{text}`: {error}").into()),
        Err(_) => Ok(default),
    }
}
