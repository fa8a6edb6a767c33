//! Every mistake that can be made has a folder under `fixtures/diagnostics`: the schemas, and what is said about them.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test diagnostics` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::diagnostic::{Report, render};
use walnats_codegen::{Package, codes};

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

#[test]
fn each_code_has_a_fixture_and_a_row_in_the_table() {
    let in_source = codes_in_source();
    let in_fixtures: BTreeSet<String> =
        fixtures().iter().map(|folder| code_of(folder.file_name().unwrap().to_str().unwrap()).to_owned()).collect();
    let in_table: BTreeSet<String> = codes::all().map(|code| code.id.to_owned()).collect();
    assert_eq!(in_table, in_source, "the rows of the table (left) are the codes of the source (right)");
    // Those of changes need two packages; `walnats-compat` has their fixtures, those of protobuf's style, and those of the lints that
    // take its search. `walnats-cli` has those of layout, of payloads and of servers, and the tests of committed code, which need code.
    let elsewhere = ["WN08", "WN09", "WN10", "WN11", "WN12", "WN13"];
    let is_of_a_package = |code: &&String| {
        !elsewhere.iter().any(|group| code.starts_with(group)) && !OF_THE_SEARCH.contains(&code.as_str())
    };
    let without: Vec<_> = in_source.difference(&in_fixtures).filter(is_of_a_package).collect();
    assert!(without.is_empty(), "codes without a folder in fixtures/diagnostics: {without:?}");
    let unknown: Vec<_> = in_fixtures.difference(&in_source).collect();
    assert!(unknown.is_empty(), "folders in fixtures/diagnostics for codes that do not exist: {unknown:?}");
}

/// Lints of `walnats-compat`.
const OF_THE_SEARCH: [&str; 2] = ["WN0739", "WN0740"];

/// A lint that finds fault with what is well made is worse than none.
#[test]
fn each_lint_leaves_a_good_case_alone() {
    let of_lints = |code: &str| ("WN0720".."WN0790").contains(&code) && !OF_THE_SEARCH.contains(&code);
    let mut left: BTreeSet<&str> = codes::all().map(|code| code.id).filter(|code| of_lints(code)).collect();
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let good = folder.join("good");
        if !good.is_dir() {
            continue;
        }
        let (code, report) = (code_of(&name), findings(&good));
        let wrong = report.visible().any(|found| found.code == code) || report.has_errors();
        assert!(!wrong, "{name}/good:\n{}", render(&report, false));
        left.remove(code);
    }
    assert!(left.is_empty(), "lints without a good case: {left:?}");
}

#[test]
fn the_table_is_sorted_and_its_names_are_unique() {
    let ids: Vec<&str> = codes::all().map(|code| code.id).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    let slugs: BTreeSet<&str> = codes::all().map(|code| code.slug).collect();
    assert_eq!(slugs.len(), ids.len());
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
    let wants_feature = !folder.ends_with("WN0112-protobuf-without-the-feature");
    let has_protobuf = files(&folder.join("schemas"))
        .iter()
        .any(|path| path.extension().is_some_and(|e| e == "proto" || e == "binpb"));
    !has_protobuf || cfg!(feature = "protobuf") == wants_feature
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

fn codes_in_source() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let table = package().join("src/codes");
    let sources =
        ["src", "../walnats-schema/src", "../walnats-compat/src", "../walnats-samples/src", "../walnats-cli/src"]
            .map(|folder| files(&package().join(folder)))
            .concat();
    for path in sources.iter().filter(|path| path.extension().is_some_and(|e| e == "rs") && !path.starts_with(&table)) {
        let text = fs::read_to_string(path).unwrap();
        for quoted in text.split("\"WN").skip(1) {
            if let Some(digits) = quoted.get(..5).and_then(|code| code.strip_suffix('"')) {
                codes.insert(format!("WN{digits}"));
            }
        }
    }
    // The one code without a row.
    codes.remove("WN0790");
    codes
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
