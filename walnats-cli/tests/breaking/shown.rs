//! What is said about a break, and what counts as one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{OLD, breaking, git, narrowed, repository, walnats, write};

#[test]
fn a_break_is_shown_with_witness_places_readers_and_help() {
    let (_folder, package) = repository(".");
    assert_eq!(breaking(&package, "main").stdout, "1 event: 1 compatible; clean\n");
    write(&package, "schemas/order_placed.json", &narrowed());
    let ran = breaking(&package, "main");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    assert_eq!(
        ran.stdout,
        r#"order-placed  breaking: old events -> new readers  [WN0801 narrowed]  311b2a899f33
  {"order_id":"","total":0}   accepted by main, refused now (two validators agree)
  schemas/order_placed.json:6:35        "exclusiveMinimum": 0   refuses /total
  main:schemas/order_placed.json:6:35   "minimum": 0            allows it
  read by: billing, warehouse
  help: keep `"minimum": 0`; or `walnats accept 311b2a899f33 --reason "..."`

1 event: 1 breaking; findings: 1 error, 0 warnings
"#
    );
    let colored = walnats(&package, &["breaking", "--against", "main", "--color", "always"]);
    assert!(colored.stdout.contains("\u{1b}[4m\"exclusiveMinimum\": 0\u{1b}[0m"), "{}", colored.stdout);
    assert_eq!(git(&package, &["status", "--short"]), " M schemas/order_placed.json\n", "the work tree is as it was");
}

#[test]
fn json_is_as_its_schema_says() {
    let (_folder, package) = repository(".");
    write(&package, "schemas/order_placed.json", &narrowed());
    write(&package, "schemas/added.json", "{}");
    let schema: Value = serde_json::from_str(&walnats(&package, &["breaking", "--json-schema"]).stdout).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let json = |against: &str, code: i32| -> Value {
        let ran = walnats(&package, &["breaking", "--json", "--against", against]);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""));
        let value = serde_json::from_str(&ran.stdout).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        value
    };
    let value = json("main", 1);
    let finding = &value["baselines"][0]["findings"][0];
    assert_eq!(value["failing"], 1);
    assert_eq!(value["baselines"][0]["added"], serde_json::json!(["added"]));
    assert_eq!(finding["fingerprint"], "311b2a899f33");
    assert_eq!(finding["witness"]["json"], serde_json::json!({"order_id": "", "total": 0}));
    assert_eq!(finding["places"][0]["line"], 6);
    walnats(&package, &["accept", "311b2a899f33", "--reason", "x", "--until", "9999-12-31"]);
    walnats(&package, &["accept", "000000000000", "--reason", "x"]);
    let value = json("main", 0);
    assert_eq!(value["baselines"][0]["findings"][0]["acceptance"]["until"], "9999-12-31");
    assert_eq!(value["acceptances"][0]["code"], "WN0892");
    json(".", 0);
}

#[test]
fn the_shop_is_compatible_with_itself() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ran = breaking(&shop, shop.to_str().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with(" compatible; clean\n"), "{}", ran.stdout);
}

#[test]
fn warnings_can_be_denied() {
    let (_folder, package) = repository(".");
    write(&package, "walnats.toml", "[lints]\nnarrowed = \"warn\"\n");
    write(&package, "schemas/order_placed.json", &narrowed());
    assert_eq!(breaking(&package, "main").code, 0);
    assert_eq!(walnats(&package, &["breaking", "--against", "main", "--deny-warnings"]).code, 1);
}

#[test]
fn a_renamed_event_has_a_line_in_the_new_file() {
    let (_folder, package) = repository(".");
    fs::remove_file(package.join("schemas/order_placed.json")).unwrap();
    write(&package, "schemas/order_made.json", OLD);
    write(&package, "walnats.toml", "");
    let run = |format| walnats(&package, &["breaking", "--against", "main", "--format", format]).stdout;
    let github = run("github");
    assert!(github.contains("::error file=schemas/order_made.json,line=1,"), "{github}");
    let markdown = run("markdown");
    assert!(markdown.contains("new: name `order-made`") && markdown.contains("old: name `order-placed`"), "{markdown}");
    assert!(!markdown.contains("\nis\n") && !markdown.contains(" was\n"), "{markdown}");
}
