//! Histories like real ones, of realistic size, with random changes: envelopes of requests and responses, cloud events, schemas of
//! an analytics registry. Few changes may stay undecided, and what is said to be compatible is attacked with payloads.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use support::{judge, read};
use walnats_compat::json::Containment;
use walnats_differential::{Instances, Random, instance};
use walnats_schema::read::Draft;

/// `WALNATS_CHANGES` and `WALNATS_SEED` ask for more and for others.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What is counted over a history.
#[derive(Default)]
struct Counted {
    contained: usize,
    differ: usize,
    undecided: usize,
    times: Vec<Duration>,
}

/// Changes `schema` again and again, and judges each change in both directions. At most `most` percent may be undecided.
fn history(name: &str, draft: Draft, mut schema: Value, changes: u64, most: f64) {
    let mut random = Random::new(number("WALNATS_SEED", 1));
    let mut counted = Counted::default();
    for step in 0..number("WALNATS_CHANGES", changes) {
        let old = schema.clone();
        for _ in 0..1 + random.below(3) {
            edit(&mut schema, &mut random);
        }
        if old == schema {
            continue;
        }
        let (one, two) = (read(&old, draft, true).unwrap(), read(&schema, draft, true).unwrap());
        for (sub, sup, direction) in [(&one, &two, "old in new"), (&two, &one, "new in old")] {
            let start = Instant::now();
            let judged = judge(sub, sup);
            counted.times.push(start.elapsed());
            match judged {
                Containment::Differs(_) => counted.differ += 1,
                Containment::Undecided(places) => {
                    counted.undecided += 1;
                    println!("{name} {step}: {direction} is undecided: {places:?}{}", shown(&old, &schema));
                }
                Containment::Contained => {
                    counted.contained += 1;
                    let mut instances = Instances::new(&sub.set);
                    for _ in 0..number("WALNATS_PAYLOADS", 30) {
                        let payload = instance(&mut instances, sub.id, &[], &mut random);
                        let differs = sub.accepts(&payload) && !sup.accepts(&payload);
                        assert!(!differs, "{name} {step}: {direction}, but {payload} differs{}", shown(&old, &schema));
                    }
                }
            }
        }
        // Else it becomes another kind of schema with time.
        if step % 10 == 9 {
            schema = old;
        }
    }
    let Counted { contained, differ, undecided, mut times } = counted;
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!(
        "{name}: {contained} contained, {differ} differ, {undecided} undecided; median {:.1?}, 95 % {:.1?}, longest {:.1?}",
        at(50),
        at(95),
        at(100)
    );
    let share = 100.0 * undecided as f64 / times.len() as f64;
    assert!(share <= most, "{name}: {share:.1} % are undecided");
}

/// What differs, as pointers.
fn shown(old: &Value, new: &Value) -> String {
    let mut lines = String::new();
    differences(old, new, String::new(), &mut lines);
    lines
}

fn differences(old: &Value, new: &Value, at: String, lines: &mut String) {
    match (old, new) {
        (Value::Object(one), Value::Object(two)) if one.len() == two.len() || !at.is_empty() => {
            for name in one.keys().chain(two.keys().filter(|name| !one.contains_key(*name))) {
                let (one, two) = (one.get(name).unwrap_or(&Value::Null), two.get(name).unwrap_or(&Value::Null));
                if one != two {
                    differences(one, two, format!("{at}/{name}"), lines);
                }
            }
        }
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            for (index, (one, two)) in one.iter().zip(two).enumerate().filter(|(_, (one, two))| one != two) {
                differences(one, two, format!("{at}/{index}"), lines);
            }
        }
        _ => *lines += &format!("\n  {at}: {old:.300} -> {new:.300}"),
    }
}

/// Changes one keyword somewhere, as people do.
fn edit(schema: &mut Value, random: &mut Random) {
    let mut places = Vec::new();
    schemas_in(schema, String::new(), &mut places);
    for _ in 0..50 {
        let place = random.pick(&places).clone();
        let Some(Value::Object(members)) = schema.pointer_mut(&place) else { continue };
        if edit_one(members, random) {
            return;
        }
    }
}

fn edit_one(members: &mut Map<String, Value>, random: &mut Random) -> bool {
    let kind = random.below(16);
    let name = format!("added{}", random.below(1_000));
    match kind {
        // A member more, optional or required.
        0..=2 => {
            let Some(Value::Object(properties)) = members.get_mut("properties") else { return false };
            let choices = [
                json!({"type": "string"}),
                json!({"type": ["string", "null"], "maxLength": 64}),
                json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
                json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
            ];
            properties.insert(name.clone(), random.pick(&choices).clone());
            if kind == 0 {
                required(members).push(name.into());
            }
            true
        }
        3 => required(members).pop().is_some(),
        4 => {
            let names: Vec<String> =
                members.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
            let Some(name) = names.get(random.below(names.len().max(1))) else { return false };
            if !required(members).contains(&json!(name)) {
                required(members).push(json!(name));
            }
            true
        }
        // A member less.
        5 => {
            let Some(Value::Object(properties)) = members.get_mut("properties") else { return false };
            let Some(name) = properties.keys().nth(random.below(properties.len().max(1))).cloned() else {
                return false;
            };
            if properties[&name].get("const").is_some() {
                return false;
            }
            properties.remove(&name);
            required(members).retain(|other| *other != json!(name));
            true
        }
        6..=8 => {
            let bounds = ["maxLength", "minLength", "maximum", "minimum", "maxItems", "minItems"];
            let known: Vec<&&str> = bounds.iter().filter(|name| members.contains_key(**name)).collect();
            if known.is_empty() {
                return false;
            }
            let name = **random.pick(&known);
            let old = members[name].as_u64().unwrap_or_default();
            let new = if random.chance(50) { old.saturating_add(1) } else { old.saturating_sub(1) };
            members.insert(name.to_owned(), json!(new));
            true
        }
        9..=10 => match members.get_mut("enum") {
            Some(Value::Array(values)) if random.chance(50) && values.len() > 1 => values.pop().is_some(),
            Some(Value::Array(values)) => {
                values.push(name.into());
                true
            }
            _ => false,
        },
        11 => match members.get_mut("type") {
            Some(found @ Value::String(_)) if *found != "object" => {
                *found = json!([found.take(), "null"]);
                true
            }
            Some(Value::Array(types)) if types.len() > 1 => types.pop().is_some(),
            _ => false,
        },
        12 => match members.get("additionalProperties").or(members.get("unevaluatedProperties")) {
            Some(_) => members.remove("additionalProperties").or(members.remove("unevaluatedProperties")).is_some(),
            None if members.contains_key("properties") && !members.contains_key("allOf") => {
                members.insert("additionalProperties".to_owned(), json!(false)).is_none()
            }
            None => false,
        },
        13 => {
            let Some(Value::String(format)) = members.get_mut("format") else { return false };
            *format = random.pick(&["uri", "uri-reference", "date-time", "uuid", "email"]).to_string();
            true
        }
        14 => match members.get_mut("pattern") {
            Some(Value::String(pattern)) => {
                *pattern = pattern.replace('+', "*");
                true
            }
            _ => false,
        },
        // A branch more or less.
        _ => {
            let union = if members.contains_key("oneOf") { "oneOf" } else { "anyOf" };
            match members.get_mut(union) {
                Some(Value::Array(branches)) if branches.len() > 2 => {
                    branches.remove(random.below(branches.len()));
                    true
                }
                Some(Value::Array(branches)) => {
                    branches.push(json!({"type": "boolean"}));
                    true
                }
                _ => false,
            }
        }
    }
}

fn required(members: &mut Map<String, Value>) -> &mut Vec<Value> {
    let required = members.entry("required").or_insert_with(|| json!([]));
    if !required.is_array() {
        *required = json!([]);
    }
    required.as_array_mut().unwrap()
}

/// Pointers to the schemas in a schema.
fn schemas_in(schema: &Value, at: String, found: &mut Vec<String>) {
    let Value::Object(members) = schema else { return };
    found.push(at.clone());
    for (name, value) in members {
        match (name.as_str(), value) {
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(inner)) => {
                let escape = walnats_schema::pointer::escape;
                inner.iter().for_each(|(key, value)| schemas_in(value, format!("{at}/{name}/{}", escape(key)), found));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(inner)) => {
                inner
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| schemas_in(value, format!("{at}/{name}/{index}"), found));
            }
            ("items" | "additionalProperties" | "unevaluatedProperties" | "not" | "if" | "then" | "else", value) => {
                schemas_in(value, format!("{at}/{name}"), found);
            }
            _ => {}
        }
    }
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

/// Requests, responses and notifications, each known by its method, as `schemars` writes them.
fn envelopes(methods: usize, closed: bool) -> Value {
    let reference = |name: String| json!({"$ref": format!("#/$defs/{name}")});
    let mut definitions = Map::new();
    let unsigned = json!({"type": "integer", "format": "uint64", "minimum": 0, "maximum": u64::MAX});
    definitions.insert("Id".to_owned(), json!({"anyOf": [{"type": "null"}, unsigned, {"type": "string"}]}));
    definitions.insert("Meta".to_owned(), json!({"type": ["object", "null"], "additionalProperties": true}));
    for index in 0..methods {
        let item = object(
            json!({
                "kind": {"type": "string", "enum": ["added", "removed", format!("kind{index}")]},
                "size": {"type": "integer", "format": "uint32", "minimum": 0},
                "path": {"type": "string", "maxLength": 4_096},
                "at": {"type": "string", "format": "date-time"},
                "_meta": {"$ref": "#/$defs/Meta"}
            }),
            &["kind", "path"],
        );
        definitions.insert(format!("Item{index}"), item);
        let content = json!({"oneOf": [
            {"type": "object", "properties": {"type": {"const": "text"}, "text": {"type": "string"}}, "required": ["type", "text"]},
            {"type": "object", "properties": {"type": {"const": "image"}, "data": {"type": "string", "minLength": 1}}, "required": ["type", "data"]},
            {"type": "object", "allOf": [reference(format!("Item{index}"))], "properties": {"type": {"const": "item"}}, "required": ["type"]}
        ]});
        definitions.insert(format!("Content{index}"), content);
        let request = object(
            json!({
                "session": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
                "items": {"type": "array", "items": reference(format!("Item{}", index / 2)), "maxItems": 100},
                "content": {"anyOf": [reference(format!("Content{index}")), {"type": "null"}]},
                "limit": {"type": ["integer", "null"], "minimum": 0, "maximum": u64::MAX},
                "_meta": {"$ref": "#/$defs/Meta"}
            }),
            &["session"],
        );
        definitions.insert(format!("Request{index}"), request);
        let response = json!({"anyOf": [
            object(json!({"result": reference(format!("Content{}", index / 3)), "_meta": {"$ref": "#/$defs/Meta"}}), &["result"]),
            object(json!({"error": object(json!({"code": {"type": "integer", "format": "int64"}, "message": {"type": "string"}}), &["code"])}), &["error"])
        ]});
        definitions.insert(format!("Response{index}"), response);
    }
    let base = object(json!({"jsonrpc": {"const": "2.0"}, "id": {"$ref": "#/$defs/Id"}}), &["jsonrpc"]);
    definitions.insert("Base".to_owned(), base);
    let requests: Vec<Value> = (0..methods)
        .map(|index| {
            let own = object(
                json!({"method": {"type": "string", "const": format!("area/method{index}")}, "params": reference(format!("Request{index}"))}),
                &["method", "params"],
            );
            json!({"allOf": [reference("Base".to_owned()), own]})
        })
        .collect();
    let responses: Vec<Value> = (0..methods)
        .map(|index| {
            let own = object(
                json!({"re": {"type": "string", "enum": [format!("area/method{index}")]}, "body": reference(format!("Response{index}"))}),
                &["re", "body"],
            );
            json!({"allOf": [reference("Base".to_owned()), own]})
        })
        .collect();
    let mut requests = json!({"type": "object", "oneOf": requests});
    if closed {
        requests["unevaluatedProperties"] = json!(false);
    }
    json!({"oneOf": [requests, {"oneOf": responses}], "$defs": definitions})
}

/// One kind of event in a context, as the registries of delivery events write them.
fn cloud_event() -> Value {
    let subject = |content: Value| {
        json!({
            "type": "object",
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "source": {"type": "string", "minLength": 1, "format": "uri-reference"},
                "content": content
            },
            "additionalProperties": false,
            "required": ["id", "content"]
        })
    };
    let link = |kind: &str, rest: Value| {
        let mut properties = json!({"linkType": {"type": "string", "enum": [kind]}, "timestamp": {"type": "string", "format": "date-time"}});
        properties.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({"type": "object", "properties": properties, "additionalProperties": false, "required": ["linkType"]})
    };
    let content = object(
        json!({
            "environment": {"type": "object", "properties": {"id": {"type": "string", "minLength": 1}, "source": {"type": "string", "format": "uri-reference"}}, "required": ["id"], "additionalProperties": false},
            "artifactId": {"type": "string", "minLength": 1, "pattern": "^pkg:[a-z]+/.+$"},
            "uri": {"type": "string", "format": "uri"},
            "outcome": {"type": "string", "enum": ["success", "error", "failure"]},
            "errors": {"type": "string"},
            "repository": {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}, "owner": {"type": "string", "minLength": 1}}, "required": ["url"], "additionalProperties": false}
        }),
        &["artifactId"],
    );
    json!({
        "type": "object",
        "properties": {
            "context": {
                "type": "object",
                "properties": {
                    "specversion": {"type": "string", "minLength": 1},
                    "id": {"type": "string", "minLength": 1},
                    "source": {"type": "string", "minLength": 1, "format": "uri-reference"},
                    "type": {"type": "string", "enum": ["dev.events.service.deployed.0.2.0"]},
                    "timestamp": {"type": "string", "format": "date-time"},
                    "schemaUri": {"type": "string", "minLength": 1, "format": "uri"},
                    "chainId": {"type": "string", "format": "uuid"},
                    "links": {"type": "array", "items": {"anyOf": [
                        link("RELATION", json!({"target": subject(json!(true)), "linkKind": {"type": "string", "minLength": 1}})),
                        link("END", json!({"from": {"type": "string", "format": "uri-reference"}})),
                        link("PATH", json!({"from": {"type": "string", "format": "uri"}}))
                    ]}}
                },
                "additionalProperties": false,
                "required": ["specversion", "id", "source", "type", "timestamp"]
            },
            "subject": subject(content),
            "customData": {"oneOf": [{"type": "object"}, {"type": "string", "contentEncoding": "base64"}]},
            "customDataContentType": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"}
        },
        "additionalProperties": false,
        "required": ["context", "subject"]
    })
}

/// A flat schema of draft 4 with everything optional and nullable.
fn registry(count: usize) -> Value {
    let member = |index: usize| match index % 8 {
        0 => json!({"type": ["string", "null"], "maxLength": 255}),
        1 => json!({"type": ["integer", "null"], "minimum": 0, "maximum": 9_223_372_036_854_775_807_u64}),
        2 => json!({"type": "string", "enum": ["click", "view", format!("value{index}")]}),
        3 => json!({"type": ["number", "null"], "minimum": 0, "maximum": 100_000}),
        4 => json!({"type": ["string", "null"], "format": "uri", "maxLength": 8_192}),
        5 => json!({"type": "string", "format": "date-time"}),
        6 => {
            json!({"type": "array", "maxItems": 20, "items": {"type": "object", "properties": {"id": {"type": "string", "pattern": "^[A-Z]{2,}[0-9]+$"}, "value": {"type": ["string", "number", "boolean"]}}, "required": ["id"], "additionalProperties": false}})
        }
        _ => json!({"type": "string", "pattern": r"^\d+-\d+-\d+$", "maxLength": 64}),
    };
    let properties: Map<String, Value> = (0..count).map(|index| (format!("field_{index}"), member(index))).collect();
    json!({"type": "object", "properties": properties, "required": ["field_2", "field_5"], "additionalProperties": false})
}

#[test]
fn requests_and_responses() {
    history("envelopes", Draft::Draft202012, envelopes(30, false), 20, 8.0);
}

#[test]
fn closed_requests_and_responses() {
    history("closed envelopes", Draft::Draft202012, envelopes(60, true), 13, 8.0);
}

#[test]
fn cloud_events() {
    history("cloud events", Draft::Draft7, cloud_event(), 40, 3.0);
}

#[test]
fn analytics() {
    history("registry", Draft::Draft4, registry(120), 40, 3.0);
}
