//! The official JSON Schema test suite: every case is lowered and judged. The required ones must all be right.
//!
//! The corpus is `../shared/corpora/json-schema-test-suite`, seen from the workspace, or stands where `WALNATS_CORPORA` says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use walnats_schema::read::{
    Document, Draft, LowerOptions, Report, SchemaRoot, SourceFile, UnknownKeywords, lower, parse_json,
};

const DRAFTS: [(&str, Draft); 5] = [
    ("draft4", Draft::Draft4),
    ("draft6", Draft::Draft6),
    ("draft7", Draft::Draft7),
    ("draft2019-09", Draft::Draft201909),
    ("draft2020-12", Draft::Draft202012),
];

/// Where the schemas of a suite's `remotes` are served.
const REMOTE_HOST: &str = "http://localhost:1234/";

#[derive(Default)]
struct Score {
    right: usize,
    total: usize,
}

#[test]
fn official_suite() {
    let suite = corpora().join("json-schema-test-suite");
    if !suite.is_dir() {
        println!("the corpus {} is not there: nothing is tested", suite.display());
        return;
    }
    let remotes = documents(&suite.join("remotes"), "remotes/");
    let mut scores: BTreeMap<(String, &str), Score> = BTreeMap::new();
    let mut failures = String::new();
    for (name, draft) in DRAFTS {
        for path in files(&suite.join("tests").join(name)) {
            let relative = path.strip_prefix(suite.join("tests")).expect("it is below").display().to_string();
            let part = ["optional/format/", "optional/"].into_iter().find(|part| relative.contains(part));
            let score = scores.entry((name.to_owned(), part.unwrap_or("required"))).or_default();
            let groups: Vec<Value> = serde_json::from_str(&read(&path)).expect("the suite is JSON");
            for group in &groups {
                // `optional/format-assertion` and the required cases decide by meta-schema whether formats assert.
                let assert_formats = part == Some("optional/format/");
                judge(group, draft, assert_formats, &remotes, &relative, score, &mut failures);
            }
        }
    }
    println!("{failures}");
    let mut required = Score::default();
    for ((draft, part), score) in &scores {
        println!("{draft:14} {part:17} {:5} of {:5}", score.right, score.total);
        if *part == "required" {
            required.right += score.right;
            required.total += score.total;
        }
    }
    println!("required: {} of {}", required.right, required.total);
    assert_eq!(required.right, required.total, "every required case must be right");
    assert_eq!(required.total, 4_942, "the whole suite must be run");
}

/// Runs the cases of one group.
fn judge(
    group: &Value,
    draft: Draft,
    assert_formats: bool,
    remotes: &[Document],
    file: &str,
    score: &mut Score,
    failures: &mut String,
) {
    let mut report = Report::default();
    let mut documents = remotes.to_vec();
    let text = serde_json::to_string(&group["schema"]).expect("JSON");
    documents.extend(document("schema.json", text, &mut report));
    let options = LowerOptions {
        default_draft: draft,
        assert_formats,
        remotes: vec![(REMOTE_HOST.to_owned(), "remotes/".to_owned())],
        unknown_keywords: UnknownKeywords::Ignore,
        ..LowerOptions::default()
    };
    let root = SchemaRoot { document: "schema.json".to_owned(), ..SchemaRoot::default() };
    let lowered = lower(&documents, &[root], &options, &mut report);
    let errors: Vec<String> = report.diagnostics.iter().map(ToString::to_string).collect();
    for case in group["tests"].as_array().expect("cases") {
        score.total += 1;
        let wanted = case["valid"] == true;
        let judged = match lowered.roots[0] {
            Some(id) if !report.has_errors() => {
                let valid = lowered.schemas.is_valid(id, &case["data"]);
                let violations = lowered.schemas.validate(id, &case["data"]);
                assert_eq!(valid, violations.is_empty(), "both ways to validate must agree");
                Ok(valid)
            }
            _ => Err(errors.join(" | ")),
        };
        if judged == Ok(wanted) {
            score.right += 1;
        } else {
            let (group, case) = (&group["description"], &case["description"]);
            let _ = writeln!(failures, "{file}: {group}, {case}: {judged:?} instead of {wanted}");
        }
    }
}

/// Every schema below `folder`, each named by its path from there.
fn documents(folder: &Path, prefix: &str) -> Vec<Document> {
    let mut report = Report::default();
    let named = files(folder).into_iter().filter_map(|path| {
        let name = path.strip_prefix(folder).expect("it is below").display().to_string();
        document(&format!("{prefix}{name}"), read(&path), &mut report)
    });
    named.collect()
}

fn document(name: &str, text: String, report: &mut Report) -> Option<Document> {
    parse_json(Arc::new(SourceFile { path: name.to_owned(), text }), name, report)
}

/// The JSON files below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the suite").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "json") {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file of the suite")
}

fn corpora() -> PathBuf {
    match std::env::var_os("WALNATS_CORPORA") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
    }
}
