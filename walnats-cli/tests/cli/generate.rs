//! `walnats generate`: which files it writes, and what it refuses.

use std::fs;

use crate::program::{USER_CREATED, package, sound, walnats};

#[test]
fn generate_writes_what_check_then_finds() {
    let folder = sound();
    let check = ["generate", "--out", "src/events", "--check"];
    let before = walnats(folder.path(), &check);
    assert_eq!(before.code, 1);
    assert!(before.stdout.contains("src/events/mod.rs: missing\n"), "{}", before.stdout);
    assert!(before.stderr.contains("run `walnats generate --out src/events`"), "{}", before.stderr);
    assert!(!folder.path().join("src").exists(), "--check has written something");

    let generated = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    assert!(generated.stdout.contains("0 unchanged, 0 removed"), "{}", generated.stdout);
    let clean = walnats(folder.path(), &check);
    assert_eq!(clean.code, 0, "{}", clean.stdout);
    assert!(clean.stdout.contains("up to date"), "{}", clean.stdout);

    let event = folder.path().join("src/events/user_created.rs");
    fs::write(&event, fs::read_to_string(&event).unwrap() + "\n").unwrap();
    let edited = walnats(folder.path(), &check);
    let said = "src/events/user_created.rs: differs\nsrc/events: 5 files; findings: 1 error, 0 warnings\n";
    assert_eq!((edited.code, edited.stdout.as_str()), (1, said));
    let again = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert!(again.stdout.contains("1 written"), "{}", again.stdout);

    fs::rename(folder.path().join("schemas/user_created.json"), folder.path().join("schemas/user_gone.json")).unwrap();
    let renamed = walnats(folder.path(), &check);
    assert!(renamed.stdout.contains("src/events/user_created.rs: no longer generated\n"), "{}", renamed.stdout);
}

#[test]
fn generate_refuses_broken_schemas_and_places() {
    let folder = package(&[("schemas/a.json", r#"{"type": "objekt"}"#), ("file", "")]);
    let refused = walnats(folder.path(), &["generate", "--out", "out"]);
    assert_eq!(refused.code, 1);
    assert_eq!(refused.stdout, "nothing generated: findings: 1 error, 0 warnings\n");
    assert!(!folder.path().join("out").exists());

    fs::write(folder.path().join("schemas/a.json"), USER_CREATED).unwrap();
    let refused = walnats(folder.path(), &["generate", "--out", "file/out"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.starts_with("error: cannot "), "{}", refused.stderr);
}

#[test]
fn generate_keeps_what_others_have_written() {
    for file in
        ["src/events/mod.rs", "src/events/user_created.rs", "src/events/schemas.json", "src/events/samples.json"]
    {
        let folder = sound();
        fs::create_dir_all(folder.path().join("src/events")).unwrap();
        fs::write(folder.path().join(file), "// mine\n").unwrap();
        let ran = walnats(folder.path(), &["generate", "--out", "src/events"]);
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), "// mine\n");
        if ran.code == 0 {
            assert!(file.ends_with(".json"), "{file} is in the way");
            continue;
        }
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains("was not written by walnats"), "{}", ran.stderr);
        assert_eq!(fs::read_dir(folder.path().join("src/events")).unwrap().count(), 1, "nothing is written");
    }
}

#[test]
fn code_does_not_go_among_the_schemas() {
    let folder = package(&[("schemas/user_created.json", USER_CREATED), ("schemas/deep/_shared.json", "{}")]);
    for out in ["schemas", "./schemas", "schemas/gen", "schemas/deep/more/gen", "gen/../schemas"] {
        let refused = walnats(folder.path(), &["generate", "--out", out]);
        assert_eq!(refused.code, 2, "{out}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains("schema folder `schemas`"), "{}", refused.stderr);
    }
    assert!(!folder.path().join("schemas/mod.rs").exists());
    assert_eq!(walnats(folder.path(), &["generate", "--out", "src/events"]).code, 0);
}

/// What would be written into a schema folder that is below the output folder.
#[test]
fn code_does_not_go_into_schemas_below_it() {
    let config = "[schemas]\nfolders = [\"src/events/proto\"]\n";
    let shop = "syntax = \"proto3\";\npackage shop;\nimport \"walnats/options.proto\";\nmessage UserCreated { option (walnats.event) = {}; }\n";
    let folder = package(&[("walnats.toml", config), ("src/events/proto/shop.proto", shop)]);
    let refused = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("schema folder `src/events/proto`"), "{}", refused.stderr);
}

/// As git writes a checkout with `core.autocrlf`.
#[test]
fn line_endings_of_a_checkout_are_no_difference() {
    let folder = sound();
    assert_eq!(walnats(folder.path(), &["generate", "--out", "src/events"]).code, 0);
    let mut waiting = vec![folder.path().join("src/events")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        }
    }
    let checked = walnats(folder.path(), &["generate", "--out", "src/events", "--check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    std::fs::remove_file(folder.path().join("schemas/user_created.json")).unwrap();
    std::fs::write(folder.path().join("schemas/other.json"), r#"{"type": "object"}"#).unwrap();
    let checked = walnats(folder.path(), &["generate", "--out", "src/events", "--check"]);
    assert!(checked.code == 1 && checked.stdout.contains("no longer generated"), "{}", checked.stdout);
}
