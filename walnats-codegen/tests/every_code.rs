//! Every code has a row, and every row a bad and a good case, which a test runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::codes;
use walnats_harness::fixture;

/// Folders of fixtures, each named after a code. The tests that run them take each folder that they find.
const FIXTURES: [&str; 7] = [
    "fixtures/diagnostics",
    "../walnats-compat/fixtures/breaking",
    "../walnats-compat/fixtures/lint",
    "../walnats-compat/fixtures/style",
    "../walnats-cli/fixtures/fmt",
    "../walnats-cli/fixtures/samples",
    "../walnats-cli/fixtures/plan",
];

/// Codes that take more than files, each with the test that makes a bad and a good case.
const MADE: [(&str, &str, &str); 3] = [
    ("WN0112", "tests/diagnostics.rs", "each_mistake_is_cured_as_its_row_says"),
    ("WN1108", "../walnats-samples/tests/payloads.rs", "a_disagreement_of_validators_asks_for_a_report"),
    ("WN1301", "../walnats-cli/tests/cli/formats.rs", "stale_code_is_a_finding_in_every_format"),
];

#[test]
fn each_row_has_a_bad_and_a_good_case() {
    let mut cases: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for folder in FIXTURES.iter().flat_map(|folder| folders(&package().join(folder))) {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (code, about) = name.split_once('-').unwrap();
        let case = cases.entry(code.to_owned()).or_default();
        // A folder of its own for each, or one in which the good files lie next to the bad ones or in their own folder.
        match about {
            "bad" => drop(case.insert(false)),
            "good" => drop(case.insert(true)),
            _ => {
                case.insert(false);
                let has_good = fixture::files(&folder.join("good")).is_ok_and(|files| !files.is_empty());
                assert!(has_good || MADE.iter().any(|(made, ..)| *made == code), "{name} has no good case");
                case.insert(true);
            }
        }
    }
    for (code, file, test) in MADE {
        let text = fs::read_to_string(package().join(file)).unwrap();
        assert!(text.contains(&format!("#[test]\nfn {test}(")), "{code}: {file} has no test `{test}`");
        cases.insert(code.to_owned(), [false, true].into());
    }
    let rows: BTreeSet<&str> = codes::all().map(|code| code.id).collect();
    let both: BTreeSet<&str> =
        cases.iter().filter(|(_, case)| case.len() == 2).map(|(code, _)| code.as_str()).collect();
    assert_eq!(rows, both, "the rows of the table (left) are the codes with a bad and a good case (right)");
}

#[test]
fn each_code_of_the_source_has_a_row() {
    let rows: BTreeSet<String> = codes::all().map(|code| code.id.to_owned()).collect();
    assert_eq!(rows, in_source(), "the rows of the table (left) are the codes of the source (right)");
}

#[test]
fn the_table_is_sorted_and_its_names_are_unique() {
    let ids: Vec<&str> = codes::all().map(|code| code.id).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    let slugs: BTreeSet<&str> = codes::all().map(|code| code.slug).collect();
    assert_eq!(slugs.len(), ids.len());
}

fn in_source() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for folder in
        ["src", "../walnats-schema/src", "../walnats-compat/src", "../walnats-samples/src", "../walnats-cli/src"]
    {
        for (path, bytes) in fixture::files(&package().join(folder)).unwrap() {
            let is_table = folder == "src" && path.starts_with("codes");
            if is_table || path.extension().is_none_or(|e| e != "rs") {
                continue;
            }
            for quoted in String::from_utf8(bytes).unwrap().split("\"WN").skip(1) {
                if let Some(digits) = quoted.get(..5).and_then(|code| code.strip_suffix('"')) {
                    codes.insert(format!("WN{digits}"));
                }
            }
        }
    }
    // The one code without a row.
    codes.remove("WN0790");
    codes
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
