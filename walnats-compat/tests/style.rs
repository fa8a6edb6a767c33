//! Every code that begins with `WN09` has a folder under `fixtures/style`: a package with the mistake, what is said about it,
//! and a package without.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-compat --test style` writes `expected.txt` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walnats_codegen::codes::DefaultLevel;
use walnats_codegen::diagnostic::{Report, SourceFile, render};
use walnats_codegen::{Package, codes};
use walnats_compat::protobuf::style::{Category, Version, rules};
use walnats_compat::style::{BufYaml, check};

#[test]
fn each_mistake_is_explained_as_expected() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let (name, code) = (folder.file_name().unwrap().to_string_lossy().into_owned(), code_of(&folder));
        let report = said(&folder.join("bad"));
        let (file, actual) = (folder.join("expected.txt"), render(&report, false));
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&file, &actual).unwrap();
        }
        if report.diagnostics.is_empty() || report.diagnostics.iter().any(|found| found.code != code) {
            wrong.push(format!("{name}: expected {code} only\n{actual}"));
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected != actual {
            wrong.push(format!("{name}: expected\n{expected}\nactual\n{actual}"));
        }
        let good = said(&folder.join("good"));
        if !good.diagnostics.is_empty() {
            wrong.push(format!("{name}: the good package\n{}", render(&good, false)));
        }
    }
    assert!(wrong.is_empty(), "{} folders:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_row_has_a_rule_and_a_fixture() {
    let in_table: BTreeSet<_> = codes::all().map(|code| code.id).filter(|id| id.starts_with("WN09")).collect();
    let fixtures = fixtures();
    let in_fixtures: BTreeSet<&str> = fixtures.iter().map(|folder| code_of(folder)).collect();
    assert_eq!(in_table, in_fixtures, "the rows of the table (left) are the folders (right)");
    let slugs: BTreeMap<_, _> = rules().map(|rule| (rule.code, rule.id.to_lowercase().replace('_', "-"))).collect();
    let rows: BTreeMap<_, _> = codes::protobuf_style().map(|code| (code.id, code.slug.to_owned())).collect();
    assert_eq!(slugs, rows, "rules (left) have the codes and slugs of their rows (right)");
    for code in codes::protobuf_style() {
        let anchor = code.slug.replace('-', "_");
        assert_eq!(code.reference, Some(format!("https://buf.build/docs/lint/rules/#{anchor}").as_str()));
    }
}

#[test]
fn categories_are_bufs() {
    let categories = [("minimal", Category::Minimal), ("basic", Category::Basic), ("standard", Category::Standard)];
    for (name, category) in categories {
        let rows: BTreeSet<_> = codes::protobuf_category(name).map(|code| code.id).collect();
        let rules = rules().filter(|rule| rule.is_in(category, Version::V2)).map(|rule| rule.code);
        assert_eq!(rows, rules.collect(), "{name}");
    }
}

/// All rules run on each package: none makes another stumble.
#[test]
fn every_rule_runs_on_every_package() {
    for folder in fixtures() {
        for kind in ["bad", "good"] {
            let all = package("[lints]\nprotobuf = \"standard\"\n", &files(&folder.join(kind).join("schemas"))).report;
            let off = package("[lints]\nprotobuf = \"off\"\n", &files(&folder.join(kind).join("schemas"))).report;
            assert!(all.diagnostics.iter().all(|found| found.code.starts_with("WN09")), "{all:?}");
            assert!(off.diagnostics.is_empty(), "{off:?}");
        }
    }
}

const FILE: &str = "syntax = \"proto3\";\npackage shop;\nenum status {\n  OPEN = 0;\n}\n";

fn found(lints: &str, text: &str) -> Vec<&'static str> {
    let files = BTreeMap::from([("shop.proto".to_owned(), text.as_bytes().to_vec())]);
    ids(&package(lints, &files).report)
}

#[test]
fn few_rules_are_warnings_unless_asked_for() {
    assert_eq!(found("", FILE), ["enum-zero-value-suffix"]);
    assert_eq!(found("[lints]\nprotobuf = \"off\"\n", FILE), [""; 0]);
    assert_eq!(found("[lints]\nprotobuf = \"minimal\"\n", FILE), ["package-directory-match", "enum-zero-value-suffix"]);
    assert_eq!(
        found("[lints]\nprotobuf = \"basic\"\n", FILE),
        ["package-directory-match", "enum-pascal-case", "enum-zero-value-suffix"]
    );
    assert_eq!(
        found("[lints]\nprotobuf = \"standard\"\n", FILE),
        [
            "package-directory-match",
            "package-version-suffix",
            "enum-pascal-case",
            "enum-value-prefix",
            "enum-zero-value-suffix"
        ]
    );
    assert_eq!(found("[lints]\ncomment-enum = \"warn\"\n", FILE), ["comment-enum", "enum-zero-value-suffix"]);
}

#[test]
fn levels_by_name_have_the_last_word() {
    let lints = "[lints]\nprotobuf = \"basic\"\nenum-pascal-case = \"deny\"\npackage-directory-match = \"allow\"\n";
    let files = BTreeMap::from([("shop.proto".to_owned(), FILE.as_bytes().to_vec())]);
    let report = package(lints, &files).report;
    assert_eq!(ids(&report), ["enum-pascal-case", "enum-zero-value-suffix"]);
    assert!(report.has_errors());
}

#[test]
fn comments_of_buf_ignore_findings() {
    let text = FILE.replace("enum status", "// buf:lint:ignore ENUM_PASCAL_CASE it is an old name\nenum status");
    let lints = "[lints]\nprotobuf = \"basic\"\nenum-zero-value-suffix = \"allow\"\n";
    assert_eq!(found(lints, &text), ["package-directory-match"]);
    // Also above what is around the place.
    let text = FILE.replace("enum status", "// buf:lint:ignore ENUM_ZERO_VALUE_SUFFIX\nenum status");
    assert_eq!(found("", &text), [""; 0]);
}

#[test]
fn foreign_files_are_left_alone() {
    let files = BTreeMap::from([("vendor/shop.proto".to_owned(), FILE.as_bytes().to_vec())]);
    let lints = "[schemas]\nforeign = [\"vendor/*\"]\n[lints]\nprotobuf = \"standard\"\n";
    assert!(package(lints, &files).report.diagnostics.is_empty());
}

#[test]
fn buf_yaml_chooses_rules_files_and_names() {
    let files: BTreeMap<_, _> =
        ["a.proto", "old/b.proto"].map(|name| (name.to_owned(), FILE.as_bytes().to_vec())).into();
    // Names of packages collide; the second file has another one.
    let mut files = files;
    files.insert("old/b.proto".to_owned(), FILE.replace("package shop", "package old").into_bytes());
    let lints = "[lints]\nprotobuf = \"buf.yaml\"\npackage-version-suffix = \"warn\"\nenum-value-prefix = \"allow\"\n";
    let yaml = "version: v2\nmodules:\n  - path: schemas\nlint:\n  use: [BASIC, ENUM_ZERO_VALUE_SUFFIX, ENUM_VALUE_PREFIX]\n  \
                except: [PACKAGE_DIRECTORY_MATCH]\n  enum_zero_value_suffix: PEN\n  ignore: [schemas/old]\n";
    let mut package = loaded(lints, &files);
    let file = Arc::new(SourceFile { path: "buf.yaml".to_owned(), text: yaml.to_owned() });
    check(&mut package, Some(&BufYaml { file, schemas: "schemas".to_owned() }));
    package.report.sort();
    assert_eq!(ids(&package.report), ["package-version-suffix", "enum-pascal-case"]);
    assert!(package.report.diagnostics.iter().all(|found| found.place.file.path == "schemas/a.proto"));
}

#[test]
fn files_of_buf_are_not_schemas() {
    let files = ["buf.yaml", "buf.gen.yaml", "shop/buf.work.yaml", "buf.lock"];
    let files = files.map(|name| (name.to_owned(), b"# buf\nversion: v2\n".to_vec())).into();
    let package = loaded("", &files);
    assert!(package.sources.documents.is_empty() && package.report.diagnostics.is_empty(), "{:?}", package.report);
    // Another file of that name is.
    let files = BTreeMap::from([("buf.yaml".to_owned(), b"type: object\n".to_vec())]);
    assert_eq!(loaded("", &files).sources.documents.len(), 1);
}

#[test]
fn a_broken_buf_yaml_is_a_finding() {
    let files = BTreeMap::from([("shop.proto".to_owned(), FILE.as_bytes().to_vec())]);
    let mut package = loaded("[lints]\nprotobuf = \"buf.yaml\"\n", &files);
    let file = Arc::new(SourceFile { path: "buf.yaml".to_owned(), text: "lint: [\n".to_owned() });
    check(&mut package, Some(&BufYaml { file, schemas: "schemas".to_owned() }));
    assert!(package.report.has_errors());
}

#[test]
fn an_unknown_category_is_a_finding() {
    let report = package("[lints]\nprotobuf = \"basics\"\n", &BTreeMap::new()).report;
    assert!(report.has_errors(), "{report:?}");
}

#[test]
fn what_matters_for_events_is_a_warning() {
    let warned = codes::protobuf_style().filter(|code| code.level != DefaultLevel::Allow).map(|code| code.slug);
    assert_eq!(
        warned.collect::<Vec<_>>(),
        [
            "package-defined",
            "enum-first-value-zero",
            "enum-no-allow-alias",
            "field-not-required",
            "import-used",
            "enum-zero-value-suffix"
        ]
    );
}

fn loaded(lints: &str, schemas: &BTreeMap<String, Vec<u8>>) -> Package {
    let schemas = schemas.iter().map(|(name, bytes)| (format!("schemas/{name}"), bytes.clone()));
    let files = schemas.chain([("walnats.toml".to_owned(), lints.as_bytes().to_vec())]).collect();
    Package::from_sources(&walnats_codegen::configure(), &files)
}

fn package(lints: &str, schemas: &BTreeMap<String, Vec<u8>>) -> Package {
    let mut package = loaded(lints, schemas);
    check(&mut package, None);
    package.report.sort();
    package
}

fn said(folder: &Path) -> Report {
    let mut package = Package::load(&walnats_codegen::configure().root(folder));
    let text = fs::read_to_string(folder.join("buf.yaml")).ok();
    let buf_yaml = text.map(|text| BufYaml {
        file: Arc::new(SourceFile { path: "buf.yaml".to_owned(), text }),
        schemas: "schemas".to_owned(),
    });
    check(&mut package, buf_yaml.as_ref());
    package.report.sort();
    package.report
}

fn ids(report: &Report) -> Vec<&'static str> {
    let codes = report.diagnostics.iter().map(|found| found.code);
    codes.map(|id| codes::by_id(id).map_or(id, |code| code.slug)).collect()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn code_of(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap().split('-').next().unwrap()
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/style");
    let mut folders: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}
