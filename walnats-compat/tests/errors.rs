//! An error in the old schema is undecided at its own place, and hides no break elsewhere.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use walnats_codegen::Package;
use walnats_compat::{Comparison, Finding, Kind, Options, Side, Witness, compare};

fn side(files: &[(&str, String)]) -> Side {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())).collect();
    Side::new(Package::from_sources(&walnats_codegen::configure(), &files))
}

/// An event whose members `good` and `bad` are required.
fn event(good: &str, bad: &str) -> String {
    format!(r#"{{"type": "object", "required": ["good", "bad"], "properties": {{"good": {good}, "bad": {bad}}}}}"#)
}

fn compared(old: String, new: String) -> Comparison {
    let [old, new] = [old, new].map(|text| side(&[("schemas/a.json", text)]));
    compare(&old, &new, &Options::default())
}

fn shown(comparison: &Comparison) -> Vec<String> {
    comparison.findings.iter().map(|found| format!("{} {}", found.code.id, found.message)).collect()
}

fn breaks(comparison: &Comparison) -> Vec<&Finding> {
    comparison.findings.iter().filter(|found| found.kind() == Kind::Breaking).collect()
}

/// What is wrong in the old schema, and what the new one has in its place.
const ERRORS: [(&str, &str); 25] = [
    (r#"{"allOf": []}"#, r#"{"type": "string"}"#),
    (r#"{"anyOf": []}"#, r#"{"type": "string"}"#),
    (r#"{"oneOf": []}"#, r#"{"type": "string"}"#),
    (r##"{"$ref": "#/properties/bad"}"##, r#"{"type": "string"}"#),
    (r##"{"allOf": [{"$ref": "#/properties/bad"}]}"##, r#"{"type": "string"}"#),
    (r#"{"type": "string", "type": "integer"}"#, r#"{"type": "string"}"#),
    (r#"{"type": "integer", "type": "boolean", "type": "null"}"#, r#"{"type": "string"}"#),
    (
        r#"{"properties": {"x": {"type": "integer"}, "x": {"type": "null"}}}"#,
        r#"{"properties": {"x": {"type": "string"}}}"#,
    ),
    (r#"{"properties": {"x": false}, "properties": {"y": false}}"#, r#"{"properties": {"y": {"type": "string"}}}"#),
    (r#"{"required": ["x"], "required": ["y"]}"#, r#"{"required": ["x", "y"]}"#),
    (r#"{"type": "number", "maximum": 1e999}"#, r#"{"type": "number", "maximum": 5}"#),
    (r#"{"enum": [1e999, -1e999]}"#, r#"{"type": "string"}"#),
    (
        r#"{"type": "array", "items": {"const": 1e999}, "minItems": 1}"#,
        r#"{"type": "array", "items": {"type": "string"}, "minItems": 1}"#,
    ),
    (r#"{"if": {"type": "strng"}, "then": {"type": "string"}}"#, r#"{"type": "string"}"#),
    (r#"{"if": {"type": "strng"}, "then": {"type": "string"}, "else": {"type": "string"}}"#, r#"{"type": "string"}"#),
    (r#"{"oneOf": [{"type": "string"}, {"type": "strng"}]}"#, r#"{"type": "string"}"#),
    (r##"{"oneOf": [{"type": "string"}, {"$ref": "#/$defs/nope"}]}"##, r#"{"type": "string"}"#),
    (r##"{"oneOf": [{"$ref": "#/$defs/nope"}, {"$ref": "#/$defs/neither"}]}"##, r#"{"type": "string"}"#),
    (r#"{"oneOf": [{"type": "string"}, 5]}"#, r#"{"type": "string"}"#),
    (r#"{"allOf": [{"type": "strng"}]}"#, r#"{"type": "string"}"#),
    (r##"{"allOf": [{"type": "string"}, {"$ref": "#/$defs/nope"}]}"##, r#"{"type": "string", "minLength": 3}"#),
    (r#"{"anyOf": [{"type": "strng"}, {"type": "null"}]}"#, r#"{"type": ["string", "null"]}"#),
    (r#"{"not": {"type": "strng"}}"#, r#"{"type": "string"}"#),
    (r#"{"not": {"not": {"type": "strng"}}}"#, r#"{"type": "string"}"#),
    (r#"{"not": 5}"#, r#"{"type": "string"}"#),
];

#[test]
fn an_error_in_one_member_hides_no_break_of_another() {
    for (bad, sound) in ERRORS {
        let integer = |minimum: u32| format!(r#"{{"type": "integer", "minimum": {minimum}}}"#);
        let comparison = compared(event(&integer(0), bad), event(&integer(1), sound));
        let found = shown(&comparison);
        let is_at = |finding: &&Finding| finding.message.contains("`/good`");
        let breaks = breaks(&comparison);
        assert!(breaks.iter().any(is_at), "{bad}: {found:?}");
        let undecided: Vec<&Finding> =
            comparison.findings.iter().filter(|found| found.kind() == Kind::Undecided).collect();
        assert!(!undecided.is_empty(), "{bad}: {found:?}");
        for undecided in undecided {
            assert!(undecided.message.contains("/bad"), "{bad}: {found:?}");
            assert!(
                undecided.marks.iter().all(|mark| !mark.text.is_empty() && !mark.place.span.is_empty()),
                "{bad}: {undecided:?}"
            );
        }
        // What the part that has no meaning refuses or not is not known.
        let in_sound_part = ["{\"properties", "{\"required"].iter().any(|start| bad.starts_with(start));
        assert!(
            breaks.iter().all(is_at) || in_sound_part || bad.contains("minLength") || sound.contains("minLength"),
            "{bad}: {found:?}"
        );
    }
}

/// The same where nothing else has changed, or where what changes is compatible: nothing is said to break.
#[test]
fn an_error_is_no_break() {
    for (bad, sound) in ERRORS {
        if sound.contains("minLength") || bad.starts_with("{\"properties") {
            continue;
        }
        for (old, new) in [(bad, sound), (sound, bad), (bad, bad)] {
            let string = r#"{"type": "string"}"#;
            let comparison = compared(event(string, old), event(string, new));
            assert!(breaks(&comparison).is_empty(), "{old} -> {new}: {:?}", shown(&comparison));
        }
    }
}

/// An alternative of the whole event may have an error: the other ones are compared.
#[test]
fn an_error_in_one_alternative_hides_no_break_of_another() {
    let variant = |kind: &str, rest: &str| {
        format!(r#"{{"required": ["kind", "n"], "properties": {{"kind": {{"const": "{kind}"}}, {rest}}}}}"#)
    };
    let integer = |minimum: u32| format!(r#""n": {{"type": "integer", "minimum": {minimum}}}"#);
    for bad in [
        r#""x": {"type": "strng"}"#,
        r##""x": {"$ref": "#/$defs/nope"}"##,
        r#""x": {"type": "string", "pattern": "("}"#,
    ] {
        for choice in ["oneOf", "anyOf"] {
            let of = |a: String, b: String| format!(r#"{{"type": "object", "{choice}": [{a}, {b}]}}"#);
            let old = of(variant("a", &format!("{}, {bad}", integer(0))), variant("b", &integer(0)));
            let new = of(
                variant("a", &format!("{}, \"x\": {{\"type\": \"string\"}}", integer(0))),
                variant("b", &integer(1)),
            );
            let comparison = compared(old, new);
            let found = shown(&comparison);
            let witnesses: Vec<&Value> = breaks(&comparison)
                .iter()
                .filter_map(|finding| match &finding.witness {
                    Some(Witness::Json(payload)) => Some(payload),
                    _ => None,
                })
                .collect();
            assert!(
                witnesses.iter().any(|payload| payload["kind"] == json!("b")),
                "{choice} {bad}: {found:?} {witnesses:?}"
            );
            assert!(
                witnesses.iter().all(|payload| payload["kind"] == json!("b")),
                "{choice} {bad}: {found:?} {witnesses:?}"
            );
        }
    }
}

/// The same in YAML.
#[test]
fn a_number_that_yaml_has_and_json_has_not_hides_nothing() {
    for bad in ["1e999", ".inf", "-.inf", ".nan"] {
        let yaml = |minimum: u32, bad: &str| {
            format!(
                "type: object\nrequired: [good]\nproperties:\n  good: {{type: integer, minimum: {minimum}}}\n  bad: {{type: number, maximum: {bad}}}\n"
            )
        };
        let [old, new] = [yaml(0, bad), yaml(1, "5")].map(|text| side(&[("schemas/a.yaml", text)]));
        let comparison = compare(&old, &new, &Options::default());
        let found = shown(&comparison);
        assert_eq!(breaks(&comparison).len(), 1, "{bad}: {found:?}");
        assert!(found.iter().any(|found| found.contains("undecided at `/bad`")), "{bad}: {found:?}");
    }
}

/// An error in what `x-walnats` says concerns how the event is delivered, and not what is in it.
#[test]
fn a_wrong_option_hides_no_break_of_the_payload() {
    let event = |id: &str, options: &str| {
        format!(
            r#"{{"type": "object", "required": ["id"], "properties": {{"id": {{"type": "{id}"}}}}, "x-walnats": {options}}}"#
        )
    };
    for wrong in [
        r#"{"subject": "foo.{nope}", "stream": "s"}"#,
        r#"{"subject": "foo..x", "stream": "s"}"#,
        r#"{"subject": 5, "stream": "s"}"#,
        r#"{"subject": "foo.x", "uid": "{nope}", "stream": "s"}"#,
        r#"{"subject": "foo.x", "once": "{nope}", "stream": "s"}"#,
        r#"{"subject": "foo.x", "stream": 5}"#,
        r#"{"subject": "foo.x", "subject": "foo.y", "stream": "s"}"#,
        r#"{"subject": "foo.x", "stream": "s", "deprecated": "yes"}"#,
        r#""yes""#,
    ] {
        let right = r#"{"subject": "foo.x", "stream": "s"}"#;
        let comparison = compared(event("string", wrong), event("integer", right));
        let found = shown(&comparison);
        assert!(found.iter().any(|found| found.starts_with("WN0802")), "{wrong}: {found:?}");
        assert!(found.iter().any(|found| found.contains("the old schema has an error")), "{wrong}: {found:?}");
        assert!(
            found.iter().all(|found| found.starts_with("WN0802") || found.starts_with("WN0809")),
            "{wrong}: {found:?}"
        );
        let kinds: Vec<Kind> = comparison.verdicts.iter().map(|verdict| verdict.kind).collect();
        assert_eq!(kinds, [Kind::Breaking], "{wrong}");
    }
}
