//! `walnats check --fix`: what it writes, and what it prints.

use std::fs;

use serde_json::Value;

use crate::program::{package, walnats};

const MISSPELT: &str = r#"{
  "description": "Somebody signed up.",
  "type": "object",
  "propertis": { "name": { "type": "str", "maxLenght": 9 } }
}
"#;

#[test]
fn misspelt_words_are_corrected_in_their_files() {
    let folder =
        package(&[("schemas/a.json", MISSPELT), ("schemas/b.yaml", "# Kept.\ntype: object\ndescriptoin: x\n")]);
    let file = folder.path().join("schemas/a.json");
    fs::write(&file, format!("\u{feff}{MISSPELT}")).unwrap();

    let would = walnats(folder.path(), &["check", "--fix", "--diff"]);
    assert_eq!(would.code, 0, "nothing would remain: {}{}", would.stdout, would.stderr);
    assert!(would.stdout.contains("3 findings to fix in 1 file; then 2 events"), "{}", would.stdout);
    for line in ["--- a/schemas/a.json", "+++ b/schemas/a.json", r#"-  "propertis":"#, r#"+  "properties":"#] {
        assert!(would.stdout.contains(line), "`{line}` is not in:\n{}", would.stdout);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("\u{feff}{MISSPELT}"), "a diff writes nothing");

    let fixed = walnats(folder.path(), &["check", "--fix"]);
    assert_eq!(fixed.code, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert!(fixed.stderr.starts_with("fixed 3 findings in 1 file:\n"), "{}", fixed.stderr);
    assert!(fixed.stderr.contains("  2 misspelt-keyword (WN0305)\n"), "{}", fixed.stderr);
    let text =
        MISSPELT.replace("propertis", "properties").replace("maxLenght", "maxLength").replace("\"str\"", "\"string\"");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("\u{feff}{text}"));

    let again = walnats(folder.path(), &["check", "--fix", "--dry-run"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(!again.stdout.contains("@@"), "{}", again.stdout);
    assert!(walnats(folder.path(), &["check", "--fix"]).stderr.starts_with("nothing to fix\n"));
}

#[test]
fn a_fix_that_would_cause_an_error_is_not_written() {
    let schema = r#"{
      "description": "Somebody signed up.",
      "type": "object",
      "properties": { "name": { "type": "string", "maxLenght": 3 } },
      "examples": [{ "name": "Grace" }]
    }"#;
    let folder = package(&[("schemas/a.json", schema)]);
    let checked = walnats(folder.path(), &["check", "--fix"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.contains("did you mean `maxLength`?"), "{}", checked.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("schemas/a.json")).unwrap(), schema);
}

#[test]
fn a_diff_without_fix_is_wrong_usage() {
    assert_eq!(walnats(package(&[("schemas/a.json", MISSPELT)]).path(), &["check", "--diff"]).code, 2);
}

/// With each format, and with findings of every kind left.
#[test]
fn a_diff_is_followed_by_what_would_remain() {
    let files = [
        (
            "walnats.toml",
            "[streams.as]\ndescripton = \"In words\"\nstorage = \"tape\"\n\n[lints]\nno-owner = \"warn\"\n",
        ),
        ("schemas/a.json", MISSPELT),
        (
            "schemas/b.json",
            r#"{ "description": "Paid.", "type": "object", "required": ["price", "price"],
                 "properties": { "price": { "type": "number" } }, "examples": [{}] }"#,
        ),
        ("schemas/c.json", r#"{ "description": "Wrong.", "type": 7, "propertis": {} }"#),
    ];
    let (previewed, fixed) = (package(&files), package(&files));
    for format in ["human", "json", "concise"] {
        let preview = walnats(previewed.path(), &["check", "--fix", "--diff", "--format", format]);
        assert_eq!(preview.code, 1, "{}{}", preview.stdout, preview.stderr);
        assert_eq!(fs::read_to_string(previewed.path().join("schemas/a.json")).unwrap(), MISSPELT);
        if format == "human" {
            walnats(fixed.path(), &["check", "--fix"]);
        }
        let after = walnats(fixed.path(), &["check", "--format", format]);
        assert_eq!(preview.code, after.code);
        match format {
            "human" => assert_eq!(preview.stderr, after.stderr, "the same findings, with the same levels"),
            "concise" => {
                assert!(preview.stdout.starts_with(after.stdout.split('\n').next().unwrap()), "{}", preview.stdout)
            }
            _ => {
                let findings =
                    |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["findings"].clone();
                assert!(findings(&after.stdout).as_array().is_some_and(|found| !found.is_empty()), "{}", after.stdout);
                assert_eq!(findings(&preview.stdout), findings(&after.stdout));
            }
        }
    }
    // What is wrong in one file keeps no other from being fixed.
    let read = |path: &str| fs::read_to_string(fixed.path().join(path)).unwrap();
    assert!(read("walnats.toml").contains("description = \"In words\""), "{}", read("walnats.toml"));
    assert!(read("schemas/a.json").contains("\"properties\""), "{}", read("schemas/a.json"));
    assert!(read("schemas/b.json").contains("\"required\": [\"price\"]"), "{}", read("schemas/b.json"));
}

#[test]
fn layout_is_that_of_the_fixed_text() {
    let folder =
        package(&[("schemas/a.json", "{ \"description\": \"Paid.\", \"type\": \"object\", \"propertis\": {} }\n")]);
    let preview = walnats(folder.path(), &["check", "--fix", "--diff", "--fmt"]);
    walnats(folder.path(), &["check", "--fix"]);
    let after = walnats(folder.path(), &["check", "--fmt"]);
    assert_eq!((preview.code, preview.stderr), (after.code, after.stderr));
}

/// Each schema, a payload that it accepts, and how many fixes are held back. What `--fix` leaves accepts the payload still.
const NARROWED: [(&str, &str, usize); 6] = [
    (
        r##"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"s": {"$ref": "#/definitions/s", "maxLength": 3}},
             "type": "object", "definitions": {"s": {"type": "string"}}}"##,
        r#"{"s": "longer"}"#,
        0,
    ),
    (r#"{"properties": {"s": {"type": "string"}}}"#, "[]", 1),
    (
        r#"{"type": "object", "properties": {"a": {"type": "string", "format": "timestamp"},
             "b": {"type": "string", "format": "url"}, "c": {"type": "string", "format": "UUID4"}}}"#,
        r#"{"a": "x", "b": "x", "c": "x"}"#,
        3,
    ),
    (
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "properties": {"a": {"const": 1}}}"#,
        r#"{"a": 2}"#,
        1,
    ),
    (
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "dependentRequired": {"a": ["b"]}}"#,
        r#"{"a": 2}"#,
        1,
    ),
    (
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
             "properties": {"a": {"type": "array", "items": [], "additionalItems": {"type": "string"}}}}"#,
        r#"{"a": ["x"]}"#,
        0,
    ),
];

#[test]
fn what_was_valid_stays_valid() {
    for (schema, payload, hidden) in NARROWED {
        let folder = package(&[("schemas/a.json", schema), ("payload.json", payload)]);
        let is_valid = || walnats(folder.path(), &["validate", "a", "payload.json"]).code == 0;
        assert!(is_valid(), "{schema} refuses {payload}");
        let fixed = walnats(folder.path(), &["check", "--fix"]);
        assert!(is_valid(), "{schema} refuses {payload} after --fix");
        let text = match hidden {
            0 => String::new(),
            1 => "1 hidden fix can be enabled with `--unsafe-fixes`".to_owned(),
            number => format!("{number} hidden fixes can be enabled with `--unsafe-fixes`"),
        };
        assert!(fixed.stdout.contains(&text), "{}", fixed.stdout);
        assert_eq!(fixed.stdout.contains("--unsafe-fixes"), hidden > 0, "{}", fixed.stdout);
        let json = walnats(folder.path(), &["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let marked = findings.iter().filter(|found| found["fix"]["applicability"] == "unsafe").count();
        assert_eq!(marked, hidden, "{}", json.stdout);
        let sarif = walnats(folder.path(), &["check", "--format", "sarif"]).stdout;
        assert_eq!(sarif.matches(r#""applicability": "unsafe""#).count(), hidden, "{sarif}");
        if hidden > 0 {
            walnats(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
            assert!(!is_valid(), "{schema} accepts {payload} after --unsafe-fixes");
        }
    }
}

/// Each schema of the member `v`, values of it that are valid and have to stay so, and whether the safe fix is applied.
const NULLABLE: [(&str, &[&str], bool); 12] = [
    (r#"{ "type": "string", "nullable": true }"#, &[r#""a""#], true),
    (r#"{ "oneOf": [{ "type": "string", "nullable": true }, { "type": "null" }] }"#, &["null", r#""a""#], false),
    (r#"{ "oneOf": [{ "type": "string", "nullable": true }, { "type": "integer" }] }"#, &["1", r#""a""#], true),
    (r#"{ "not": { "type": "string", "nullable": true } }"#, &["null", "1"], false),
    (r#"{ "not": { "not": { "type": "string", "nullable": true } } }"#, &[r#""a""#], true),
    (r#"{ "not": { "anyOf": [{ "type": "string" }], "nullable": true } }"#, &["null"], false),
    (
        r#"{ "type": "array", "contains": { "type": "string", "nullable": true }, "maxContains": 1 }"#,
        &[r#"["a", null]"#],
        false,
    ),
    (r#"{ "type": "array", "contains": { "type": "string", "nullable": true } }"#, &[r#"["a"]"#], true),
    (r#"{ "if": { "type": "string", "nullable": true }, "then": { "minLength": 3 }, "else": true }"#, &["null"], true),
    (r#"{ "if": { "type": "string", "nullable": true }, "then": { "const": "abc" } }"#, &["null", "1"], false),
    (r##"{ "oneOf": [{ "$ref": "#/$defs/text" }, { "type": "null" }] }"##, &["null", r#""a""#], false),
    (r##"{ "anyOf": [{ "$ref": "#/$defs/text" }, { "type": "null" }] }"##, &["null", r#""a""#], true),
];

#[test]
fn what_is_not_proven_to_refuse_nothing_new_is_held_back() {
    for (schema, values, is_applied) in NULLABLE {
        let text = r#", "$defs": { "text": { "type": "string", "nullable": true } }"#;
        let definitions = if schema.contains("$ref") { text } else { "" };
        let event = format!(r#"{{ "type": "object", "properties": {{ "v": {schema} }}{definitions} }}"#);
        let payloads: String = values.iter().map(|value| format!("{{ \"v\": {value} }}\n")).collect();
        let folder = package(&[("schemas/a.json", event.as_str()), ("p.jsonl", payloads.as_str())]);
        let is_valid = || walnats(folder.path(), &["validate", "a", "p.jsonl"]).code == 0;
        assert!(is_valid(), "{schema} refuses some of {values:?}");
        let applicability = if is_applied { "safe" } else { "unsafe" };
        let json: Value = serde_json::from_str(&walnats(folder.path(), &["check", "--json"]).stdout).unwrap();
        let said = json["findings"].as_array().unwrap().iter().find(|found| found["code"] == "WN0313").unwrap();
        assert_eq!(said["fix"]["applicability"], applicability, "{schema}: {said}");
        let sarif = walnats(folder.path(), &["check", "--format", "sarif"]).stdout;
        let sarif: Value = serde_json::from_str(&sarif).unwrap();
        let mut results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        let said = results.find(|result| result["ruleId"] == "WN0313").unwrap();
        assert_eq!(said["fixes"][0]["properties"]["applicability"], applicability, "{schema}: {said}");
        let fixed = walnats(folder.path(), &["check", "--fix"]);
        assert!(is_valid(), "{schema} refuses some of {values:?} after --fix");
        assert_eq!(fixed.stderr.contains("openapi-nullable (WN0313)\n"), is_applied, "{schema}: {}", fixed.stderr);
        assert_eq!(fixed.stdout.contains("--unsafe-fixes"), !is_applied, "{schema}: {}", fixed.stdout);
        if !is_applied {
            let fixed = walnats(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
            assert!(fixed.stderr.contains("openapi-nullable (WN0313)\n"), "{schema}: {}", fixed.stderr);
        }
    }
}

/// Of two findings that say the same in one file, each is judged for itself.
#[test]
fn one_fix_that_is_held_back_holds_back_no_other() {
    let schema = r#"{ "type": "object", "properties": {
        "a": { "type": "string", "nullable": true },
        "b": { "not": { "type": "string", "nullable": true } },
        "c": { "type": "string", "nullable": true }
    } }"#;
    let folder = package(&[("schemas/a.json", schema)]);
    let fixed = walnats(folder.path(), &["check", "--fix"]);
    assert!(fixed.stderr.contains("  2 openapi-nullable (WN0313)\n"), "{}", fixed.stderr);
    assert!(fixed.stdout.contains("1 hidden fix can be enabled"), "{}", fixed.stdout);
    let text = fs::read_to_string(folder.path().join("schemas/a.json")).unwrap();
    assert_eq!(text.matches("nullable").count(), 1, "{text}");
}
