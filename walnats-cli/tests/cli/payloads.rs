//! Every code that begins with `WN11` has a folder under `fixtures/samples`: a package that is `bad`, one that is `good`, and the
//! `command` that is run on both. `expected.txt` is what people see of the bad one.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-cli --test cli payloads` writes it anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::codes;

use crate::program::walnats;

#[test]
fn each_finding_is_explained_as_expected() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let command = command(&folder, "command");
        let code = code_of(&folder);
        let ran = walnats(&folder.join("bad"), &arguments(&command));
        let actual = format!("$ walnats {command}\n{}{}exit {}\n", ran.stderr, ran.stdout, ran.code);
        if !ran.stderr.contains(code) {
            wrong.push(format!("{name}: {code} is not found\n{actual}"));
        }
        assert_eq!(ran.code, i32::from(ran.stderr.contains("error[")), "{name}: {actual}");
        let file = folder.join("expected.txt");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&file, &actual).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected != actual {
            wrong.push(format!("{name}: expected\n{expected}\nactual\n{actual}"));
        }
    }
    assert!(wrong.is_empty(), "{} folders:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_good_has_no_findings() {
    for folder in fixtures() {
        let own = folder.join("command-good");
        let command = command(&folder, if own.exists() { "command-good" } else { "command" });
        let ran = walnats(&folder.join("good"), &arguments(&command));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}: {}", folder.display(), ran.stdout);
    }
}

#[test]
fn each_code_has_a_fixture() {
    // That two validators disagree cannot be provoked by files; a test of `walnats-samples` has them read different ones.
    let in_table: BTreeSet<&str> =
        codes::all().map(|code| code.id).filter(|id| id.starts_with("WN11") && *id != "WN1108").collect();
    let fixtures = fixtures();
    let in_fixtures: BTreeSet<&str> = fixtures.iter().map(|folder| code_of(folder)).collect();
    assert_eq!(in_table, in_fixtures, "the rows of the table (left) are the folders (right)");
}

/// What `walnats check` and generating code see of tests and samples: nothing.
#[test]
fn tests_and_samples_are_no_schemas() {
    for folder in fixtures().iter().filter(|folder| !folder.ends_with("WN1110-schema-among-tests")) {
        let ran = walnats(&folder.join("good"), &["check"]);
        assert_eq!(ran.code, 0, "{}: {}", folder.display(), ran.stderr);
        let events = if folder.ends_with("WN1116-several-events-for-payload")
            || folder.ends_with("WN1118-schema-not-exportable")
            || folder.ends_with("WN1119-message-contradicts-itself")
            || folder.ends_with("WN1120-incomplete-cloud-event")
        {
            "2 events"
        } else {
            "1 event "
        };
        assert!(ran.stdout.starts_with(events), "{}: {}", folder.display(), ran.stdout);
    }
}

fn command(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap().trim().to_owned()
}

fn arguments(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/samples");
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn code_of(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap().split('-').next().unwrap()
}
