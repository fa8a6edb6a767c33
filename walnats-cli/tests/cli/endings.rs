//! Options for output: every command honours them or refuses them, and the last line says how it ended.

use std::fs;

use crate::program::{package, sound, walnats};

#[test]
fn what_a_command_would_ignore_is_wrong_usage() {
    let folder = sound();
    for (arguments, why) in [
        (&["explain", "WN0801", "--format", "json"][..], "`walnats explain` prints a text that has no other formats"),
        (&["explain", "--format", "sarif", "--output-file", "x.sarif"], "leave out `--format`"),
        (&["man", "--format", "markdown"], "`walnats man` prints a text"),
        (&["completions", "bash", "--format", "json"], "`walnats completions` prints a text"),
        (&["config-schema", "--format", "json"], "`walnats config-schema` prints a text"),
        (&["report-schema", "--format", "json"], "`walnats report-schema` prints a text"),
        (&["dev", "--format", "json"], "`walnats dev` prints a text"),
        (&["explain", "--workspace"], "works on no package: leave out `--workspace`"),
        (&["man", "--root", "."], "works on no package: leave out `--root`"),
        (&["sample", "user-created", "--format", "json"], "standard output of `walnats sample` has the payloads"),
        (&["export", "schema", "--format", "sarif"], "standard output of `walnats export schema` has what is exported"),
        #[cfg(feature = "outbox")]
        (&["outbox", "status", "--database", "sqlite::memory:", "--format", "json"], "prints a text"),
    ] {
        let ran = walnats(folder.path(), arguments);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.ends_with("could not run\n"), "{arguments:?}: {}", ran.stderr);
    }
    // The text for people is what they print.
    assert_eq!(walnats(folder.path(), &["explain", "WN0801", "--format", "human"]).code, 0);
    let ran = walnats(folder.path(), &["sample", "user-created", "--format", "json", "--output-file", "x.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_failure_ends_with_a_line_that_says_so() {
    let folder = sound();
    for arguments in [
        &["sample", "user-craeted"][..],
        &["explain", "WN9999"],
        &["export", "schema", "user-craeted"],
        &["tail", "user-craeted"],
        &["emit", "user-craeted", "-"],
        &["man", "--out", "walnats.toml/x/y"],
        &["outbox", "status", "--database", "mysql://x"],
        &["accept", "000000000000", "--reason", "x", "--until", "2020-01-01"],
    ] {
        fs::write(folder.path().join("walnats.toml"), "").unwrap();
        let ran = walnats(folder.path(), arguments);
        assert!(ran.code == 2 && ran.stderr.starts_with("error: "), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.ends_with("could not run\n"), "{arguments:?}: {}", ran.stderr);
    }
    let ran = walnats(folder.path(), &["sample", "nope", "--format", "json", "--output-file", "x.json"]);
    let written = fs::read_to_string(folder.path().join("x.json")).unwrap();
    assert!(ran.code == 2 && written.contains("the package has no event `nope`"), "{written}");
}

#[test]
fn every_command_names_a_missing_event_alike() {
    let folder = sound();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    for arguments in [
        &["sample", "user-craeted"][..],
        &["export", "schema", "user-craeted"],
        &["validate", "user-craeted", "a.json"],
        &["validate", "user-craeted"],
        &["tail", "user-craeted"],
        &["emit", "user-craeted", "a.json"],
    ] {
        let ran = walnats(folder.path(), arguments);
        let said = "the package has no event `user-craeted`; did you mean `user-created`?";
        assert!(ran.code == 2 && ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_dash_is_standard_output_and_a_file_has_one_format() {
    let folder = sound();
    let ran = walnats(folder.path(), &["check", "--format", "json", "--output-file", "-"]);
    assert!(ran.code == 0 && ran.stdout.starts_with('{'), "{}{}", ran.stdout, ran.stderr);
    assert!(!folder.path().join("-").exists());
    let ran = walnats(folder.path(), &["check", "--format", "json", "--output-file", "-", "--format", "concise"]);
    assert!(ran.code == 2 && ran.stderr.contains("only one `--format` can go to standard output"), "{}", ran.stderr);
    let whole = folder.path().join("x.txt").display().to_string();
    for other in ["x.txt", "./x.txt", whole.as_str()] {
        let both = ["check", "--format", "json", "--output-file", "x.txt", "--format", "sarif", "--output-file", other];
        let ran = walnats(folder.path(), &both);
        assert!(ran.code == 2 && ran.stderr.contains("two formats go to the same"), "{other}: {}", ran.stderr);
        assert!(ran.stderr.ends_with("could not run\n"), "{}", ran.stderr);
        assert!(!folder.path().join("x.txt").exists(), "nothing is written");
    }
}

#[test]
fn what_was_checked_has_cases_when_it_is_clean() {
    let folder = sound();
    fs::write(folder.path().join("a.json"), r#"{"user_id": "u"}"#).unwrap();
    assert_eq!(walnats(folder.path(), &["fmt"]).code, 0);
    for (arguments, case) in [
        (&["fmt", "--check"][..], "name=\"schemas/user_created.json\" file=\"schemas/user_created.json\"/>"),
        (&["validate", "user-created", "a.json"], "name=\"a.json\" file=\"a.json\"/>"),
        (&["generate", "--out", "src/events"], "name=\"src/events/mod.rs\""),
        (&["generate", "--out", "src/events", "--check"], "name=\"src/events/mod.rs\""),
        (&["emit", "user-created", "a.json", "--dry-run"], "name=\"a.json\" file=\"a.json\"/>"),
    ] {
        let ran = walnats(folder.path(), &[arguments, &["--format", "junit"]].concat());
        assert!(ran.code == 0 && ran.stdout.contains(case), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains("tests=\"0\""), "{}", ran.stdout);
    }
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    let ran = walnats(folder.path(), &["validate", "user-created", "a.json", "--format", "junit"]);
    assert!(ran.code == 1 && ran.stdout.contains("tests=\"1\" failures=\"1\""), "{}", ran.stdout);
}

#[test]
fn a_folder_without_a_package_is_not_formatted() {
    let folder = package(&[("other.json", "{}")]);
    for arguments in [&["fmt", "--check", "--root", "."][..], &["fmt", "--root", "."]] {
        let ran = walnats(folder.path(), arguments);
        assert!(
            ran.code == 2 && ran.stderr.contains("`.` has neither walnats.toml nor schemas/"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    assert_eq!(
        walnats(folder.path(), &["fmt", "--root", ".", "other.json"]).code,
        0,
        "files that are named are formatted"
    );
}

#[test]
fn places_outside_of_the_package_lead_from_the_repository() {
    let folder = package(&[("shop/schemas/user_created.json", crate::program::USER_CREATED), ("in/a.json", "{}")]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let shop = folder.path().join("shop");
    let whole = folder.path().join("in/a.json").canonicalize().unwrap().display().to_string();
    for path in ["../in/a.json", whole.as_str()] {
        for (format, expected) in
            [("sarif", "\"uri\": \"in/a.json\""), ("github", "file=in/a.json,"), ("gitlab", "\"path\": \"in/a.json\"")]
        {
            let ran = walnats(&shop, &["validate", "user-created", path, "--format", format]);
            assert!(ran.code == 1 && ran.stdout.contains(expected), "{path} {format}: {}", ran.stdout);
        }
    }
    let outside = package(&[("b c.json", "{}")]);
    let whole = outside.path().join("b c.json").canonicalize().unwrap().display().to_string();
    let ran = walnats(&shop, &["validate", "user-created", &whole, "--format", "sarif"]);
    let uri = format!("\"uri\": \"file://{}\"", whole.replace(' ', "%20"));
    assert!(ran.code == 1 && ran.stdout.contains(&uri), "{uri}: {}", ran.stdout);
}
