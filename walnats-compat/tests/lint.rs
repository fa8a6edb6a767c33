//! Lints that take the search: each has a folder under `fixtures/lint` with a package, what is said about it, and a good case.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-compat --test lint` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::Package;
use walnats_codegen::diagnostic::{Report, render};
use walnats_harness::fixture;

#[test]
fn each_lint_is_explained_as_expected() {
    let mut codes = BTreeSet::new();
    for folder in fixtures() {
        let code = folder.file_name().unwrap().to_str().unwrap()[..6].to_owned();
        let good = fixture::good(&folder).and_then(|files| fixture::write(&files)).unwrap();
        let (bad, good) = (findings(&folder), findings(good.path()));
        assert!(bad.diagnostics.iter().any(|found| found.code == code), "{}", render(&bad, false));
        let wrong = good.diagnostics.iter().any(|found| found.code == code) || good.has_errors();
        assert!(!wrong, "{}", render(&good, false));
        let file = folder.join("expected.txt");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&file, render(&bad, false)).unwrap();
        }
        assert_eq!(fs::read_to_string(file).unwrap_or_default(), render(&bad, false), "{code}");
        codes.insert(code);
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["WN0739", "WN0740"]);
}

fn findings(folder: &Path) -> Report {
    let mut package = Package::load(&walnats_codegen::configure().root(folder));
    let model = package.check().unwrap_or_else(|_| panic!("{}", render(&package.report, false)));
    walnats_compat::lint::check(&model, &package.sources, &mut package.report);
    package.report.sort();
    package.report
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}
