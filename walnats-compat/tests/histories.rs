//! Histories of the kinds that event schemas have: envelopes of requests, cloud events, the schemas of a registry. Each change
//! with what it is to be, and large ones within the limits.

mod support;

use serde_json::{Map, Value, json};
use support::{judge, read};
use walnats_compat::json::Containment::{self, Contained, Differs};
use walnats_schema::read::Draft;

/// What a change is to readers of the new schema, and to readers of the old one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Same,
    Wider,
    Narrower,
    Other,
}

#[track_caller]
fn assert_change(name: &str, draft: Draft, old: &Value, new: &Value, change: Change) {
    let (old, new) = (read(old, draft, true).unwrap(), read(new, draft, true).unwrap());
    let is_contained = |judged: Containment| match judged {
        Contained => true,
        Differs(_) => false,
        Containment::Undecided(places) => panic!("{name} is undecided: {places:?}"),
    };
    let judged = match (is_contained(judge(&old, &new)), is_contained(judge(&new, &old))) {
        (true, true) => Change::Same,
        (true, false) => Change::Wider,
        (false, true) => Change::Narrower,
        (false, false) => Change::Other,
    };
    assert_eq!(judged, change, "{name}");
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn members(count: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    Value::Object((0..count).map(member).collect::<Map<_, _>>())
}

/// What an envelope is made of.
#[derive(Clone, Copy)]
struct Envelope {
    branches: usize,
    union: &'static str,
    /// Whether a branch is known by an `enum` instead of a `const`.
    by_enum: bool,
    body: fn(usize) -> Value,
    largest: u64,
}

const ENVELOPE: Envelope =
    Envelope { branches: 60, union: "oneOf", by_enum: false, body: |_| json!({"type": "string"}), largest: u64::MAX };

impl Envelope {
    fn schema(self) -> Value {
        let branches: Vec<Value> = (0..self.branches)
            .map(|index| {
                let kind = format!("op{index}");
                let kind = if self.by_enum { json!({"type": "string", "enum": [kind]}) } else { json!({"const": kind}) };
                json!({"allOf": [{"$ref": "#/$defs/base"}, object(json!({"kind": kind, "body": (self.body)(index)}), &["kind"])]})
            })
            .collect();
        let id = json!({"type": "integer", "minimum": 0, "maximum": self.largest});
        json!({"$defs": {"base": object(json!({"id": id, "kind": {"type": "string"}}), &["id"])}, self.union: branches})
    }

    /// Requests and responses, each an envelope.
    fn nested(self) -> Value {
        let mut inner = self.schema();
        let definitions = inner["$defs"].take();
        let side =
            |kind: &str| object(json!({"side": {"const": kind}, "payload": {"$ref": "#/$defs/inner"}}), &["side"]);
        let sides: Vec<Value> = ["request", "response", "error"].map(side).into();
        inner.as_object_mut().unwrap().remove("$defs");
        json!({"$defs": {"base": definitions["base"], "inner": inner}, "oneOf": sides})
    }
}

#[test]
fn envelopes() {
    let narrowed =
        |index| if index == 41 { json!({"type": "string", "maxLength": 9}) } else { json!({"type": "string"}) };
    let changes = [
        ("a union as another", Envelope { union: "anyOf", ..ENVELOPE }, Change::Same),
        ("an enum of one", Envelope { by_enum: true, union: "anyOf", ..ENVELOPE }, Change::Same),
        ("one body is narrower", Envelope { body: narrowed, ..ENVELOPE }, Change::Narrower),
        ("one kind is gone", Envelope { branches: 59, ..ENVELOPE }, Change::Narrower),
        ("one kind is new", Envelope { branches: 61, ..ENVELOPE }, Change::Wider),
        ("ids end one earlier", Envelope { largest: u64::MAX - 1, ..ENVELOPE }, Change::Narrower),
    ];
    for (name, new, change) in changes {
        assert_change(name, Draft::Draft202012, &ENVELOPE.schema(), &new.schema(), change);
        let few = |envelope: Envelope| Envelope { branches: envelope.branches / 3, ..envelope };
        if new.branches == ENVELOPE.branches && name != "one body is narrower" {
            let (old, new) = (few(ENVELOPE).nested(), few(new).nested());
            assert_change(&format!("{name}, nested"), Draft::Draft202012, &old, &new, change);
        }
    }
}

/// `if` and `then` for each kind, and branches that are known by the only member that they have.
#[test]
fn other_envelopes() {
    let chain = |least: i64| {
        let then = |index| {
            let bound = if index == 7 { least } else { 0 };
            object(json!({"body": {"type": "integer", "minimum": bound}}), &["body"])
        };
        let rules: Vec<Value> = (0..60)
            .map(|index| json!({"if": {"properties": {"kind": {"const": index}}}, "then": then(index)}))
            .collect();
        json!({"type": "object", "properties": {"kind": {"enum": (0..60).collect::<Vec<_>>()}}, "required": ["kind"], "allOf": rules})
    };
    assert_change("a chain of conditions", Draft::Draft7, &chain(0), &chain(1), Change::Narrower);

    let external = |union: &str, least: i64| {
        let branch = |index: i64| {
            let name = format!("op{index}");
            let body = json!({"type": "integer", "minimum": if index == 7 { least } else { 0 }});
            let mut branch = object(json!({name.clone(): body}), &[&name]);
            branch["additionalProperties"] = json!(false);
            branch
        };
        json!({union: (0..100).map(branch).collect::<Vec<_>>()})
    };
    assert_change("named branches", Draft::Draft7, &external("oneOf", 0), &external("anyOf", 0), Change::Same);
    assert_change(
        "a named branch is wider",
        Draft::Draft7,
        &external("anyOf", 0),
        &external("oneOf", -1),
        Change::Wider,
    );
}

#[test]
fn what_is_left_is_judged_member_by_member() {
    let union = |union: &str, is_known: bool, least: i64, rest: Value| {
        let branch = |index: i64| {
            let name = format!("p{index}");
            let own = json!({"type": "integer", "minimum": if index == 3 { least } else { 0 }});
            let mut properties = json!({name.clone(): own});
            if is_known {
                properties["kind"] = json!({"const": index});
            }
            object(properties, &[&name])
        };
        let branches: Vec<Value> = (0..25).map(branch).collect();
        let base = object(json!({"id": {"type": "string"}}), &["id"]);
        json!({"type": "object", "allOf": [base], union: branches, "unevaluatedProperties": rest})
    };
    for of in ["anyOf", "oneOf"] {
        for is_known in [true, false] {
            let old = union(of, is_known, 0, json!(false));
            let name = format!("{of} {is_known}");
            assert_change(&name, Draft::Draft202012, &old, &union(of, is_known, -1, json!(false)), Change::Wider);
            let open = union(of, is_known, 0, json!({"type": "null"}));
            assert_change(&name, Draft::Draft202012, &old, &open, Change::Wider);
        }
    }
    let conditional = |then: Value| {
        json!({
            "type": "object",
            "if": object(json!({"kind": {"const": 1}}), &["kind"]),
            "then": {"properties": {"a": then}},
            "else": {"properties": {"b": true}, "dependentSchemas": {"b": {"properties": {"c": true}}}},
            "unevaluatedProperties": false
        })
    };
    let (wide, narrow) = (conditional(json!(true)), conditional(json!({"type": "string"})));
    assert_change("a condition", Draft::Draft202012, &wide, &narrow, Change::Narrower);
}

/// Closed unions of sixty kinds, in the shapes that people write them in.
#[test]
fn closed_unions() {
    let kinds = |shape: &str, count: usize, least: i64, extra: bool| {
        let own = |index: usize| {
            let bound = if index == 3 { least } else { 0 };
            let mut properties = json!({
                "kind": {"const": format!("kind{index}")},
                format!("a{index}"): {"type": "integer", "minimum": bound},
                format!("b{index}"): {"type": ["string", "null"]},
                "shared": {"type": "string"},
            });
            if extra && index == 7 {
                properties["extra"] = json!({"type": "boolean"});
            }
            object(properties, &["kind"])
        };
        let base = object(json!({"id": {"type": "integer", "minimum": 0, "maximum": u64::MAX}}), &["id"]);
        let branch = |index: usize| match shape {
            "with the base" => json!({"allOf": [{"$ref": "#/$defs/base"}, own(index)]}),
            _ => own(index),
        };
        let mut schema = json!({"type": "object", "unevaluatedProperties": false, "$defs": {"base": base}});
        match shape {
            "with the base" => schema["oneOf"] = (0..count).map(branch).collect(),
            "conditions" => {
                let rule = |index: usize| {
                    let kind = json!({"properties": {"kind": {"const": format!("kind{index}")}}, "required": ["kind"]});
                    json!({"if": kind, "then": own(index)})
                };
                let base = json!({"$ref": "#/$defs/base"});
                schema["allOf"] = [base].into_iter().chain((0..count).map(rule)).collect();
                schema["properties"] =
                    json!({"kind": {"enum": (0..count).map(|index| format!("kind{index}")).collect::<Vec<_>>()}});
                schema["required"] = json!(["kind"]);
            }
            union => {
                schema["allOf"] = json!([{"$ref": "#/$defs/base"}]);
                schema[union] = (0..count).map(branch).collect();
            }
        }
        schema
    };
    for shape in ["oneOf", "anyOf", "with the base", "conditions"] {
        let old = kinds(shape, 60, 0, false);
        let changes = [
            ("a bound", kinds(shape, 60, -1, false), Change::Wider),
            ("a member", kinds(shape, 60, 0, true), Change::Wider),
            ("a kind more", kinds(shape, 61, 0, false), Change::Wider),
            ("a kind less", kinds(shape, 59, 0, false), Change::Narrower),
            ("a bound and a member", kinds(shape, 60, 1, true), Change::Other),
        ];
        for (name, new, change) in changes {
            let start = std::time::Instant::now();
            assert_change(&format!("{shape}: {name}"), Draft::Draft202012, &old, &new, change);
            println!("{shape}: {name}: {:?}", start.elapsed());
        }
        let mut open = old.clone();
        open["unevaluatedProperties"] = json!({"type": "null"});
        assert_change(&format!("{shape}: open"), Draft::Draft202012, &old, &open, Change::Wider);
    }
}

#[test]
fn cloud_events() {
    let event = |source: Value, data: Value, kind: &str| {
        json!({
            "type": "object",
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "source": source,
                "specversion": {"const": "1.0"},
                "type": {"type": "string", "pattern": kind},
                "time": {"type": ["string", "null"], "format": "date-time", "minLength": 1},
                "data": {"oneOf": data}
            },
            "required": ["id", "source", "specversion", "type"],
            "patternProperties": {"^[a-z0-9]{1,20}$": {"type": ["string", "integer", "boolean", "object", "null"]}},
            "additionalProperties": false,
            "oneOf": [{"required": ["data"]}, {"not": {"required": ["data"]}}]
        })
    };
    let reference = json!({"type": "string", "format": "uri-reference", "minLength": 1});
    let data = json!([object(json!({"a": {"type": "string"}}), &["a"]), {"type": "null"}]);
    let old = event(reference.clone(), data.clone(), r"^com\.acme\.[a-z]+(\.[a-z]+)*\.v[0-9]+$");
    let sources = [
        (json!({"type": "string", "format": "uri-reference"}), Change::Wider),
        (json!({"type": "string", "format": "uri"}), Change::Narrower),
        (json!({"type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 8_192}), Change::Narrower),
        (
            json!({"type": "string", "format": "uri-reference", "minLength": 1, "pattern": "^https?://"}),
            Change::Narrower,
        ),
        (json!({"type": "string", "minLength": 1}), Change::Wider),
    ];
    for (source, change) in sources {
        let new = event(source.clone(), data.clone(), r"^com\.acme\.[a-z]+(\.[a-z]+)*\.v[0-9]+$");
        assert_change(&source.to_string(), Draft::Draft7, &old, &new, change);
    }
    let new = event(reference.clone(), data.clone(), r"^com\.acme\.[a-z.]+\.v[0-9]+$");
    assert_change("a wider pattern", Draft::Draft7, &old, &new, Change::Wider);
    let more = json!([object(json!({"a": {"type": "string"}, "b": {"type": "integer"}}), &["a"]), {"type": "null"}]);
    assert_change(
        "a member more",
        Draft::Draft7,
        &old,
        &event(reference, more, r"^com\.acme\.[a-z]+(\.[a-z]+)*\.v[0-9]+$"),
        Change::Narrower,
    );
}

/// Long texts of a format, formats with patterns, and patterns that look around.
#[test]
fn texts_of_formats() {
    let text = |format: &str, rest: Value| {
        let mut schema = json!({"type": "string", "format": format});
        schema.as_object_mut().unwrap().append(rest.clone().as_object_mut().unwrap());
        schema
    };
    for format in ["date-time", "time", "duration", "uri", "uri-reference", "iri", "json-pointer", "uri-template"] {
        let (old, new) = (text(format, json!({"maxLength": 8_192})), text(format, json!({"maxLength": 255})));
        assert_change(format, Draft::Draft202012, &old, &new, Change::Narrower);
        assert_change(format, Draft::Draft202012, &text(format, json!({})), &old, Change::Narrower);
    }
    // Nothing of these formats is longer.
    for (format, longest) in [("hostname", 253), ("email", 320), ("uuid", 36), ("ipv4", 15), ("date", 10)] {
        let (old, new) = (text(format, json!({})), text(format, json!({"maxLength": longest})));
        assert_change(format, Draft::Draft202012, &old, &new, Change::Same);
    }
    let cases = [
        (text("date", json!({})), text("hostname", json!({})), Change::Wider),
        (text("email", json!({})), text("email", json!({"pattern": "^\\S+$"})), Change::Narrower),
        (text("email", json!({})), text("email", json!({"pattern": "^.{1,255}$"})), Change::Narrower),
        (text("date-time", json!({})), text("date-time", json!({"pattern": "Z$"})), Change::Narrower),
        (text("iri", json!({})), json!({"type": "string", "pattern": "^https://"}), Change::Other),
        (json!({"pattern": "^(?!.*--)[a-z-]+$"}), json!({"pattern": "^[a-z-]+$"}), Change::Wider),
        (json!({"pattern": r"^(a+)b\1$"}), json!({"pattern": "^a+b"}), Change::Wider),
        (json!({"pattern": r"^P(?!$)(\d+Y)?(T(?=\d)(\d+H)?)?$"}), json!({"pattern": "^P"}), Change::Wider),
    ];
    for (old, new, change) in cases {
        assert_change(&format!("{old} {new}"), Draft::Draft202012, &old, &new, change);
    }
}

/// Self-describing schemas of draft 4, with a `$schema` of their own.
#[test]
fn registry() {
    let schema = |properties: Value, required: &[&str]| {
        let mut schema = object(properties, required);
        schema["$schema"] =
            json!("http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#");
        schema["self"] = json!({"vendor": "com.acme", "name": "click", "format": "jsonschema", "version": "1-0-0"});
        schema["additionalProperties"] = json!(false);
        schema
    };
    let wide = |count: usize, length: u64| {
        members(count, |index| {
            (
                format!("member{index}"),
                json!({"type": ["string", "null"], "maxLength": if index == 150 { length } else { 255 }}),
            )
        })
    };
    let old = schema(wide(200, 255), &[]);
    let changes = [
        ("a member more", schema(wide(201, 255), &[]), Change::Wider),
        ("a shorter member", schema(wide(200, 128), &[]), Change::Narrower),
        ("required", schema(wide(200, 255), &["member7"]), Change::Narrower),
        (
            "without null",
            {
                let mut properties = wide(200, 255);
                properties["member9"] = json!({"type": "string", "maxLength": 255});
                schema(properties, &[])
            },
            Change::Narrower,
        ),
        (
            "a union of types",
            {
                let mut properties = wide(200, 255);
                properties["member9"] = json!({"anyOf": [{"type": "string", "maxLength": 255}, {"type": "null"}]});
                schema(properties, &[])
            },
            Change::Same,
        ),
        (
            "renamed",
            {
                let mut properties = wide(200, 255);
                properties["other"] = properties.as_object_mut().unwrap().remove("member9").unwrap();
                schema(properties, &[])
            },
            Change::Other,
        ),
    ];
    for (name, new, change) in changes {
        assert_change(name, Draft::Draft4, &old, &new, change);
    }
    let number = |rules: Value| schema(json!({"number": rules}), &[]);
    let exclusive = number(
        json!({"type": ["integer", "null"], "minimum": 0, "exclusiveMinimum": true, "maximum": 9_007_199_254_740_991_u64}),
    );
    let inclusive = number(json!({"type": ["integer", "null"], "minimum": 1, "maximum": 9_007_199_254_740_991_u64}));
    assert_change("an exclusive bound", Draft::Draft4, &exclusive, &inclusive, Change::Same);
}

#[test]
fn large_enumerations() {
    let values: Vec<String> = (0..1_000).map(|index| format!("value-{index}")).collect();
    let constants =
        |values: &[String]| json!({"oneOf": values.iter().map(|value| json!({"const": value})).collect::<Vec<_>>()});
    let all = json!({"enum": values});
    let cases = [
        ("fewer", json!({"enum": values[..999]}), Change::Narrower),
        ("constants", constants(&values), Change::Same),
        ("fewer constants", constants(&values[1..]), Change::Narrower),
        ("split", json!({"anyOf": [{"enum": values[..300]}, {"type": "string", "enum": values[300..]}]}), Change::Same),
        ("overlapping", json!({"oneOf": [{"enum": values[..301]}, {"enum": values[300..]}]}), Change::Narrower),
        ("a pattern", json!({"type": "string", "pattern": "^value-[0-9]{1,3}$"}), Change::Wider),
    ];
    for (name, new, change) in cases {
        assert_change(name, Draft::Draft202012, &all, &new, change);
    }
    let numbers = json!({"enum": (0..1_000).collect::<Vec<_>>()});
    let range = json!({"type": "integer", "minimum": 0, "maximum": 999});
    assert_change("numbers", Draft::Draft202012, &numbers, &range, Change::Same);
}

#[test]
fn members_that_need_others() {
    let needs = |count: usize| {
        let members = members(count, |index| (format!("d{index}"), json!([format!("e{index}")])));
        json!({"type": "object", "dependentRequired": members})
    };
    assert_change("fewer", Draft::Draft202012, &needs(100), &needs(99), Change::Wider);
    let chain = members(60, |index| (format!("d{index}"), json!([format!("d{}", index + 1)])));
    let chain = json!({"type": "object", "dependentRequired": chain});
    let ends = json!({"type": "object", "dependentRequired": {"d0": ["d60"]}});
    assert_change("a chain and its ends", Draft::Draft202012, &chain, &ends, Change::Wider);
}

/// Expressions of many kinds that contain one another.
#[test]
fn expressions() {
    let tree = |prefix: &str, literal: Value| {
        let kind = |index: usize| {
            let next = json!({"$ref": format!("#/$defs/{prefix}{}", (index + 1) % 30)});
            let any = json!({"$ref": "#/$defs/any"});
            let list =
                json!({"op": {"const": format!("list{index}")}, "of": {"type": "array", "items": any}, "next": next});
            let pair = json!({"op": {"const": format!("pair{index}")}, "left": any, "right": any});
            json!({"oneOf": [object(list, &["op"]), object(pair, &["op", "left", "right"])]})
        };
        let mut definitions = members(30, |index| (format!("{prefix}{index}"), kind(index)));
        let mut any: Vec<Value> = (0..30).map(|index| json!({"$ref": format!("#/$defs/{prefix}{index}")})).collect();
        any.push(literal);
        definitions["any"] = json!({"anyOf": any});
        json!({"$ref": "#/$defs/any", "$defs": definitions})
    };
    let old = tree("a", json!({"type": "integer"}));
    assert_change("renamed", Draft::Draft202012, &old, &tree("b", json!({"type": "integer"})), Change::Same);
    let new = tree("b", json!({"type": "integer", "minimum": 0}));
    assert_change("narrower", Draft::Draft202012, &old, &new, Change::Narrower);
}

/// Several unions beside one another: a change of one is not looked for in the combinations of all.
#[test]
fn unions_beside_unions() {
    let union = |member: &str, least: i64| {
        let branch = |index: i64| {
            let bound = if index == 3 { least } else { 0 };
            object(json!({member: {"const": index}, "value": {"type": "integer", "minimum": bound}}), &[member])
        };
        json!({"oneOf": (0..30).map(branch).collect::<Vec<_>>()})
    };
    let all = |least| json!({"allOf": [union("a", least), union("b", 0), union("c", 0)]});
    assert_change("three unions", Draft::Draft7, &all(0), &all(1), Change::Narrower);
}

#[test]
fn large_counts() {
    let cases = [
        (json!({"maxItems": 6_000}), json!({"maxItems": 5_000}), Change::Narrower),
        (json!({"maxProperties": 1_000}), json!({"maxProperties": 500}), Change::Narrower),
        (json!({"maxLength": 3_000_000}), json!({"maxLength": 2_000_000}), Change::Narrower),
        (
            json!({"contains": {"const": 1}, "minContains": 60}),
            json!({"contains": {"const": 1}, "minContains": 50}),
            Change::Wider,
        ),
        (
            json!({"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "maxLength": 65_535}),
            json!({"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "maxLength": 32_767}),
            Change::Narrower,
        ),
    ];
    for (old, new, change) in cases {
        assert_change(&format!("{old} {new}"), Draft::Draft202012, &old, &new, change);
    }
}

/// Thousands of values of any type, some of them new and some gone.
#[test]
fn enumerations_of_thousands() {
    const COUNT: usize = 20_000;
    type Make = fn(usize) -> Value;
    let kinds: [(&str, Make); 4] = [
        ("texts", |index| json!(format!("value_{index:05}"))),
        ("integers", |index| json!(index)),
        ("fractions", |index| json!(index as f64 + 0.5)),
        ("objects", |index| json!({"id": index, "name": format!("n{index}")})),
    ];
    let event = |code: Value| object(json!({"id": {"type": "string"}, "code": code}), &["id", "code"]);
    for (name, value) in kinds {
        let values: Vec<Value> = (0..COUNT).map(value).collect();
        let of = |values: &[Value]| event(json!({"enum": values}));
        assert_change(name, Draft::Draft202012, &of(&values[1..]), &of(&values[..COUNT - 1]), Change::Other);
        assert_change(name, Draft::Draft202012, &of(&values[1..]), &of(&values), Change::Wider);
        let union = json!({"oneOf": values.iter().map(|value| json!({"const": value})).collect::<Vec<_>>()});
        assert_change(name, Draft::Draft202012, &of(&values), &event(union), Change::Same);
    }
}
