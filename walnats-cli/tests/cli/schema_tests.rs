//! `walnats test`: what runs, and what the options do.

use walnats_harness::nested::workspace;

use crate::program::{USER_CREATED, package, walnats};

const A: &str = r#"{"description": "A.", "type": "object", "required": ["id"], "properties": {"id": {"type": "string", "maxLength": 3}}}"#;

#[test]
fn the_shop_passes_its_own_tests() {
    let ran = walnats(workspace(), &["test"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("20 tests: 20 passed, 0 failed; "), "{}", ran.stdout);
}

#[test]
fn tests_are_listed_and_chosen() {
    let tests = "- { event: a, title: fits, valid: true, payload: { id: abc } }\n- { event: a, title: long, valid: false, payload: { id: abcd }, keyword: maxLength }\n";
    let folder = package(&[
        ("schemas/a.json", A),
        ("schemas/b.json", A),
        ("schemas/x/tests/a.yaml", tests),
        ("samples/b/valid/1.jsonl", "{\"id\":\"a\"}\n\n{\"id\":\"b\"}\n"),
        ("schemas/x/samples/b/invalid/deep/2.yml", "id: 7\n"),
    ]);
    let list = walnats(folder.path(), &["test", "--list"]);
    assert_eq!(
        list.stdout,
        "a  valid  schemas/x/tests/a.yaml: fits\na  invalid  schemas/x/tests/a.yaml: long\nb  valid  samples/b/valid/1.jsonl:1\n\
         b  valid  samples/b/valid/1.jsonl:3\nb  invalid  schemas/x/samples/b/invalid/deep/2.yml\n5 tests: clean\n"
    );
    let ran = walnats(folder.path(), &["test"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "5 tests: 5 passed, 0 failed; 2 of 8 keywords tested (25 %); clean\n"),
        "{}",
        ran.stderr
    );
    let ran = walnats(folder.path(), &["test", "--filter", "long", "--coverage"]);
    assert_eq!(
        ran.stdout,
        "a: not tested\n  schemas/a.json:1:23: type\n  schemas/a.json:1:41: required `id`\n  schemas/a.json:1:83: type of /properties/id\n\
         1 test: 1 passed, 0 failed; 1 of 4 keywords tested (25 %); clean\n"
    );
    assert_eq!(walnats(folder.path(), &["test", "--min-coverage", "25"]).code, 0);
    assert_eq!(walnats(folder.path(), &["test", "--min-coverage", "26"]).code, 1);
    assert_eq!(walnats(folder.path(), &["test", "--min-coverage", "101"]).code, 2);
}

/// Folders `tests` and `samples` with schemas in them were there before.
#[test]
fn schemas_in_folders_of_these_names_stay_schemas() {
    let test = r#"{"event": "a", "valid": true, "file": "run.json"}"#;
    let folder = package(&[
        ("schemas/tests/a.json", A),
        ("schemas/tests/a.test.json", test),
        // A payload that looks like a schema, and one that looks like a test.
        ("schemas/tests/run.json", r#"{"type": "object", "id": "x"}"#),
        ("schemas/samples/b.json", A),
        ("schemas/samples/c/d.json", A),
        ("schemas/tests/more.json", r#"[{"event": "a", "valid": true, "file": "looks_like_a_test.json"}]"#),
        ("schemas/tests/looks_like_a_test.json", r#"{"id": "y", "valid": true, "payload": 1}"#),
        ("schemas/tests/lines.jsonl", "{}"),
    ]);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (0, "3 events in 3 streams, 0 examples, 2 tests: clean, 1 warning\n"),
        "{}",
        checked.stderr
    );
    let tested = walnats(folder.path(), &["test"]);
    assert!(tested.stderr.contains("warning[WN1110]: `schemas/tests/a.json` is read as a schema"), "{}", tested.stderr);
    assert!(tested.stdout.starts_with("2 tests: 2 passed, 0 failed; "), "{}{}", tested.stdout, tested.stderr);
    let allowed =
        package(&[("schemas/tests/a.json", A), ("walnats.toml", "[lints]\nschema-among-tests = \"allow\"\n")]);
    assert_eq!(walnats(allowed.path(), &["test"]).stderr, "");
}

#[test]
fn a_broken_package_is_said_to_be_broken() {
    let folder = package(&[("schemas/a.json", "{"), ("samples/a/valid/1.json", "{}")]);
    let ran = walnats(folder.path(), &["test"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("error[WN0102]"), "{}", ran.stderr);
}

#[test]
fn a_filter_that_nothing_matches_is_a_failure() {
    let folder = package(&[("schemas/a.json", A), ("samples/a/valid/1.json", r#"{"id": "x"}"#)]);
    let ran = walnats(folder.path(), &["test", "--filter", "zzz", "--min-coverage", "100"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("no test contains `zzz`"), "{}", ran.stderr);
}

#[test]
fn an_empty_file_stops_no_other_test() {
    let test = r#"{"event": "user-created", "payload": {"user_id": "u1"}, "valid": true}"#;
    for (name, text) in [("empty.json", ""), ("empty.yaml", " \n")] {
        let path = format!("schemas/tests/{name}");
        let files =
            [("schemas/user_created.json", USER_CREATED), ("schemas/tests/a.json", test), (path.as_str(), text)];
        let ran = walnats(package(&files).path(), &["test"]);
        assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.contains("the file has no tests") && !ran.stderr.contains("write a schema"),
            "{}",
            ran.stderr
        );
        assert!(ran.stdout.contains("1 test: 1 passed"), "{}", ran.stdout);
    }
}
