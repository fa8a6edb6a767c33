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
    let said = "src/events/user_created.rs: differs\nsrc/events: 4 files; findings: 1 error, 0 warnings\n";
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
    for file in ["src/events/mod.rs", "src/events/user_created.rs", "src/events/schemas.json"] {
        let folder = sound();
        fs::create_dir_all(folder.path().join("src/events")).unwrap();
        fs::write(folder.path().join(file), "// mine\n").unwrap();
        let ran = walnats(folder.path(), &["generate", "--out", "src/events"]);
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), "// mine\n");
        if ran.code == 0 {
            assert!(file.ends_with("schemas.json"), "{file} is in the way");
            continue;
        }
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains("was not written by walnats"), "{}", ran.stderr);
        assert_eq!(fs::read_dir(folder.path().join("src/events")).unwrap().count(), 1, "nothing is written");
    }
}
