//! The official JSON Schema test suite through generated, compiled code: `decode` succeeds exactly when the suite calls an instance valid, and
//! `encode` of what was decoded gives the same JSON value.
//!
//! `cargo test --test official_suite -- --nocapture` prints right and total for each draft and file.

mod nested;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nested::{NestedCrate, corpus};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// As the suite's folders call them, and as `walnats.toml` does.
const DRAFTS: [(&str, &str); 5] =
    [("draft4", "4"), ("draft6", "6"), ("draft7", "7"), ("draft2019-09", "2019-09"), ("draft2020-12", "2020-12")];

#[derive(Deserialize)]
struct Group {
    description: String,
    schema: Box<RawValue>,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    description: String,
    data: Box<RawValue>,
    valid: bool,
}

#[test]
fn every_required_case_is_decided_rightly() -> Result<()> {
    let Some(suite) = corpus("json-schema-test-suite") else { return Ok(()) };
    let mut failures = String::new();
    let (mut right, mut total) = (0, 0);
    for (folder, draft) in DRAFTS {
        let files = required_files(&suite.join("tests").join(folder))?;
        let scores = run(&suite, draft, "annotate", &files, &mut failures)?;
        for (file, (file_right, file_total)) in scores {
            println!("{file_right:4} of {file_total:4}  {folder}/{file}");
            right += file_right;
            total += file_total;
        }
    }
    println!("{failures}required: {right} of {total}");
    assert_eq!(right, total, "every required case must be right");
    assert_eq!(total, 4_942, "the whole suite must be run");
    Ok(())
}

/// Builds the groups of `files` into one crate and judges their cases; right and total by file.
fn run(
    suite: &Path,
    draft: &str,
    formats: &str,
    files: &[PathBuf],
    failures: &mut String,
) -> Result<BTreeMap<String, (usize, usize)>> {
    let nested = NestedCrate::new("suite", include_str!("nested/official_suite.rs"))?;
    let mut config = format!(
        "[schemas]\ndraft = \"{draft}\"\nformats = \"{formats}\"\n\
         remotes = {{ \"http://localhost:1234/\" = \"_remotes/\" }}\n\n"
    );
    copy_remotes(&nested, &suite.join("remotes"), "schemas/_remotes")?;
    let mut groups = Vec::new();
    for file in files {
        let name = file.file_stem().ok_or("a file")?.to_string_lossy().into_owned();
        for group in serde_json::from_str::<Vec<Group>>(&fs::read_to_string(file)?)? {
            let event = format!("g{:04}", groups.len());
            nested.write(&format!("schemas/{event}.json"), group.schema.get())?;
            writeln!(config, "[events.{event}]\nschema = \"{event}.json#\"\nstream = \"suite\"\n")?;
            groups.push((name.clone(), event, group));
        }
    }
    nested.write("walnats.toml", &config)?;

    let mut child = Command::new(nested.build()?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut requests = child.stdin.take().ok_or("piped")?;
    let mut answers = BufReader::new(child.stdout.take().ok_or("piped")?).lines();
    let mut scores = BTreeMap::<_, (usize, usize)>::new();
    for (file, event, group) in &groups {
        for case in &group.tests {
            writeln!(requests, "{event}\t{}", case.data.get().replace('\n', " "))?;
            let answer = answers.next().ok_or_else(|| format!("the program ended at {}", group.description))??;
            let right = match answer.split_once('\t') {
                Some(("valid", encoded)) => case.valid && same(encoded, case.data.get())?,
                Some(("invalid", _)) => !case.valid,
                _ => false,
            };
            let score = scores.entry(file.clone()).or_default();
            score.0 += usize::from(right);
            score.1 += 1;
            if !right {
                writeln!(failures, "{draft} {file}: {} / {}: {answer}", group.description, case.description)?;
            }
        }
    }
    drop(requests);
    assert!(child.wait()?.success());
    Ok(scores)
}

/// Equal as JSON values: numbers by value.
fn same(left: &str, right: &str) -> Result<bool> {
    fn equal(left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
            }
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| equal(left, right)))
            }
            _ => left == right,
        }
    }
    Ok(equal(&serde_json::from_str(left)?, &serde_json::from_str(right)?))
}

fn required_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn copy_remotes(nested: &NestedCrate, from: &Path, to: &str) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let to = format!("{to}/{}", path.file_name().ok_or("a name")?.to_string_lossy());
        if path.is_dir() {
            copy_remotes(nested, &path, &to)?;
        } else {
            nested.write(&to, &fs::read_to_string(&path)?)?;
        }
    }
    Ok(())
}
