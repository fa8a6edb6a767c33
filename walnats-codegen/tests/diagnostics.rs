//! Every mistake that can be made has a folder under `fixtures/diagnostics`: the schemas, and what is said about them. Its folder
//! `good` holds the files that cure it: they are laid over the bad ones, and an empty file takes one away.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test diagnostics` writes `expected.txt` anew.

use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::diagnostic::{Report, render};
use walnats_codegen::{Package, codes};
use walnats_harness::fixture;

#[test]
fn each_mistake_is_explained_as_expected() {
    let mut wrong = Vec::new();
    for folder in fixtures().into_iter().filter(|folder| is_readable(folder)) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let report = findings(&folder);
        let code = code_of(&name);
        if !report.diagnostics.iter().any(|found| found.code == code) {
            wrong.push(format!("{name}: {code} is not found\n{}", render(&report, false)));
            continue;
        }
        let (file, actual) = (folder.join("expected.txt"), render(&report, false));
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

/// The cure cures: with the least change that the row asks for, its finding is gone, and nothing is an error.
#[test]
fn each_mistake_is_cured_as_its_row_says() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        // Its cure is the feature, which is not in the package.
        let read = if name == WITHOUT_FEATURE { fixture::files } else { fixture::good };
        let copy = read(&folder).and_then(|files| fixture::write(&files)).unwrap_or_else(|e| panic!("{name}: {e}"));
        if !cfg!(feature = "protobuf") && has_protobuf(copy.path()) {
            continue;
        }
        let report = findings(copy.path());
        if report.visible().any(|found| found.code == code_of(name)) || report.has_errors() {
            wrong.push(format!("{name}/good:\n{}", render(&report, false)));
        }
    }
    assert!(wrong.is_empty(), "{} folders:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_documentation_is_made_of_the_table() {
    let file = package().join("docs/diagnostics.md");
    if std::env::var_os("WALNATS_BLESS").is_some() {
        fs::write(&file, codes::document()).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), codes::document());
}

/// What `walnats check` says, which is all that code generation says, and more.
fn findings(folder: &Path) -> Report {
    let package = Package::load(&walnats_codegen::configure().root(folder));
    let (mut checked, mut generated) = (package.clone(), package);
    if checked.check().is_ok() {
        checked.mention_unneeded_ignores();
    }
    let _ = generated.generate();
    for found in &generated.report.diagnostics {
        assert!(checked.report.diagnostics.contains(found), "{}: `check` misses {found:?}", folder.display());
    }
    checked.report
}

/// Protobuf is a feature, and there is a finding for the lack of it.
fn is_readable(folder: &Path) -> bool {
    !has_protobuf(folder) || cfg!(feature = "protobuf") != folder.ends_with(WITHOUT_FEATURE)
}

const WITHOUT_FEATURE: &str = "WN0112-protobuf-without-the-feature";

fn has_protobuf(folder: &Path) -> bool {
    let schemas = fixture::files(&folder.join("schemas")).unwrap_or_default();
    schemas.keys().any(|path| path.extension().is_some_and(|e| e == "proto" || e == "binpb"))
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(package().join("fixtures/diagnostics")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn code_of(folder: &str) -> &str {
    folder.split('-').next().unwrap()
}
