//! Arguments, help, and the schema of `walnats.toml`.

use std::process::Command;

use crate::program::{ran, sound, walnats};

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    let folder = sound();
    assert_eq!(walnats(folder.path(), &[]).code, 2);
    assert_eq!(walnats(folder.path(), &["chekc"]).code, 2);
    assert_eq!(walnats(folder.path(), &["generate"]).code, 2);
    let help = walnats(folder.path(), &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit codes:") && help.stdout.contains("Usage: walnats"), "{}", help.stdout);
}

#[test]
fn cargo_runs_it_too() {
    let folder = sound();
    let cargo = |arguments: &[&str]| {
        ran(Command::new(env!("CARGO_BIN_EXE_cargo-walnats")).args(arguments).current_dir(folder.path()))
    };
    assert_eq!(cargo(&["walnats", "check"]).code, 0);
    assert_eq!(cargo(&["check"]).code, 0);
    let help = cargo(&["walnats", "--help"]);
    assert!(help.stdout.contains("Usage: cargo walnats"), "{}", help.stdout);
}

#[test]
fn help_is_a_command_too() {
    let folder = sound();
    let (one, other) = (walnats(folder.path(), &["help", "check"]), walnats(folder.path(), &["check", "--help"]));
    assert_eq!((one.code, &one.stdout), (0, &other.stdout));
    assert_eq!(walnats(folder.path(), &["help", "chekc"]).code, 2);
}

#[test]
fn the_schema_of_the_configuration_is_a_schema_that_holds() {
    let printed = walnats(&std::env::temp_dir(), &["config-schema"]);
    assert_eq!(printed.code, 0);
    let schema: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::json!({"streams": {"users": {"retention": "interest"}}})));
    assert!(!validator.is_valid(&serde_json::json!({"streams": {"users": {"retention": "interset"}}})));
    for (setting, is_valid) in [
        (serde_json::json!({"managed": "external", "expected_stream": false}), true),
        (serde_json::json!({"managed": "terraform"}), false),
        (serde_json::json!({"max_age": "unlimited", "max_bytes": "unlimited", "max_messages": "unlimited"}), true),
        (serde_json::json!({"max_age": "7d", "max_bytes": "1GiB", "max_messages": 5}), true),
        (serde_json::json!({"max_age": "no limit"}), false),
        (serde_json::json!({"duplicate_window": "unlimited"}), false),
        (serde_json::json!({"compression": "s2", "placement": {"tags": ["ssd"]}, "metadata": {"team": "a"}}), true),
        (serde_json::json!({"placement": {"tag": "ssd"}}), false),
        (serde_json::json!({"sources": [{"name": "a", "external": {"api": "$JS.hub.API"}}]}), true),
        (serde_json::json!({"sources": [{"filter_subject": "a"}]}), false),
        (serde_json::json!({"republish": {"dest": "copies.>"}}), true),
        (serde_json::json!({"republish": {"src": "a.>"}}), false),
        (serde_json::json!({"persist_mode": "sync"}), false),
        (serde_json::json!({"first_seq": 0}), false),
    ] {
        let document = serde_json::json!({"streams": {"users": setting}});
        assert_eq!(validator.is_valid(&document), is_valid, "{document}");
    }
}
