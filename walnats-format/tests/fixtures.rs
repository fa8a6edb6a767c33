//! Each case has a folder under `fixtures`: what is given, and what comes out or why it is left alone.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-format --test fixtures` writes `expected.*` anew.

use std::fs;
use std::path::{Path, PathBuf};

use walnats_format::{Kind, Style, format};

#[test]
fn each_case_comes_out_as_expected() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for input in inputs() {
        cases += 1;
        let name = input.file_name().unwrap().to_str().unwrap().to_owned();
        let kind = Kind::of(&name).unwrap();
        let text = fs::read_to_string(&input).unwrap();
        let (file, actual) = match format(kind, &text, &Style::default()) {
            Ok(formatted) => {
                let again = format(kind, &formatted, &Style::default());
                assert_eq!(again.as_ref(), Ok(&formatted), "{}: not stable", input.display());
                (input.with_file_name(name.replace("given", "expected")), formatted)
            }
            Err(refusal) => {
                let line = text[..refusal.at].matches('\n').count() + 1;
                let actual = format!("{:?}, line {line}: {refusal}\n", refusal.cause);
                (input.with_file_name("expected.txt"), actual)
            }
        };
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&file, &actual).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected != actual {
            wrong.push(format!("{}: expected\n{expected}\nactual\n{actual}", input.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 20, "{cases} cases");
}

/// `fixtures/<kind>/<case>/given.<extension>`
fn inputs() -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let mut folders: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = folders(&root).into_iter().flat_map(|kind| folders(&kind)).flat_map(|case| folders(&case));
    files.filter(|file| file.file_stem().is_some_and(|stem| stem == "given")).collect()
}
