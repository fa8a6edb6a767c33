//! The official JSON Schema test suite through generated, compiled code: `decode` succeeds exactly when the suite calls an instance valid, and
//! `encode` of what was decoded produces the same JSON value.
//!
//! `cargo test --test official_suite -- --nocapture` prints right and total for each draft and file, with how many groups and subschemas are decided
//! by types and native checks (T), and how many by asking the schema at run time (N).

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use walnats_harness::nested::{NestedCrate, corpus};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// As the suite's folders call them, and as `walnats.toml` does.
const DRAFTS: [(&str, &str); 5] =
    [("draft4", "4"), ("draft6", "6"), ("draft7", "7"), ("draft2019-09", "2019-09"), ("draft2020-12", "2020-12")];

/// Of 644 and 2,741; the rest is printed, case by case.
const OPTIONAL_RIGHT: usize = 615;
const FORMAT_RIGHT: usize = 2_741;

/// The tests build into one folder.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

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

/// What came of a file of the suite.
#[derive(Default)]
struct Score {
    right: usize,
    cases: usize,
    /// Tier T: groups whose type and native checks are exact.
    typed: usize,
    /// Tier N: groups of which a part is asked at run time.
    asked: usize,
    /// The same of subschemas.
    typed_subschemas: usize,
    asked_subschemas: usize,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.cases += other.cases;
        self.typed += other.typed;
        self.asked += other.asked;
        self.typed_subschemas += other.typed_subschemas;
        self.asked_subschemas += other.asked_subschemas;
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, cases, typed, asked, typed_subschemas, asked_subschemas } = self;
        write!(
            f,
            "{right:5} of {cases:5} cases right; groups T {typed:4} N {asked:4}; \
             subschemas T {typed_subschemas:5} N {asked_subschemas:5}"
        )
    }
}

#[test]
fn every_required_case_is_decided_rightly() -> Result<()> {
    let Some(suite) = corpus("json-schema-test-suite") else { return Ok(()) };
    let _alone = ONE_AT_A_TIME.lock();
    let mut failures = String::new();
    let mut all = Score::default();
    for (folder, draft) in DRAFTS {
        all.add(&run_folder(&suite, folder, draft, "annotate", &mut failures)?);
    }
    println!("{failures}{all}  required");
    assert_eq!(all.right, all.cases, "every required case must be right");
    assert_eq!(all.cases, 4_942, "the whole suite must be run");
    Ok(())
}

/// `optional` is about what a validator may do either way. What we do otherwise is listed here, so that any change is seen.
#[test]
fn optional_cases_are_decided_as_they_were() -> Result<()> {
    let Some(suite) = corpus("json-schema-test-suite") else { return Ok(()) };
    let _alone = ONE_AT_A_TIME.lock();
    let mut failures = String::new();
    let (mut optional, mut format) = (Score::default(), Score::default());
    for (folder, draft) in DRAFTS {
        optional.add(&run_folder(&suite, &format!("{folder}/optional"), draft, "annotate", &mut failures)?);
        format.add(&run_folder(&suite, &format!("{folder}/optional/format"), draft, "assert", &mut failures)?);
    }
    println!("{failures}{optional}  optional\n{format}  optional/format");
    assert_eq!((optional.cases, format.cases), (644, 2_741), "the whole suite must be run");
    assert!(optional.right >= OPTIONAL_RIGHT && format.right >= FORMAT_RIGHT, "fewer are right than before");
    Ok(())
}

/// Builds the groups of a folder's files into one crate, judges their cases, and prints the score of each file.
fn run_folder(suite: &Path, folder: &str, draft: &str, formats: &str, failures: &mut String) -> Result<Score> {
    let nested = NestedCrate::new("suite", walnats_harness::nested::OFFICIAL_SUITE)?;
    let mut config = format!(
        "[schemas]\ndraft = \"{draft}\"\nformats = \"{formats}\"\n\
         remotes = {{ \"http://localhost:1234/\" = \"_remotes/\" }}\n\n"
    );
    copy_remotes(&nested, &suite.join("remotes"), "schemas/_remotes")?;
    let mut groups = Vec::new();
    for file in files(&suite.join("tests").join(folder))? {
        let name = file.file_stem().ok_or("a file")?.to_string_lossy().into_owned();
        for group in serde_json::from_str::<Vec<Group>>(&fs::read_to_string(file)?)? {
            let event = format!("g{:04}", groups.len());
            nested.write(&format!("schemas/{event}.json"), group.schema.get())?;
            writeln!(config, "[events.{event}]\nschema = \"{event}.json#\"\nstream = \"suite\"\n")?;
            groups.push((name.clone(), event, group));
        }
    }
    nested.write("walnats.toml", &config)?;

    let mut scores = BTreeMap::<String, Score>::new();
    let model = walnats_codegen::Package::load(&walnats_codegen::configure().root(nested.dir()))
        .model()
        .map_err(|_| "the schemas are not sound")?;
    for (event, (file, ..)) in walnats_codegen::rust::coverage(&model).iter().zip(&groups) {
        let score = scores.entry(file.clone()).or_default();
        score.typed += usize::from(event.asked == 0);
        score.asked += usize::from(event.asked > 0);
        score.typed_subschemas += event.typed;
        score.asked_subschemas += event.asked;
    }

    let program = nested.build()?;
    assert!(!nested.depends_on("jsonschema")?, "no other crate judges payloads");
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut requests = child.stdin.take().ok_or("piped")?;
    let mut answers = BufReader::new(child.stdout.take().ok_or("piped")?).lines();
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
            score.right += usize::from(right);
            score.cases += 1;
            if !right {
                writeln!(failures, "{folder}/{file}: {} / {}: {answer}", group.description, case.description)?;
            }
        }
    }
    drop(requests);
    assert!(child.wait()?.success());

    let mut all = Score::default();
    for (file, score) in &scores {
        println!("{score}  {folder}/{file}");
        all.add(score);
    }
    Ok(all)
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

/// The JSON files of a folder, without its subfolders.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
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
