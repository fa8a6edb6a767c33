//! Findings that are ignored: with a reason, at a place, until a day.

use std::fs;

use crate::program::{package, walnats};

fn priced(allow: &str) -> String {
    format!(
        r#"{{
  "description": "Somebody paid.",
  "type": "object",
  "properties": {{ "price": {{ "type": "number", "x-walnats": {{ "allow": {allow} }} }}, "total": {{ "type": "integer" }} }}
}}"#
    )
}

#[test]
fn an_ignore_holds_at_its_place_until_its_day() {
    let folder = package(&[("schemas/a.json", &priced("{}"))]);
    let check = |allow: &str| {
        fs::write(folder.path().join("schemas/a.json"), priced(allow)).unwrap();
        walnats(folder.path(), &["check", "--deny-warnings"])
    };
    assert_eq!(check("{}").code, 1);

    let ignored = check(r#"{ "money-as-float": "the bank's own format" }"#);
    assert_eq!((ignored.code, ignored.stderr.as_str()), (0, ""), "{}", ignored.stdout);
    let later = check(r#"{ "money-as-float": { "reason": "the bank's own format", "until": "2999-12-31" } }"#);
    assert_eq!(later.code, 0, "{}", later.stderr);

    let over = check(r#"{ "money-as-float": { "reason": "the bank's own format", "until": "2020-01-31" } }"#);
    assert_eq!(over.code, 1);
    for text in ["warning[WN0729]", "ignored until 2020-01-31, which has passed"] {
        assert!(over.stderr.contains(text), "`{text}` is not in:\n{}", over.stderr);
    }
    assert!(!over.stderr.contains("WN0780"), "{}", over.stderr);

    let unneeded = check(r#"{ "money-as-float": "why", "no-description": "no need" }"#);
    assert!(
        unneeded.stderr.contains("warning[WN0780]: nothing here needs to ignore `no-description`"),
        "{}",
        unneeded.stderr
    );
}

/// What a build says must not depend on the day: it goes on as if the ignore still held.
#[test]
fn builds_do_not_look_at_the_day() {
    let schema = priced("{}").replace("\"properties\"", "\"propertys\"");
    let toml = "[[lints.ignore]]\nlint = \"misspelt-keyword\"\nfiles = \"*.json\"\nreason = \"an annotation\"\nuntil = 2020-01-31\n";
    let folder = package(&[("schemas/a.json", &schema), ("walnats.toml", toml)]);
    let generated = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    assert!(!generated.stderr.contains("WN0305"), "{}", generated.stderr);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.contains("error[WN0305]"), "{}", checked.stderr);
}

#[test]
fn an_ignore_of_what_takes_the_search_is_needed() {
    let schema = r#"{
      "description": "Somebody measured.",
      "type": "object",
      "properties": { "value": {
        "oneOf": [{ "type": "integer" }, { "type": "number" }],
        "x-walnats": { "allow": { "contained-branch": "readers know" } }
      } }
    }"#;
    let checked = walnats(package(&[("schemas/a.json", schema)]).path(), &["check", "--deny-warnings"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
}

#[test]
fn strict_asks_for_what_is_allowed() {
    let schema = priced("{ \"money-as-float\": \"the bank's own format\" }");
    let folder = package(&[
        ("schemas/a.json", &schema),
        ("walnats.toml", "[lints]\npreset = \"strict\"\nno-owner = \"allow\"\n"),
    ]);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(checked.code, 0);
    for code in ["WN0727", "WN0736", "WN0738"] {
        assert!(checked.stderr.contains(code), "{code} is not in:\n{}", checked.stderr);
    }
    assert!(!checked.stderr.contains("WN0737"), "{}", checked.stderr);
}

#[test]
fn files_are_named_by_globs_of_the_usual_kind() {
    let undescribed = r#"{"type": "object"}"#;
    let check = |pattern: &str| {
        let toml = format!(
            "[[lints.ignore]]\nlint = \"no-description\"\nfiles = \"{pattern}\"\nreason = \"it says it all\"\n"
        );
        let folder = package(&[("walnats.toml", &toml), ("schemas/v1/old/a.json", undescribed)]);
        walnats(folder.path(), &["check", "--deny-warnings"])
    };
    for pattern in ["**/*.json", "v1/**", "v?/*/a.json", "schemas/**/a.json", "v1", "*.json", "v1/*"] {
        let ran = check(pattern);
        assert_eq!(ran.code, 0, "{pattern}: {}", ran.stderr);
    }
    for pattern in ["**/*.yaml", "v1/*.json", "v??/**", "a.json"] {
        let ran = check(pattern);
        assert_eq!(ran.code, 1, "{pattern}");
        let message = format!("warning[WN0782]: no file matches `{pattern}`");
        assert!(ran.stderr.contains(&message) && !ran.stderr.contains("WN0780"), "{}", ran.stderr);
    }
}

#[test]
fn changes_are_accepted_and_not_ignored() {
    let config = "[[lints.ignore]]\nlint = \"narrowed\"\nfiles = [\"*.json\"]\nreason = \"it is fine\"\n";
    let schema = r#"{"type": "object", "description": "d", "x-walnats": {"allow": {"WN0801": "it is fine"}}}"#;
    for files in [
        [("walnats.toml", config), ("schemas/a.json", r#"{"type": "object"}"#)],
        [("walnats.toml", ""), ("schemas/a.json", schema)],
    ] {
        let checked = walnats(package(&files).path(), &["check"]);
        assert_eq!(checked.code, 1, "{}{}", checked.stdout, checked.stderr);
        assert!(checked.stderr.contains("WN0781") && checked.stderr.contains("walnats accept"), "{}", checked.stderr);
    }
}
