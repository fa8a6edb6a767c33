//! buf's own test data for its lint rules: the same ids at the same places.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use walnats_codegen::Report;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::load::parse_yaml;
use walnats_compat::protobuf::Package;
use walnats_compat::protobuf::style::{Configuration, Finding, Options, check, rules};

use crate::compile::{compile, sources};

/// Folders that are left out, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    ("protovalidate", "PROTOVALIDATE compiles expressions of CEL"),
    ("protovalidate_predefined", "PROTOVALIDATE compiles expressions of CEL"),
];

/// A rule and where it applies: file, first line and column, last line and column.
type Annotation = (String, [u64; 4], String);

#[test]
fn the_same_ids_at_the_same_places() {
    let Some(corpus) = walnats_harness::nested::corpus("buf-bufcheck-testdata") else { return };
    let expected = fs::read_to_string(corpus.with_file_name("buf-lint-expect.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&expected).unwrap();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut total, mut met, mut other, mut problems) = (0, 0, 0, Vec::new());
    for case in &cases {
        let name = case["dir"].as_str().unwrap();
        let all: Vec<Annotation> = case["expect"].as_array().unwrap().iter().map(annotation).collect();
        let time = seen.entry(name).or_default();
        *time += 1;
        if let Some((_, reason)) = LEFT_OUT.iter().find(|(left_out, _)| *left_out == name) {
            println!("{name}: {} are left out: {reason}", all.len());
            other += all.len();
            continue;
        }
        // A policy's findings have its name in place of a rule's.
        let is_known = |id: &str| id.ends_with("policy.yaml") || rules().any(|rule| rule.id == id);
        let mut missing: Vec<_> = all.iter().filter(|(_, _, id)| is_known(id)).cloned().collect();
        other += all.len() - missing.len();
        total += missing.len();
        let found = found(&corpus.join("lint").join(name), *time).unwrap_or_else(|error| {
            problems.push(format!("{name}: {error}"));
            Vec::new()
        });
        for annotation in found {
            match missing.iter().position(|expected| *expected == annotation) {
                Some(position) => {
                    missing.remove(position);
                    met += 1;
                }
                None => problems.push(format!("{name}: unexpected {annotation:?}")),
            }
        }
        problems.extend(missing.iter().map(|annotation| format!("{name}: missing {annotation:?}")));
    }
    println!("{met} of {total} annotations of {} cases; {other} of other rules are left out", cases.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn annotation(expected: &Value) -> Annotation {
    let number = |key: &str| expected[key].as_u64().unwrap();
    let path = expected["path"].as_str().unwrap_or_default().to_owned();
    (path, ["sl", "sc", "el", "ec"].map(number), expected["rule"].as_str().unwrap().to_owned())
}

/// What the rules find that the folder's `buf.yaml` uses; of a workspace, in its module number `time`.
fn found(folder: &Path, time: usize) -> Result<Vec<Annotation>, String> {
    let text = fs::read_to_string(folder.join("buf.yaml")).unwrap();
    let module = if text.contains("modules:") { format!("ignores{time}") } else { String::new() };
    let package = package(&folder.join(&module)).map_err(|error| format!("does not compile: {error}"))?;
    let mut annotations = annotations(&package, &configuration(&text, &module), None);
    for policy in text.lines().filter_map(|line| line.trim().strip_prefix("- policy: ")) {
        // What the entry of the policy ignores, as if its file said so.
        let own = fs::read_to_string(folder.join(policy)).unwrap();
        let (_, entry) = text.split_once(&format!("policy: {policy}\n")).unwrap();
        let ignored: String = entry
            .lines()
            .take_while(|line| !line.contains("- policy"))
            .map(|line| format!("{}\n", &line[2..]))
            .collect();
        let lint = if own.contains("lint:") { "" } else { "lint:\n" };
        let text = format!("{}\n{lint}{ignored}", own.split("plugins:").next().unwrap());
        annotations.extend(self::annotations(&package, &configuration(&text, ""), Some(policy)));
    }
    Ok(annotations)
}

fn package(folder: &Path) -> Result<Package, String> {
    let mut sources = sources(folder);
    if folder.ends_with("field_no_descriptor") {
        // protox wants fields to differ in their JSON names.
        for text in sources.values_mut() {
            for number in 1..10 {
                *text = text.replace(&format!(" = {number};"), &format!(" = {number} [json_name = \"j{number}\"];"));
            }
        }
    }
    let package = compile(&sources)?;
    if !folder.ends_with("package_no_import_cycle") {
        return Ok(package);
    }
    // buf's test makes an import of this file: it counts, and nothing is found in it.
    let own = sources.iter().filter(|(name, _)| *name != "b1.proto");
    Ok(own.fold(Package::new(package.pool().clone()), |package, (name, text)| package.with_source(name, text)))
}

fn configuration(text: &str, module: &str) -> Configuration {
    let file = Arc::new(SourceFile { path: "buf.yaml".to_owned(), text: text.to_owned() });
    let mut report = Report::default();
    let document = parse_yaml(file, "buf.yaml", &mut report);
    assert!(!report.has_errors(), "{report:?}");
    Configuration::new(&document.unwrap(), module)
}

fn annotations(package: &Package, configuration: &Configuration, policy: Option<&str>) -> Vec<Annotation> {
    let found = check(package, rules().filter(|rule| configuration.uses(rule)), &configuration.options);
    let found = found.into_iter().filter(|finding| !configuration.ignores(finding));
    found.map(|finding| as_annotation(&finding, policy)).collect()
}

fn as_annotation(finding: &Finding, policy: Option<&str>) -> Annotation {
    let place = finding
        .location
        .span
        .map_or([0; 4], |span| [span.line, span.column, span.end_line, span.end_column].map(u64::from));
    (finding.location.file.clone(), place, policy.unwrap_or(finding.rule.id).to_owned())
}

/// Whatever compiles among the data of others.
#[test]
fn any_package_can_be_checked() {
    let Some(corpus) = walnats_harness::nested::corpus("buf-bufcheck-testdata") else { return };
    let (mut packages, mut findings) = (0, 0);
    for folder in ["breaking/previous", "breaking/current", "lint"] {
        for case in fs::read_dir(corpus.join(folder)).unwrap().flatten() {
            let Ok(package) = compile(&sources(&case.path())) else { continue };
            packages += 1;
            findings += check(&package, rules(), &Options::default()).len();
        }
    }
    println!("{findings} findings in {packages} packages");
    assert!(packages > 100 && findings > 1000);
}
