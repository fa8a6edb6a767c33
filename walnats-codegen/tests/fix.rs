//! What `walnats check --fix` does to files: each folder under `fixtures/fix` has a package before and after. Folders that begin
//! with `none` have findings that are not fixed.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test fix` writes `after` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::diagnostic::Applicability;
use walnats_codegen::diagnostic::{Report, Severity};
use walnats_codegen::fix::{Fixed, fix as fix_proven};
use walnats_codegen::{Config, Package, configure};

#[test]
fn each_package_is_fixed_as_expected() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let (before, after) = (folder.join("before"), folder.join("after"));
        let mut expected = texts(&before);
        let Fixed { files, .. } = fix(&config(&before));
        for file in files {
            assert_eq!(expected.insert(file.path.clone(), file.new), Some(file.old), "{}", file.path);
        }
        if std::env::var_os("WALNATS_BLESS").is_some() {
            write(&after, &expected);
        }
        let actual = texts(&after);
        for (path, text) in &expected {
            if actual.get(path) != Some(text) {
                wrong.push(format!("{}/{path}:\n{text}", folder.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

/// Folders whose findings have no fix, because nobody knows the one right answer.
const WITHOUT_A_FIX: [&str; 3] = ["none-both-words", "none-next-to-a-reference", "none-nullable-without-effect"];

#[test]
fn what_is_fixed_needs_no_more_and_is_not_worse() {
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let (before, after) = (report(&folder.join("before")), report(&folder.join("after")));
        let has = |report: &Report, code: &str| report.diagnostics.iter().any(|found| found.code == code);
        let again = fix(&config(&folder.join("after")));
        assert!(again.files.is_empty(), "{name}: fixed once more: {again:?}");
        if let Some(code) = name.split('-').next().filter(|code| *code != "none") {
            assert!(has(&before, code), "{name}: {code} is not found: {before:?}");
            assert!(texts(&folder.join("before")) != texts(&folder.join("after")), "{name}: nothing is fixed");
        } else {
            let is_offered = before.diagnostics.iter().any(|found| found.fix.is_some());
            assert!(is_offered != WITHOUT_A_FIX.contains(&name.as_str()), "{name}");
            assert_eq!(texts(&folder.join("before")), texts(&folder.join("after")), "{name}");
        }
        let errors = |report: &Report| report.diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
        assert!(errors(&after) <= errors(&before), "{name}: {after:?}");
    }
}

/// What makes payloads invalid that were valid is left out unless it is asked for, and counted.
#[test]
fn what_narrows_a_schema_is_held_back() {
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let before = config(&folder.join("before"));
        let safe = fix_at_most(&before, Applicability::Safe);
        let narrowing = ["WN0304", "WN0307", "WN0314"];
        assert!(!safe.findings.iter().any(|found| narrowing.contains(&found.code)), "{name}: {:?}", safe.findings);

        if narrowing.iter().any(|code| name.starts_with(code)) {
            assert!(safe.held_back > 0, "{name}");
        }
    }
}

#[test]
fn a_misspelt_keyword_that_is_allowed_is_held_back() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{ "type": "object", "properties": { "a": { "type": "string", "maxLenght": 3 } } }"#;
    write(folder.path(), &[("schemas/a.json".to_owned(), schema.to_owned())].into());
    assert_eq!(fix_at_most(&config(folder.path()), Applicability::Safe).findings.len(), 1);
    write(folder.path(), &[("walnats.toml".to_owned(), "[lints]\nmisspelt-keyword = \"warn\"\n".to_owned())].into());
    let fixed = fix_at_most(&config(folder.path()), Applicability::Safe);
    assert!(fixed.findings.is_empty() && fixed.held_back == 1, "{fixed:?}");
}

#[test]
fn many_rules_have_fixes() {
    let folders = fixtures();
    let codes: BTreeSet<&str> = folders.iter().filter_map(|it| it.file_name()?.to_str()?.get(..6)).collect();
    assert!(codes.iter().filter(|code| code.starts_with("WN")).count() >= 17, "{codes:?}");
}

/// The corpora's own schemas, where they are: none gets an error from being fixed, and none is fixed a second time.
#[test]
fn schemas_of_others_survive() {
    let corpora = std::env::var_os("WALNATS_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"), PathBuf::from);
    let mut schemas = suite(&corpora.join("json-schema-test-suite/tests"));
    schemas.extend(fs::read_to_string(corpora.join("github-webhooks/schema.json")).ok());
    if schemas.is_empty() {
        eprintln!("no corpora in {}", corpora.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut packages, mut fixed) = (0, 0);
    for chunk in schemas.chunks(40) {
        fs::remove_dir_all(folder.path().join("schemas")).unwrap_or_default();
        fs::create_dir_all(folder.path().join("schemas")).unwrap();
        for (at, schema) in chunk.iter().enumerate() {
            fs::write(folder.path().join(format!("schemas/s{at}.json")), schema).unwrap();
        }
        let errors = |report: &Report| {
            let errors = report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
            errors.map(|error| (error.code, error.message.clone())).collect::<BTreeSet<_>>()
        };
        let before = errors(&report(folder.path()));
        let Fixed { files, findings, .. } = fix(&config(folder.path()));
        for file in &files {
            fs::write(folder.path().join(&file.path), &file.new).unwrap();
        }
        let after = errors(&report(folder.path()));
        // Errors that end the pipeline early hide others, which are not to blame on a fix.
        if before.is_empty() {
            assert_eq!(after, before);
        }
        assert!(fix(&config(folder.path())).files.is_empty(), "fixed a second time");
        packages += 1;
        fixed += findings.len();
    }
    eprintln!("{} schemas in {packages} packages: {fixed} findings fixed", schemas.len());
}

/// The schemas of the official suite that are JSON objects.
fn suite(folder: &Path) -> Vec<String> {
    let mut schemas = Vec::new();
    for draft in ["draft4", "draft7", "draft2020-12"] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder.join(draft)).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
            // These look for files that are not there.
            if ["ref", "vocabulary", "anchor", "dynamicRef", "refRemote", "unevaluated"]
                .iter()
                .any(|name| file.to_string_lossy().contains(name))
            {
                continue;
            }
            let cases: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            for case in cases.as_array().unwrap().iter().filter(|case| case["schema"].is_object()) {
                schemas.push(serde_json::to_string_pretty(&case["schema"]).unwrap());
            }
        }
    }
    schemas
}

/// Where every fix that says so itself is taken for safe.
fn fix_at_most(config: &Config, at_most: Applicability) -> Fixed {
    fix_proven(config, at_most, &|_| true)
}

/// With unsafe fixes.
fn fix(config: &Config) -> Fixed {
    fix_at_most(config, Applicability::Unsafe)
}

fn config(folder: &Path) -> Config {
    configure().root(folder)
}

fn report(folder: &Path) -> Report {
    let mut package = Package::load(&config(folder));
    let _ = package.check();
    package.report
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fix");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// The files of a package by path.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for path in fs::read_dir(next).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                texts.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
