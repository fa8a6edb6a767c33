//! GitLab's Code Quality report, as described at <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde_json::{Value, json};
use walnats_codegen::Severity;

use super::entry::{Entry, digest};
use super::region::Region;
use super::run::Run;
use super::text::{details, one_line};

/// The findings that are not suppressed. That the command could not run is an issue of its own kind: the format has nothing
/// else to say it with.
pub fn render(run: &Run) -> String {
    let issues = run.open().map(issue).chain(run.reasons().map(|reason| failure(run, &reason)));
    let issues: Vec<Value> = issues.collect();
    format!("{:#}\n", Value::from(issues))
}

fn issue(entry: &Entry) -> Value {
    let severity = match (entry.fails, entry.severity) {
        (true, Severity::Error) => "critical",
        (true, Severity::Warning) => "major",
        (false, _) => "minor",
    };
    let mut description = vec![one_line(&entry.message)];
    description.extend(details(entry));
    json!({
        "description": description.join("; "),
        "check_name": entry.title(),
        "fingerprint": entry.identity(),
        "severity": severity,
        "location": {
            "path": entry.place.file.path,
            "lines": { "begin": Region::of(&entry.place).map_or(1, |region| region.line) },
        },
    })
}

fn failure(run: &Run, reason: &str) -> Value {
    json!({
        "description": format!("walnats {} could not run: {}", run.command, one_line(reason)),
        "check_name": "could-not-run",
        "fingerprint": digest(&["could-not-run", &run.command, reason]),
        "severity": "blocker",
        "location": { "path": "walnats.toml", "lines": { "begin": 1 } },
    })
}
