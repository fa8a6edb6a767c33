//! The same change, written in other ways, is the same break; and it is counted and worded once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use walnats_codegen::Package;
use walnats_compat::accepted::Accepted;
use walnats_compat::json::Limits;
use walnats_compat::{Comparison, Kind, Options, Screen, Side, compare};

fn side(files: &[(&str, String)]) -> Side {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())).collect();
    Side::new(Package::from_sources(&walnats_codegen::configure(), &files))
}

fn compared(old: &[(&str, String)], new: &[(&str, String)]) -> Comparison {
    compare(&side(old), &side(new), &Options::default())
}

fn event(member: &Value) -> Value {
    json!({"type": "object", "required": ["v"], "properties": {"v": member}})
}

fn fingerprints(comparison: &Comparison) -> BTreeSet<String> {
    comparison.findings.iter().map(|finding| finding.fingerprint.clone()).collect()
}

#[test]
fn a_number_is_the_same_with_and_without_a_fraction() {
    let of = |minimum: &str| vec![("schemas/a.json", format!(r#"{{"type": "number", "minimum": {minimum}}}"#))];
    let expected = fingerprints(&compared(&of("0"), &of("1")));
    assert_eq!(expected.len(), 1);
    for (old, new) in [("0.0", "1"), ("0", "1.0"), ("-0.0", "10e-1"), ("0e5", "1.00")] {
        assert_eq!(fingerprints(&compared(&of(old), &of(new))), expected, "{old} {new}");
    }
    assert_ne!(fingerprints(&compared(&of("0"), &of("1.5"))), expected);
    let listed = |values: &str| vec![("schemas/a.json", format!(r#"{{"enum": {values}}}"#))];
    let expected = fingerprints(&compared(&listed("[1, 1000]"), &listed("[1]")));
    assert_eq!(fingerprints(&compared(&listed("[1.0, 1e3]"), &listed("[1.0]"))), expected);
}

#[test]
fn a_schema_is_the_same_inline_in_definitions_and_in_a_file_of_its_own() {
    let changes = [
        // Undecided: automata with a back-reference.
        (json!({"type": "string", "pattern": "^(a|b)\\1$"}), json!({"type": "string", "pattern": "^(b|c)\\1$"})),
        (json!({"type": "integer", "minimum": 0}), json!({"type": "integer", "minimum": 1})),
        (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), json!({"oneOf": [{"type": "string"}]})),
        (json!({"type": "array", "contains": {"const": 1}}), json!({"type": "array", "contains": {"const": 2}})),
    ];
    for (old, new) in changes {
        let inline = |schema: &Value| vec![("schemas/a.json", event(schema).to_string())];
        let defined = |schema: &Value| {
            let mut event = event(&json!({"$ref": "#/$defs/T"}));
            event["$defs"] = json!({"T": schema});
            vec![("schemas/a.json", event.to_string())]
        };
        let apart = |schema: &Value| {
            let event = event(&json!({"$ref": "_t.json"}));
            vec![("schemas/a.json", event.to_string()), ("schemas/_t.json", schema.to_string())]
        };
        let expected = fingerprints(&compared(&inline(&old), &inline(&new)));
        assert_eq!(expected.len(), 1, "{old} {new}");
        for ways in [
            (defined(&old), defined(&new)),
            (apart(&old), apart(&new)),
            (inline(&old), defined(&new)),
            (apart(&old), inline(&new)),
        ] {
            let comparison = compared(&ways.0, &ways.1);
            assert_eq!(fingerprints(&comparison), expected, "{old} {new} {:?}", comparison.findings);
        }
    }
}

fn text(comparison: &Comparison) -> String {
    Screen { old: "main".to_owned(), old_prefix: String::new(), has_color: false }.text(comparison)
}

#[test]
fn a_renamed_event_is_one_event() {
    let of = |name: &str, minimum: u32| {
        let mut event = event(&json!({"type": "integer", "minimum": minimum}));
        event["x-walnats"] = json!({"name": name, "subject": "orders.placed", "stream": "orders"});
        event.to_string()
    };
    let other = || ("schemas/b.json", event(&json!({"type": "string"})).to_string());
    for minimum in [0, 1] {
        let comparison = compared(
            &[("schemas/a.json", of("order-placed", 0)), other()],
            &[("schemas/a.json", of("purchase-done", minimum)), other()],
        );
        let text = text(&comparison);
        assert!(text.contains("\n2 events: 1 breaking, 1 compatible\n"), "{text}");
    }
}

#[test]
fn one_day_is_one_day() {
    let of = |age: &str, messages: u32| {
        let toml = format!("[streams.s]\nmax_age = \"{age}\"\nmax_messages = {messages}\n");
        let mut event = event(&json!({"type": "string"}));
        event["x-walnats"] = json!({"subject": "a.x", "stream": "s"});
        vec![("schemas/a.json", event.to_string()), ("walnats.toml", toml)]
    };
    let comparison = compared(&of("10d", 2), &of("1d", 1));
    let messages: Vec<&str> = comparison.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`max_age` was 10 days and is 1 day", "`max_messages` was 2 messages and is 1 message"]);
}

#[test]
fn items_are_not_members() {
    for (new, said) in [
        (json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false}), "items of `/v`"),
        (json!({"type": "array", "prefixItems": [{"type": "string"}], "unevaluatedItems": false}), "items of `/v`"),
        (json!({"type": "object", "additionalProperties": false}), "members of `/v`"),
    ] {
        let mut old = new.clone();
        let members = old.as_object_mut().unwrap();
        members.retain(|_, value| *value != json!(false));
        let comparison =
            compared(&[("schemas/a.json", event(&old).to_string())], &[("schemas/a.json", event(&new).to_string())]);
        let messages: Vec<&str> = comparison.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, [format!("readers refuse {said} that their schema does not know")], "{new}");
    }
}

/// Many members, of which more are tightened than a search looks for.
fn large(minimum: u32) -> Vec<(&'static str, String)> {
    let members: serde_json::Map<String, Value> = (0..400)
        .map(|at| (format!("m{at}"), json!({"type": "string", "pattern": "^[a-f]{1,9}$", "minLength": minimum})))
        .collect();
    vec![("schemas/a.json", json!({"type": "object", "properties": members}).to_string())]
}

#[test]
fn what_is_left_after_a_break_is_said_once_the_break_is_accepted() {
    let [old, new] = [large(1), large(3)].map(|files| side(&files));
    // The first break takes some of the steps, and the next ones find too few.
    let found = (1..40).map(|tenths| {
        let limits = Limits { steps: 500 * tenths, time: std::time::Duration::from_secs(600), ..Limits::default() };
        compare(&old, &new, &Options { limits, ..Options::default() })
    });
    let is_mixed = |comparison: &Comparison| {
        let kinds: BTreeSet<Kind> = comparison.findings.iter().map(|finding| finding.kind()).collect();
        kinds.len() == 2
    };
    let Some(mut comparison) = found.into_iter().find(is_mixed) else { return };
    let shown = |comparison: &Comparison| text(comparison).matches("undecided").count();
    assert!(shown(&comparison) > 0);
    let today = "2026-11-30".parse().unwrap();
    Accepted::default().apply(&mut comparison.findings, today);
    assert_eq!(shown(&comparison), 0, "{}", text(&comparison));
}

#[test]
fn what_time_ended_says_so() {
    let [old, new] = [large(1), large(3)].map(|files| side(&files));
    let limits = Limits { time: std::time::Duration::ZERO, ..Limits::default() };
    let comparison = compare(&old, &new, &Options { limits, ..Options::default() });
    let messages: Vec<&str> = comparison.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(!messages.is_empty());
    assert!(
        messages.iter().all(|message| message.ends_with("the time of 0ns for a comparison was used up")),
        "{messages:?}"
    );
}
