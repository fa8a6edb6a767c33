//! `walnats sample`: payloads that are what they are said to be, the same on every machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;
use walnats_harness::nested::{GITHUB_WEBHOOKS_SETTINGS, corpus, workspace};

use crate::program::{package, walnats};

const SHOP: [&str; 6] =
    ["cart-abandoned", "newsletter-requested", "order-placed", "shipment-dispatched", "stock-changed", "user-created"];

#[test]
fn samples_are_valid_and_invalid_ones_are_not() {
    for event in SHOP {
        for (seed, kind, code) in [("1", None, 0), ("7", None, 0), ("1", Some("--invalid"), 1)] {
            let arguments: Vec<&str> = ["sample", event, "-n", "25", "--seed", seed].into_iter().chain(kind).collect();
            let made = walnats(workspace(), &arguments);
            assert_eq!((made.code, made.stdout.lines().count(), made.stderr.as_str()), (0, 25, ""), "{event}");
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("made.jsonl");
            fs::write(&file, &made.stdout).unwrap();
            let judged = walnats(workspace(), &["validate", event, file.to_str().unwrap()]);
            let counts = if kind.is_none() {
                "25 payloads: 25 valid, 0 invalid; clean\n"
            } else {
                "25 payloads: 0 valid, 25 invalid"
            };
            assert_eq!(judged.code, code, "{event}: {}", judged.stderr);
            assert!(judged.stdout.starts_with(counts), "{event}: {}", judged.stdout);
        }
    }
}

#[test]
fn a_seed_decides() {
    let made = |seed: &str| walnats(workspace(), &["sample", "user-created", "-n", "3", "--seed", seed]).stdout;
    assert_eq!(made("5"), made("5"));
    assert_ne!(made("5"), made("6"));
    // Machines and versions print the same, too.
    let first = made("0");
    assert_eq!(first.lines().next(), Some(include_str!("../../fixtures/sample-user-created.json").trim()), "{first}");
    let pretty = walnats(workspace(), &["sample", "user-created", "--pretty"]).stdout;
    assert!(pretty.starts_with("{\n  \""), "{pretty}");
    let (one, other): (Value, Value) =
        (serde_json::from_str(&pretty).unwrap(), serde_json::from_str(first.lines().next().unwrap()).unwrap());
    assert_eq!(one, other);
}

/// The other validator, over a schema of 600 KB.
#[test]
fn samples_of_github_events_are_valid() {
    let Some(corpus) = corpus("github-webhooks") else { return };
    let schema = fs::read_to_string(corpus.join("schema.json")).unwrap();
    let github = package(&[("schemas/github.json", &schema), ("walnats.toml", GITHUB_WEBHOOKS_SETTINGS)]);
    let whole: Value = serde_json::from_str(&schema).unwrap();
    for (event, definition) in
        [("github.star", "star_event"), ("github.fork", "fork$event"), ("github.ping", "ping$event")]
    {
        let made = walnats(github.path(), &["sample", event, "-n", "3"]);
        assert_eq!((made.code, made.stdout.lines().count()), (0, 3), "{event}: {}", made.stderr);
        let root = serde_json::json!({"definitions": whole["definitions"], "$schema": whole["$schema"],
            "allOf": [{"$ref": format!("#/definitions/{definition}")}]});
        let validator = jsonschema::options().should_validate_formats(true).build(&root).unwrap();
        for line in made.stdout.lines() {
            let payload: Value = serde_json::from_str(line).unwrap();
            assert!(validator.is_valid(&payload), "{event}: {line}");
        }
    }
}

#[test]
fn what_random_choices_do_not_meet_is_searched_for() {
    // One text in some millions, and two patterns at once.
    let schema = r#"{"description": "A.", "type": "object", "required": ["code", "other"],
        "properties": {"code": {"type": "string", "allOf": [{"pattern": "^[a-z]{6}$"}, {"pattern": "^qu"}, {"pattern": "zz$"}]},
                       "other": {"type": "integer", "multipleOf": 7, "minimum": 1000001, "maximum": 1000008}}}"#;
    let folder = package(&[("schemas/a.json", schema)]);
    let made = walnats(folder.path(), &["sample", "a"]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    let payload: Value = serde_json::from_str(&made.stdout).unwrap();
    assert!(payload["code"].as_str().unwrap().starts_with("qu"), "{payload}");
    assert_eq!(payload["other"].as_u64().unwrap() % 7, 0);
}

#[test]
fn binary_is_for_protobuf() {
    let refused = walnats(workspace(), &["sample", "user-created", "--binary"]);
    assert_eq!(
        (refused.code, refused.stderr.as_str()),
        (2, "error: `--binary` is for protobuf events, and `user-created` is JSON\ncould not run\n")
    );
    let accepts_all = package(&[("schemas/a.json", "{\"description\": \"Anything.\"}")]);
    let refused = walnats(accepts_all.path(), &["sample", "a", "--invalid"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("the schema accepts every payload"), "{}", refused.stderr);
}

#[test]
fn integers_are_printed_as_integers() {
    let schema = r#"{"type": "integer", "minimum": 9007199254740993, "maximum": 9007199254741993}"#;
    let folder = package(&[("schemas/a.json", schema)]);
    for seed in ["0", "1", "2", "3"] {
        let made = walnats(folder.path(), &["sample", "a", "-n", "50", "--seed", seed]);
        assert_eq!((made.code, made.stdout.lines().count()), (0, 50), "{}", made.stderr);
        assert!(!made.stdout.contains(['.', 'e']), "{}", made.stdout);
    }
}

/// Payloads come as they are made, and end when nobody reads any more.
#[test]
fn samples_are_streamed() {
    let folder = package(&[("schemas/a.json", r#"{"type": "integer"}"#)]);
    let mut program = Command::new(env!("CARGO_BIN_EXE_walnats"))
        .args(["sample", "a", "-n", "100000000"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().is_ok() && lines.next().unwrap().is_ok());
    drop(lines);
    assert!(program.wait().unwrap().success());
}
