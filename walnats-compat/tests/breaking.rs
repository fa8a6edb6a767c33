//! Every code that begins with `WN08` has a folder under `fixtures/breaking`: a package before and after a change, and what is
//! said about it. All rules run against each of them. Its folder `good` holds the files that cure it: they are laid over the others,
//! and an empty file takes one away.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-compat --test breaking` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walnats_codegen::diagnostic::{Report, SourceFile, render};
use walnats_codegen::{Package, codes};
use walnats_compat::accepted::{self, Accepted};
use walnats_compat::{Comparison, Options, Screen, Side, compare};
use walnats_harness::fixture;

#[test]
fn each_change_is_explained_as_expected() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let (code, name) = (code_of(&folder), folder.file_name().unwrap().to_string_lossy().into_owned());
        let Said { codes, text: actual, .. } = said(&folder);
        if !codes.contains(code) {
            wrong.push(format!("{name}: {code} is not found\n{actual}"));
        }
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

/// The cure cures: with the least change that the row asks for, its finding is gone, and nothing is an error.
#[test]
fn each_change_is_cured_as_its_row_says() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let copy = fixture::good(&folder).and_then(|files| fixture::write(&files)).unwrap();
        let Said { codes, fails, text } = said(copy.path());
        if codes.contains(code_of(&folder)) || fails {
            wrong.push(format!("{}/good:\n{text}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{} folders:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_code_has_a_fixture() {
    let in_table: BTreeSet<&str> = codes::all().map(|code| code.id).filter(|id| id.starts_with("WN08")).collect();
    let fixtures = fixtures();
    let in_fixtures: BTreeSet<&str> = fixtures.iter().map(|folder| code_of(folder)).collect();
    assert_eq!(in_table, in_fixtures, "the rows of the table (left) are the folders (right)");
}

#[test]
fn what_has_not_changed_is_compatible() {
    for folder in fixtures() {
        for revision in ["old", "new"] {
            let side = side(&folder.join(revision));
            let comparison = compare(&side, &side, &Options::default());
            assert!(comparison.findings.is_empty(), "{}/{revision}: {:?}", folder.display(), comparison.findings);
        }
    }
}

/// Of any two packages something is found, or they are alike; none makes a rule stumble, and each finding has its own fingerprint.
#[test]
fn every_rule_runs_against_every_pair() {
    let sides: Vec<Side> =
        fixtures().iter().flat_map(|folder| [side(&folder.join("old")), side(&folder.join("new"))]).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for old in &sides {
        for new in &sides {
            let Comparison { findings, .. } = compare(old, new, &Options::default());
            let prints: BTreeSet<_> = findings.iter().map(|finding| &finding.fingerprint).collect();
            assert_eq!(prints.len(), findings.len(), "{findings:?}");
            found.extend(findings.iter().map(|finding| finding.code.id));
        }
    }
    assert!(found.len() > 15, "{found:?}");
}

struct Said {
    /// The codes that are found.
    codes: BTreeSet<String>,
    /// Whether they fail the run.
    fails: bool,
    /// What the program shows.
    text: String,
}

fn said(folder: &Path) -> Said {
    let (old, new) = (side(&folder.join("old")), side(&folder.join("new")));
    let mut comparison = compare(&old, &new, &Options::default());
    let mut report = Report::default();
    let text = fs::read_to_string(folder.join("new").join(accepted::FILE)).unwrap_or_default();
    let file = SourceFile { path: accepted::FILE.to_owned(), text };
    let accepted = Accepted::parse(Arc::new(file), &mut report);
    report.diagnostics.extend(accepted.apply(&mut comparison.findings, accepted::date("2026-06-01").unwrap()));
    let screen = Screen { old: "main".to_owned(), old_prefix: "main:".to_owned(), has_color: false };
    let codes = comparison
        .findings
        .iter()
        .map(|finding| finding.code.id)
        .chain(report.diagnostics.iter().map(|found| found.code));
    let codes = codes.map(str::to_owned).collect();
    let fails = report.has_errors() || comparison.findings.iter().any(walnats_compat::Finding::fails);
    Said { codes, fails, text: screen.text(&comparison) + &render(&report, false) }
}

fn side(folder: &Path) -> Side {
    let side = Side::new(Package::load(&walnats_codegen::configure().root(folder)));
    assert!(side.errors.is_empty(), "{}: {:?}", folder.display(), side.errors);
    side
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/breaking");
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn code_of(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap().split('-').next().unwrap()
}
