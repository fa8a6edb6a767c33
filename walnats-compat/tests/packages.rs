//! Two packages in memory, and what is said about them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use walnats_codegen::Package;
use walnats_codegen::diagnostic::Level;
use walnats_compat::{Comparison, Direction, Kind, Options, Side, Witness, compare};

fn side(files: &[(&str, &str)]) -> Side {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Side::new(Package::from_sources(&walnats_codegen::configure(), &files))
}

/// The schemas of the event `a`, with this `walnats.toml`.
fn compared(old: &Value, new: &Value, toml: &str) -> Comparison {
    let side = |schema: &Value| side(&[("schemas/a.json", &schema.to_string()), ("walnats.toml", toml)]);
    compare(&side(old), &side(new), &Options::default())
}

fn codes(comparison: &Comparison) -> Vec<&str> {
    comparison.findings.iter().map(|finding| finding.code.slug).collect()
}

/// The policy space that Confluent's checker has: readers strict or tolerant, schemas open or closed, a property added or removed,
/// which is required, required with a default, or optional; in both directions. A default changes nothing: no validator fills it in.
#[test]
fn the_space_of_policies() {
    let mut rows = 0;
    for is_closed in [false, true] {
        for is_added in [true, false] {
            for kind in ["required", "required with default", "optional"] {
                for is_tolerant in [false, true] {
                    for direction in ["backward", "forward"] {
                        let schema = |has: bool| {
                            let mut schema =
                                json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
                            if is_closed {
                                schema["additionalProperties"] = false.into();
                            }
                            if has {
                                schema["properties"]["p"] = json!({"type": "string"});
                            }
                            if has && kind == "required with default" {
                                schema["properties"]["p"]["default"] = "x".into();
                            }
                            if has && kind != "optional" {
                                schema["required"] = json!(["id", "p"]);
                            }
                            schema
                        };
                        let unknown = if is_tolerant { "tolerant" } else { "strict" };
                        let toml = format!("[breaking]\nmode = \"{direction}\"\nunknown_members = \"{unknown}\"\n");
                        let comparison = compared(&schema(!is_added), &schema(is_added), &toml);
                        // Only the reader that knows the property, or only the writer.
                        let reader_knows = is_added == (direction == "backward");
                        let mut expected = Vec::new();
                        if reader_knows {
                            if kind != "optional" {
                                expected.push("required-added");
                            }
                            if !is_closed {
                                expected.push("open-member-declared");
                            }
                        } else if is_closed && !is_tolerant {
                            expected.push("member-unknown");
                        }
                        let mut found = codes(&comparison);
                        found.sort_unstable();
                        expected.sort_unstable();
                        let row = format!("closed {is_closed} added {is_added} {kind} {unknown} {direction}");
                        assert_eq!(found, expected, "{row}");
                        for finding in &comparison.findings {
                            let is_warning = is_tolerant && finding.code.slug == "open-member-declared";
                            assert_eq!(finding.level, if is_warning { Level::Warn } else { Level::Deny }, "{row}");
                        }
                        rows += 1;
                    }
                }
            }
        }
    }
    assert_eq!(rows, 48);
}

#[test]
fn every_break_of_an_event_is_found() {
    let old = json!({"type": "object", "required": ["kind"], "properties": {
        "kind": {"type": "string"}, "a": {"type": "integer", "minimum": 0, "maximum": 10}, "b": {"type": "string", "maxLength": 5},
        "c": {"type": "array", "items": {"type": "object", "properties": {"d": {"enum": [1, 2]}}}}}});
    let mut new = old.clone();
    new["properties"]["a"]["minimum"] = 1.into();
    new["properties"]["a"]["maximum"] = 9.into();
    new["properties"]["b"]["maxLength"] = 4.into();
    new["properties"]["c"]["items"]["properties"]["d"] = json!({"enum": [1]});
    let comparison = compared(&old, &new, "");
    let mut places: Vec<String> = comparison
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.marks[0].note, finding.marks[0].text))
        .collect();
    places.sort();
    assert_eq!(
        places,
        [
            "refuses /a \"maximum\":9",
            "refuses /a \"minimum\":1",
            "refuses /b \"maxLength\":4",
            "refuses /c/0/d \"enum\":[1]",
        ]
    );
}

#[test]
fn a_break_in_an_alternative_is_named_by_its_keyword() {
    let variant = |kind: &str, minimum: u32| json!({"type": "object", "required": ["kind", "total"], "properties": {"kind": {"const": kind}, "total": {"type": "integer", "minimum": minimum}}});
    let old = json!({"oneOf": [variant("card", 0), variant("transfer", 0)]});
    let new = json!({"oneOf": [variant("card", 0), variant("transfer", 1)]});
    let comparison = compared(&old, &new, "");
    assert_eq!(codes(&comparison), ["narrowed"]);
    let finding = &comparison.findings[0];
    assert_eq!(finding.marks[0].text, "\"minimum\":1");
    assert_eq!(finding.witness, Some(Witness::Json(json!({"kind": "transfer", "total": 0}))));
}

#[test]
fn fingerprints_survive_renames_formatting_and_unrelated_changes() {
    let address = r#"{"type": "object", "properties": {"zip": {"type": "string", "maxLength": 9}}}"#;
    let old = side(&[
        ("schemas/_address.json", address),
        ("schemas/a.json", r#"{"properties": {"to": {"$ref": "_address.json"}, "n": {"type": "number"}}}"#),
    ]);
    let new = |address: &str| {
        let new = side(&[
            ("schemas/_address.json", address),
            ("schemas/a.json", r#"{"properties": {"to": {"$ref": "_address.json"}, "n": {"type": "number"}}}"#),
        ]);
        compare(&old, &new, &Options::default())
            .findings
            .iter()
            .map(|finding| finding.fingerprint.clone())
            .collect::<Vec<_>>()
    };
    let first = new(&address.replace('9', "8"));
    assert_eq!(first.len(), 1);
    assert_ne!(new(&address.replace('9', "7")), first, "another limit is another change");

    // Moved, formatted, as YAML, with descriptions and another event; the old side has moved, too.
    let old = side(&[
        ("schemas/shared/_place.json", address),
        ("schemas/a.json", r#"{"properties": {"to": {"$ref": "shared/_place.json"}, "n": {"type": "number"}}}"#),
    ]);
    let moved = side(&[
        (
            "schemas/x/a.yaml",
            "description: moved\nproperties:\n  n:\n    type: number\n    description: n\n  to:\n    $ref: ../_p.json\n",
        ),
        ("schemas/_p.json", &address.replace('9', "8").replace(": ", "  :  ")),
        ("schemas/b.json", "{}"),
    ]);
    let comparison = compare(&old, &moved, &Options::default());
    let found: Vec<String> = comparison.findings.iter().map(|finding| finding.fingerprint.clone()).collect();
    assert_eq!(found, first, "{:?}", comparison.findings);
    assert_eq!(comparison.added, ["b"]);
}

#[test]
fn errors_of_the_old_revision_end_nothing() {
    let old = side(&[
        ("schemas/broken.json", r#"{"properties": {"x": {"$ref": "gone.json"}}}"#),
        ("schemas/unreadable.json", "{"),
        ("schemas/sound.json", r#"{"properties": {"n": {"type": "number"}}}"#),
        // The dangling reference here is one that the event does not reach.
        (
            "schemas/partly.json",
            r##"{"$defs": {"x": {"$ref": "gone.json"}}, "properties": {"n": {"type": "number"}}}"##,
        ),
    ]);
    let narrowed = r#"{"properties": {"n": {"type": "integer"}}}"#;
    let new = side(&[
        ("schemas/broken.json", r#"{"properties": {"x": {"type": "string"}}}"#),
        ("schemas/unreadable.json", "{}"),
        ("schemas/sound.json", narrowed),
        ("schemas/partly.json", narrowed),
    ]);
    assert!(new.errors.is_empty());
    let comparison = compare(&old, &new, &Options::default());
    let kinds: Vec<(&str, Kind)> =
        comparison.verdicts.iter().map(|verdict| (verdict.event.as_str(), verdict.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("broken", Kind::Undecided),
            ("partly", Kind::Breaking),
            ("sound", Kind::Breaking),
            ("unreadable", Kind::Undecided)
        ],
        "{:?}",
        comparison.findings
    );
}

#[test]
fn settings_of_an_event_come_before_those_of_all() {
    let (old, new) = (json!({"type": "integer"}), json!({"type": "number"}));
    assert_eq!(codes(&compared(&old, &new, "")), [""; 0]);
    assert_eq!(codes(&compared(&old, &new, "[breaking]\nmode = \"full\"")), ["type-changed"]);
    let own = "[breaking]\nmode = \"full\"\n[events.a]\nbreaking = { mode = \"backward\" }";
    assert_eq!(codes(&compared(&old, &new, own)), [""; 0]);
    let pattern = "[events.\"*\"]\nbreaking = { mode = \"forward\" }";
    let comparison = compared(&old, &new, pattern);
    assert_eq!(comparison.verdicts.len(), 1);
    assert_eq!((comparison.verdicts[0].direction, comparison.verdicts[0].kind), (Direction::Forward, Kind::Breaking));
}

#[test]
fn lints_set_the_level_of_a_break() {
    let (old, new) = (json!({"type": "number"}), json!({"type": "integer"}));
    for (level, expected) in [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny)] {
        let comparison = compared(&old, &new, &format!("[lints]\ntype-changed = \"{level}\""));
        assert_eq!(comparison.findings[0].level, expected);
        assert_eq!(comparison.findings[0].fails(), level == "deny");
    }
}

#[test]
fn further_baselines_are_for_transitive_events() {
    let toml = "[events.a]\nbreaking = { transitive = true }";
    let schema = |kind: &str| format!(r#"{{"properties": {{"n": {{"type": "{kind}"}}}}}}"#);
    let files = |kind: &str| {
        let schema = schema(kind);
        side(&[("schemas/a.json", &schema), ("schemas/b.json", &schema), ("walnats.toml", toml)])
    };
    let options = Options { is_further: true, ..Options::default() };
    let comparison = compare(&files("number"), &files("integer"), &options);
    assert_eq!(comparison.verdicts.iter().map(|verdict| verdict.event.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(comparison.findings.len(), 1);
}

/// A construct that nothing decides leaves the other properties decided.
#[test]
fn an_undecided_property_leaves_the_others_decided() {
    let schema =
        |code: &str, n: &str| json!({"properties": {"code": {"type": "string", "pattern": code}, "n": {"type": n}}});
    let comparison = compared(&schema("^(a|b)\\1$", "number"), &schema("^(a|b)\\1?$", "integer"), "");
    let mut found = codes(&comparison);
    found.sort_unstable();
    assert_eq!(found, ["type-changed", "undecided-change"], "{:?}", comparison.findings);
}

#[test]
fn a_rename_is_seen_by_what_stays() {
    let order = r#"{"properties": {"order_id": {"type": "string"}}}"#;
    let old = side(&[("schemas/order_placed.json", order)]);
    let new = side(&[("schemas/order_confirmed.json", &order.replace("string", "integer"))]);
    assert_eq!(codes(&compare(&old, &new, &Options::default())), ["event-deleted"]);
    let new = side(&[("schemas/order_confirmed.json", order)]);
    assert_eq!(
        codes(&compare(&old, &new, &Options::default())),
        ["event-renamed", "subject-changed", "stream-changed"]
    );
}

/// What an event says of its readers goes before what `[breaking]` says, for protobuf too.
#[test]
fn readers_of_one_event_ignore_what_they_do_not_know() {
    let message = |event: &str, more: &str| {
        format!("message {event} {{ option (walnats.event) = {{}}; string id = 1; {more} }}\n")
    };
    let package = |more: &str| {
        let head = "syntax = \"proto3\";\npackage shop.v1;\nimport \"walnats/options.proto\";\n";
        let messages = message("OrderPlaced", more) + &message("OrderSent", more);
        let toml =
            "[breaking]\nmode = \"forward\"\n[events.order-placed]\nbreaking = { unknown_members = \"tolerant\" }\n";
        side(&[("schemas/a.proto", &(head.to_owned() + &messages)), ("walnats.toml", toml)])
    };
    let comparison = compare(&package(""), &package("string note = 2;"), &Options::default());
    let found = comparison.findings.iter().filter(|finding| finding.code.id == "WN0822");
    let events: Vec<&str> = found.map(|finding| finding.about.name()).collect();
    assert_eq!(events, ["order-sent"]);
}

/// What one part of the old schema says is unknown; what is beside it is not.
#[test]
fn an_error_in_the_old_schema_is_undecided_where_it_is_and_hides_nothing() {
    let new = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}});
    let broken = [
        json!({"$ref": "#/nope"}),
        json!({"type": "string", "pattern": "["}),
        json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
        json!({"type": "strnig"}),
        json!(5),
        json!({"type": "object", "properties": {"deep": {"$ref": "nowhere.json"}}}),
    ];
    for (is_required, a) in [false, true].into_iter().flat_map(|required| broken.iter().map(move |a| (required, a))) {
        let mut old = json!({"type": "object", "properties": {"a": a, "b": {"type": "string"}}});
        let mut new = new.clone();
        // What is beside the error is compared, at the place itself, too: the reader takes what is written.
        new["properties"]["a"] = match a["type"].as_str() {
            Some("number") => json!({"type": "number", "exclusiveMinimum": 0}),
            Some("object") => json!({"type": "object", "properties": {"deep": {"type": "string"}}}),
            _ => json!({"type": "string"}),
        };
        if is_required {
            old["required"] = json!(["a"]);
            new["required"] = json!(["a"]);
        }
        let comparison = compared(&old, &new, "");
        let found: Vec<(&str, &str)> =
            comparison.findings.iter().map(|found| (found.code.id, found.message.as_str())).collect();
        let [("WN0802", breaking), ("WN0809", undecided)] = found[..] else { panic!("{old}: {found:?}") };
        assert!(breaking.contains("`/b`"), "{old}: {breaking}");
        assert!(undecided.contains("at `/a") && undecided.contains("the old schema has an error"), "{undecided}");
        assert!(comparison.findings[0].witness.is_some(), "{old}");
        assert_eq!(comparison.verdicts[0].kind, Kind::Breaking);
        // Alone it is undecided, not compatible.
        new["properties"]["b"] = json!({"type": "string"});
        let comparison = compared(&old, &new, "");
        assert_eq!(codes(&comparison), ["undecided-change"], "{old}");
    }
    // A keyword at the root.
    let old = json!({"type": "object", "required": "b", "properties": {"b": {"type": "string"}}});
    let comparison = compared(&old, &new, "");
    assert!(codes(&comparison).contains(&"type-changed"), "{:?}", comparison.findings);
    assert!(codes(&comparison).contains(&"undecided-change"), "{:?}", comparison.findings);
}

/// An unknown keyword asks for nothing: that is what was published.
#[test]
fn a_misspelt_keyword_of_the_old_schema_is_compared_as_it_was_read() {
    let schema = |required: &str| json!({"type": "object", "properties": {"a": {"type": "string"}}, required: ["a"]});
    let comparison = compared(&schema("requierd"), &schema("required"), "");
    assert_eq!(codes(&comparison), ["required-added"]);
    assert_eq!(comparison.findings[0].witness, Some(Witness::Json(json!({}))));
    // A warning that the settings make an error of.
    let schema = |annotated: bool| {
        let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        if annotated {
            schema["something"] = json!(1);
        } else {
            schema["required"] = json!(["a"]);
        }
        schema
    };
    let comparison = compared(&schema(true), &schema(false), "[lints]\nWN0306 = \"deny\"\n");
    assert_eq!(codes(&comparison), ["required-added"]);
}

/// How far the search comes depends on the machine; what was accepted stays accepted.
#[test]
fn a_fingerprint_does_not_depend_on_why_something_is_undecided() {
    let schema = |pattern: &str| {
        json!({"type": "object", "properties": {
            "a": {"type": "string", "pattern": pattern}, "b": {"type": "integer"}}})
    };
    let side = |schema: &Value| side(&[("schemas/a.json", &schema.to_string())]);
    let (old, new) = (side(&schema("^(a)(?=b).*\\1$")), side(&schema("^(a)(?=c).*\\1$")));
    let compared = |steps: u64| {
        let limits = walnats_compat::json::Limits { steps, ..Default::default() };
        let comparison = compare(&old, &new, &Options { limits, ..Options::default() });
        let [found] = &comparison.findings[..] else { panic!("{:?}", comparison.findings) };
        (found.message.clone(), found.fingerprint.clone())
    };
    let ((unhurried, one), (hurried, other)) = (compared(200_000), compared(1));
    assert!(hurried == "undecided at `/a`: too many steps" && unhurried != hurried, "{unhurried}; {hurried}");
    assert_eq!(one, other);
}

#[test]
fn large_counts_are_decided() {
    let object = json!({"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]});
    let many = [
        ("maxItems", 10_000, json!({"type": "array", "items": object})),
        ("maxItems", 100_000, json!({"type": "array", "items": {"type": "string"}})),
        ("maxItems", 9_999, json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": false})),
        ("maxProperties", 10_000, json!({"type": "object"})),
        (
            "maxProperties",
            10_000,
            json!({"type": "object", "additionalProperties": {"type": "string"},
            "propertyNames": {"pattern": "^[a-z]+[0-9]*$"}}),
        ),
    ];
    for (keyword, most, schema) in many {
        let mut narrowed = schema.clone();
        narrowed[keyword] = most.into();
        let event = |inner: &Value| json!({"type": "object", "properties": {"all": inner}, "required": ["all"]});
        let comparison = compared(&event(&schema), &event(&narrowed), "");
        assert_eq!(codes(&comparison), ["narrowed"], "{schema}: {:?}", comparison.findings);
        let Some(Witness::Json(payload)) = &comparison.findings[0].witness else { panic!("no witness") };
        let size = payload["all"].as_array().map(Vec::len).or(payload["all"].as_object().map(|all| all.len()));
        assert_eq!(size, Some(most + 1), "{schema}");
        let screen = walnats_compat::Screen { old: "old".to_owned(), old_prefix: String::new(), has_color: false };
        let text = screen.text(&comparison);
        assert!(text.contains(&format!("… ({} ", most + 1)) && text.len() < 2_000, "{text}");
        // The other way round nothing breaks.
        assert_eq!(codes(&compared(&event(&narrowed), &event(&schema), "")), [""; 0]);
    }
}

/// `int32` is a format of walnats, which `jsonschema` does not know.
#[test]
fn formats_of_integers_are_judged_by_their_bounds() {
    let event = |inner: Value| json!({"type": "object", "properties": {"n": inner}});
    for (old, new) in [
        (json!({"type": "integer", "format": "int64"}), json!({"type": "integer", "format": "int32"})),
        (json!({"type": "integer"}), json!({"type": "integer", "format": "uint8"})),
        (json!({"type": ["integer", "null"]}), json!({"type": ["integer", "null"], "format": "uint64"})),
    ] {
        let comparison = compared(&event(old.clone()), &event(new.clone()), "");
        assert_eq!(codes(&comparison), ["narrowed"], "{old} {new}: {:?}", comparison.findings);
        assert!(comparison.findings[0].witness.is_some());
        assert_eq!(codes(&compared(&event(new), &event(old), "")), [""; 0]);
    }
}

/// What a schema says may steer a terminal.
#[test]
fn the_screen_shows_no_control_characters() {
    let name = "c\u{1b}[31m\u{202e}";
    let event = |inner: Value| {
        let mut event = json!({"type": "object", "properties": {}, "required": [name]});
        event["properties"][name] = inner;
        event
    };
    for new in [json!({"type": "integer"}), json!({"enum": ["\u{7}\u{9b}"]}), json!({"pattern": "^(\u{1b}a)\\1$"})] {
        let comparison = compared(&event(json!({"type": "string"})), &event(new), "");
        assert!(!comparison.findings.is_empty());
        let screen = walnats_compat::Screen { old: "old".to_owned(), old_prefix: String::new(), has_color: false };
        let text = screen.text(&comparison);
        assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{text:?}");
        assert!(text.contains("c\\u{1b}[31m"), "{text}");
    }
}

/// What no payload shows to be misread is a matter of generated code.
#[test]
fn a_protobuf_change_without_a_witness_is_no_misreading() {
    let file = |rest: &str| format!("syntax = \"proto3\";\npackage shop;\nimport \"walnats/options.proto\";\n{rest}");
    let event = |fields: &str| format!("message M {{\n  option (walnats.event) = {{}};\n{fields}\n}}\n");
    for (old, new) in [
        (event("string a = 1;"), event("oneof x { string a = 1; }")),
        (event("S s = 1;") + "message S { string a = 1; }", event("T s = 1;") + "message T { string a = 1; }"),
    ] {
        let side = |text: &str| side(&[("schemas/shop.proto", &file(text))]);
        let comparison = compare(&side(&old), &side(&new), &Options::default());
        assert!(!comparison.verdicts.is_empty() && !comparison.findings.is_empty(), "{old}");
        for found in &comparison.findings {
            assert_eq!((found.code.id, found.level), ("WN0823", Level::Warn), "{found:?}");
        }
    }
}

/// The settings of the revision that reads count, and of every service that consumes the event.
#[test]
fn tolerant_readers_know_more_than_their_schema_lists() {
    let old = json!({
        "type": "object", "required": ["status", "by"], "additionalProperties": false,
        "properties": {
            "status": {"enum": ["new", "paid"]},
            "by": {"oneOf": [
                {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "card"}}, "additionalProperties": false},
                {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cash"}}, "additionalProperties": false}
            ]}
        }
    });
    let mut new = old.clone();
    new["properties"]["note"] = json!({"type": "string"});
    new["properties"]["status"]["enum"] = json!(["new", "paid", "sent"]);
    let coins = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": "coins"}}});
    new["properties"]["by"]["oneOf"].as_array_mut().unwrap().push(coins);
    let forward = "[breaking]\nmode = \"forward\"\n";
    let tolerant = "[events.a]\nread = \"tolerant\"\n";
    let all = ["choice-changed", "member-unknown", "value-removed"];
    let services = |read: &[&str]| -> String {
        let of = |(at, read): (usize, &&str)| format!("[services.s{at}]\nconsumes = [\"a\"]\n{read}\n");
        read.iter().enumerate().map(of).collect()
    };
    let read = "read = \"tolerant\"";
    let rows: [(String, String, &[&str]); 7] = [
        (String::new(), String::new(), &all),
        (tolerant.to_owned(), String::new(), &[]),
        (String::new(), tolerant.to_owned(), &all),
        (services(&[read, read]), String::new(), &[]),
        (services(&[read, ""]), String::new(), &all),
        (tolerant.to_owned() + &services(&["read = \"strict\""]), String::new(), &all),
        (String::new(), "unknown_members = \"tolerant\"\n".to_owned(), &all[..1]),
    ];
    for (of_old, of_new, expected) in rows {
        let side =
            |schema: &Value, toml: &str| side(&[("schemas/a.json", &schema.to_string()), ("walnats.toml", toml)]);
        let comparison =
            compare(&side(&old, &of_old), &side(&new, &(forward.to_owned() + &of_new)), &Options::default());
        let mut found = codes(&comparison);
        found.sort_unstable();
        found.dedup();
        if of_new.starts_with("unknown_members") {
            assert!(!found.contains(&"member-unknown") && found.contains(&"value-removed"), "{found:?}");
        } else {
            assert_eq!(found, expected, "{of_old}\n{of_new}\n{:?}", comparison.findings);
        }
    }
}
