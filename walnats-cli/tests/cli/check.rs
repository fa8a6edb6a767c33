//! `walnats check`: what it prints, and its exit codes.

use std::fs;

use crate::program::{broken, package, sound, undescribed, walnats};

/// A schema that generated code cannot check natively as a whole.
const PARTLY: &str = r#"{
  "type": "object",
  "properties": { "text": { "not": { "type": "null" } } }
}"#;

#[test]
fn check_distinguishes_clean_from_broken() {
    let sound = sound();
    let checked = walnats(sound.path(), &["check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (0, "1 event in 1 stream, 1 example: clean\n"));
    assert_eq!(checked.stderr, "");

    let checked = walnats(sound.path(), &["check", "-v"]);
    assert!(checked.stdout.contains("user-created: subject `users.*.created`, stream `users`"), "{}", checked.stdout);
    assert!(checked.stdout.contains("user-created: checked natively (2 subschemas)\n"), "{}", checked.stdout);
    let partly = package(&[("schemas/a.json", PARTLY)]);
    let checked = walnats(partly.path(), &["check", "-v"]);
    assert!(
        checked.stdout.contains("a: 2 of 3 subschemas validated at run time:\n  a#/properties/text: not\n"),
        "{}",
        checked.stdout
    );

    fs::write(sound.path().join("walnats.toml"), "[streams.users]\nmanaged = \"external\"\n").unwrap();
    let checked = walnats(sound.path(), &["check", "-v"]);
    assert!(checked.stdout.contains("users: an external stream, which `register` checks"), "{}", checked.stdout);

    let checked = walnats(broken().path(), &["check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (1, "1 event in 1 stream, 1 example: findings: 1 error, 0 warnings\n")
    );
    for text in ["error[WN0701]", "schemas/user_created.json:5:17", r#""examples": [ { "user_id": 1 } ]"#] {
        assert!(checked.stderr.contains(text), "`{text}` is not in:\n{}", checked.stderr);
    }
    assert!(!checked.stderr.contains('\x1b'), "colors in a pipe");
}

#[test]
fn warnings_are_findings_on_request() {
    let folder = undescribed();
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(checked.code, 0);
    assert!(checked.stderr.contains("warning[WN0713]"), "{}", checked.stderr);
    assert_eq!(walnats(folder.path(), &["check", "--deny-warnings"]).code, 1);
}

#[test]
fn check_prints_json() {
    let checked = walnats(broken().path(), &["check", "--json"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (1, ""));
    let report: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!((&report["errors"], &report["warnings"]), (&1.into(), &0.into()));
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "WN0701");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], "schemas/user_created.json");
    assert_eq!((&finding["line"], &finding["column"]), (&5.into(), &17.into()));

    let checked = walnats(sound().path(), &["check", "--json"]);
    assert_eq!(checked.code, 0);
    assert!(checked.stdout.contains("\"findings\": []"), "{}", checked.stdout);
}

#[test]
fn a_package_without_events_is_not_clean() {
    for files in [&[("schemas/_shared.json", "{\"type\": \"object\"}")][..], &[("schemas/notes.txt", "")]] {
        let checked = walnats(package(files).path(), &["check"]);
        assert_eq!(checked.code, 0);
        assert!(checked.stderr.contains("warning[WN0114]: there are no events in `schemas`"), "{}", checked.stderr);
    }
}

/// What a newcomer runs finds what `walnats test` and, where asked, `walnats fmt --check` find.
#[test]
fn check_runs_schema_tests_and_samples_and_looks_at_the_layout_where_asked() {
    let sound = sound();
    fs::create_dir_all(sound.path().join("samples/user-created/invalid")).unwrap();
    fs::write(sound.path().join("samples/user-created/invalid/1.json"), "{}").unwrap();
    let checked = walnats(sound.path(), &["check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (0, "1 event in 1 stream, 1 example, 1 test: clean\n"),
        "{}",
        checked.stderr
    );
    fs::write(sound.path().join("samples/user-created/invalid/1.json"), r#"{"user_id": "u_42"}"#).unwrap();
    let checked = walnats(sound.path(), &["check"]);
    assert_eq!(checked.code, 1, "{}", checked.stdout);
    assert!(checked.stderr.contains("error[WN1105]"), "{}", checked.stderr);

    fs::remove_file(sound.path().join("samples/user-created/invalid/1.json")).unwrap();
    fs::write(sound.path().join("walnats.toml"), "[fmt]\nline_width   = 100\n").unwrap();
    assert_eq!(walnats(sound.path(), &["check"]).code, 0);
    let checked = walnats(sound.path(), &["check", "--fmt"]);
    assert_eq!(checked.code, 1, "{}", checked.stdout);
    assert!(checked.stderr.contains("error[WN1001]"), "{}", checked.stderr);
}

/// Reading one would wait for somebody who writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_among_the_schemas_is_not_read() {
    for name in ["schemas/b.json", "schemas/b.yaml", "schemas/b.proto", "schemas/tests/b.json"] {
        let folder = package(&[("schemas/a.json", r#"{"type": "object"}"#), ("schemas/tests/c.json", "[]")]);
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap();
        assert!(made.success());
        for command in [&["check"][..], &["fmt", "--check"], &["test"]] {
            let ran = walnats(folder.path(), command);
            assert!(matches!(ran.code, 1 | 2), "{command:?}");
            assert!(ran.stderr.contains("not a regular file"), "{command:?} {name}: {}", ran.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_around_it_is_named() {
    let folder = package(&[("schemas/deep/a.json", r#"{"type": "object"}"#)]);
    std::os::unix::fs::symlink("..", folder.path().join("schemas/deep/again")).unwrap();
    for command in [&["check"][..], &["fmt", "--check"]] {
        let ran = walnats(folder.path(), command);
        assert!(ran.stderr.contains("`schemas/deep/again`") && !ran.stderr.contains("nested deeper"), "{}", ran.stderr);
    }
}

/// Names of files and texts of schemas do not steer the terminal, whichever command shows them.
#[test]
fn control_characters_are_spelled_out() {
    let schema = "{\n \"description\": \"d\",\n \"type\": \"object\",\n \"a\u{9b}31m\u{2028}\": 1,\n \
         \"properties\": { \"b\u{9b}\u{202e}c\": { \"type\": \"strin\u{85}g\", \"maxLength\": 3, \"nullable\": true } }\n}\n";
    let sound = schema.replace("strin\u{85}g", "string");
    let path = "schemas/b\u{1b}[31m\nar.json";
    for text in [schema, sound.as_str()] {
        let folder = package(&[(path, text)]);
        for arguments in [
            &["check"][..],
            &["check", "-v"],
            &["check", "--fmt"],
            &["check", "--format", "concise"],
            &["check", "--format", "github"],
            &["check", "--format", "markdown"],
            &["test", "--coverage"],
            &["test", "--list"],
            &["check", "--fix", "--diff"],
            &["generate"],
            &["fmt", "--check"],
            &["fmt"],
            &["check", "--fix"],
        ] {
            let ran = walnats(folder.path(), arguments);
            for text in [&ran.stdout, &ran.stderr] {
                let hidden = text.chars().find(|letter| {
                    let breaks = matches!(letter, '\n' | '\t');
                    (letter.is_control() && !breaks)
                        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}')
                });
                assert_eq!(hidden, None, "{arguments:?}: {text:?}");
                assert!(!text.contains("[31m\nar"), "{arguments:?}: {text:?}");
            }
        }
    }
}

/// A chain of references that a program may have written is looked at in about the time that its text takes to read.
#[test]
fn long_chains_of_references_are_checked() {
    let links = 3_000;
    let definition = |at: usize| format!(r##""d{at}": {{ "$ref": "#/$defs/d{}" }}"##, at + 1);
    let definitions: Vec<String> = (0..links).map(definition).collect();
    let schema = format!(
        r##"{{ "description": "d", "type": "object", "properties": {{ "a": {{ "$ref": "#/$defs/d0" }} }}, "examples": [{{ "a": "x" }}],
               "$defs": {{ {}, "d{links}": {{ "type": "string", "minLength": 1 }} }} }}"##,
        definitions.join(", ")
    );
    let folder = package(&[
        ("schemas/a.json", schema.as_str()),
        ("valid.json", r#"{"a": "x"}"#),
        ("wrong.json", r#"{"a": ""}"#),
    ]);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert_eq!(walnats(folder.path(), &["validate", "a", "valid.json"]).code, 0);
    assert_eq!(walnats(folder.path(), &["validate", "a", "wrong.json"]).code, 1);
}
