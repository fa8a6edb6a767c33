//! `walnats test`

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use serde_json::Value;
use walnats_codegen::diagnostic::{Diagnostic, Place, shown};
use walnats_codegen::{EventModel, Package, Report};
use walnats_samples::payload::Content;
use walnats_samples::run::Ended;
use walnats_samples::{Coverage, Expected, Judge, Sources};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{Case, Run};
use crate::{finish, output, workspace};

/// Test the schemas with payloads that they must accept or refuse
///
/// Schema tests are JSON or YAML files in folders `tests` below schemas/; each test has an `event`, a `payload` (or a `file`), and
/// `valid`; of one that is refused, `keyword` and `pointer` say what must refuse it. Samples are files in
/// samples/EVENT/valid/ and samples/EVENT/invalid/: JSON, YAML, JSON Lines, protobuf as JSON or `.binpb`. A keyword counts as
/// tested if a payload is judged differently without it.
#[derive(Args)]
pub struct Options {
    /// Run only the tests whose name or event contains TEXT
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// List the tests, and run none
    #[arg(long)]
    list: bool,
    /// List the keywords that no test, sample or example tests
    #[arg(long)]
    coverage: bool,
    /// Exit 1 if fewer than N percent of the keywords are tested
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let run = workspace::run(global, "test", |folder| test(folder, options))?;
    finish::with(&run, global)
}

fn test(folder: &Path, options: &Options) -> Result<Run, Failure> {
    let mut package = Package::load(&walnats_codegen::configure().root(folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return Ok(Run::of("test", &package.report).summary("nothing was tested"));
    };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    let judge = Judge::new(&package, &model);
    let mut cases = walnats_samples::cases(&judge, &Sources::new(folder), &mut report);
    if let Some(text) = &options.filter {
        cases.retain(|case| case.name.contains(text.as_str()) || case.event.contains(text.as_str()));
        if cases.is_empty() && !report.has_errors() {
            return Err(format!("no test contains `{text}`: `walnats test --list` lists all").into());
        }
    }
    if options.list {
        report.sort();
        let mut run = Run::of("test", &report).summary(output::count(cases.len(), "test"));
        run.details = list(&cases);
        return Ok(run);
    }
    let coverage = coverage(&judge, &cases, options.filter.is_some());
    if let Some(least) = options.min_coverage.map(usize::from).filter(|least| coverage.percent() < *least) {
        report.push(too_low(&package, &coverage, least));
    }
    report.sort();
    let mut run = Run::of("test", &report);
    let ended = walnats_samples::run(&judge, &cases);
    let passed = ended.iter().filter(|ended| ended.has_passed).count();
    for (case, ended) in cases.iter().zip(ended) {
        add(&mut run, &mut report, case, ended);
    }
    if options.coverage {
        run.details = untested(&coverage);
    }
    Ok(run.summary(summary(cases.len(), passed, &coverage)))
}

/// Runs all tests and samples of a package without errors, adds what is found, and returns how many there are.
pub fn findings(package: &Package, model: &EventModel, folder: &Path, report: &mut Report) -> usize {
    let judge = Judge::new(package, model);
    let cases = walnats_samples::cases(&judge, &Sources::new(folder), report);
    for finding in walnats_samples::run(&judge, &cases).into_iter().flat_map(|ended| ended.findings) {
        // What several tests of a file share, such as a misspelt event, is said once.
        if !report.diagnostics.contains(&finding) {
            report.push(finding);
        }
    }
    cases.len()
}

/// Adds a case, with what was found about it.
fn add(run: &mut Run, report: &mut Report, case: &walnats_samples::Case, ended: Ended) {
    let mut entries = Vec::new();
    for finding in ended.findings {
        // What several tests of a file share, such as a misspelt event, is said once.
        let is_known = report.diagnostics.contains(&finding);
        let before = report.diagnostics.len();
        // The report knows the level that the package sets.
        report.push(finding);
        if let Some(found) = report.diagnostics.get(before).filter(|_| !is_known) {
            run.add(found);
        }
        entries.extend(run.entries.last().map(|entry| entry.fingerprint.clone()));
    }
    let suite = case.place.file.path.clone();
    run.cases.push(Case { suite, name: case.name.clone(), file: String::new(), entries });
}

/// Of all events, or of those that the cases are about.
fn coverage(judge: &Judge<'_>, cases: &[walnats_samples::Case], is_filtered: bool) -> Coverage {
    let mut payloads: HashMap<&str, Vec<Value>> = HashMap::new();
    for case in cases {
        if let Content::Value(node) = &case.payload.content {
            payloads.entry(&case.event).or_default().push(node.to_json());
        }
    }
    let is_meant = |name: &str| !is_filtered || payloads.contains_key(name);
    let events = judge.model.events.iter().filter(|event| is_meant(&event.name));
    walnats_samples::coverage(judge, events, &payloads)
}

fn list(cases: &[walnats_samples::Case]) -> String {
    let mut text = String::new();
    for case in cases {
        let verdict = match case.expected {
            Expected::Valid => "valid",
            Expected::Refused(_) => "invalid",
        };
        let _ = writeln!(text, "{}  {verdict}  {}", shown(&case.event), shown(&case.name));
    }
    text
}

fn untested(coverage: &Coverage) -> String {
    let mut text = String::new();
    let mut event = "";
    for found in &coverage.untested {
        if found.event != event {
            event = &found.event;
            let _ = writeln!(text, "{}: not tested", shown(event));
        }
        let (line, column) = found.place.line_column();
        let at = if found.pointer.is_empty() { String::new() } else { format!(" of {}", shown(&found.pointer)) };
        let _ = writeln!(text, "  {}:{line}:{column}: {}{at}", shown(&found.place.file.path), shown(&found.keyword));
    }
    text
}

fn summary(count: usize, passed: usize, coverage: &Coverage) -> String {
    let ran = match count {
        0 => "no tests".to_owned(),
        count => format!("{}: {passed} passed, {} failed", output::count(count, "test"), count - passed),
    };
    let keywords = output::count(coverage.keywords, "keyword");
    format!("{ran}; {} of {keywords} tested ({} %)", coverage.tested(), coverage.percent())
}

fn too_low(package: &Package, coverage: &Coverage, least: usize) -> Diagnostic {
    let place = Place { file: package.settings.file.clone(), span: 0..0 };
    let message = format!(
        "{} of {} are tested, {} %: less than {least} %",
        coverage.tested(),
        output::count(coverage.keywords, "keyword"),
        coverage.percent()
    );
    Diagnostic::error(walnats_samples::coverage::TOO_LOW, place, message)
        .help("`walnats test --coverage` lists the others")
}
