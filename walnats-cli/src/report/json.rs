//! One object for all commands, which [`SCHEMA`] describes.

use serde_json::{Map, Value, json};
use walnats_codegen::Severity;
use walnats_codegen::diagnostic::{Edit, Level, Place};
use walnats_compat::protobuf::Encoding;
use walnats_compat::{About, Finding, Mark, Revision, Witness};

use super::entry::{Change, Entry};
use super::region::Region;
use super::run::{Baseline, Case, Conclusion, Run};
use super::text::WHOLE;

/// The JSON Schema of the output. Its version changes when something is removed or means something else; members may be added.
pub const SCHEMA: &str = include_str!("report.schema.json");

/// The version of the output.
pub const VERSION: u32 = 1;

/// The run as one object.
pub fn render(run: &Run) -> String {
    let reasons: Vec<String> = run.reasons().collect();
    let mut whole = json!({
        "version": VERSION,
        "tool": { "name": "walnats", "version": env!("CARGO_PKG_VERSION") },
        "command": run.command,
        "outcome": run.conclusion().name(),
        "summary": run.summary,
        "failure": (run.conclusion() == Conclusion::Failure).then(|| json!({ "reasons": reasons })),
        "errors": run.number(Severity::Error),
        "warnings": run.number(Severity::Warning),
        "suppressed": run.suppressed(),
        "failing": run.findings().filter(|entry| entry.fails).count(),
        "findings": run.findings().map(finding).collect::<Vec<_>>(),
        "cases": run.cases.iter().map(case).collect::<Vec<_>>(),
    });
    if run.command == "breaking" {
        whole["baselines"] = run.baselines.iter().map(baseline).collect();
        // What is said about walnats-accepted.toml, not about the change.
        whole["acceptances"] = run.findings().filter(|entry| entry.change.is_none()).map(finding).collect();
    }
    format!("{whole:#}\n")
}

fn finding(entry: &Entry) -> Value {
    let severity = if entry.severity == Severity::Error { "error" } else { "warning" };
    let mut finding = located(&entry.place, "message", &entry.message);
    let suppression = entry.suppression.as_ref().map(|given| json!({ "reason": given.reason, "until": given.until }));
    let related = entry.related.iter().map(|related| {
        let mut value = located(&related.place, "label", &related.note);
        value["text"] = related.text.as_str().into();
        value["revision"] = related.revision.as_deref().into();
        value
    });
    finding["code"] = entry.code.into();
    finding["name"] = entry.row().map(|row| row.slug).into();
    finding["severity"] = severity.into();
    finding["fails"] = entry.fails.into();
    finding["label"] = entry.label.as_str().into();
    finding["help"] = entry.help.as_deref().into();
    finding["related"] = related.collect();
    let edit = |edit: &Edit| at(Region::exact(&edit.place), &edit.place.file.path, "text", &edit.text);
    finding["fix"] = entry
        .fix
        .as_ref()
        .map(|fix| {
            let edits: Vec<Value> = fix.edits.iter().map(edit).collect();
            json!({ "applicability": fix.applicability.name(), "edits": edits })
        })
        .into();
    finding["fingerprint"] = entry.fingerprint.as_str().into();
    finding["package"] = Some(entry.package.as_str()).filter(|package| !package.is_empty()).into();
    finding["suppression"] = suppression.into();
    if let (Some(of_change), Value::Object(members)) = (&entry.change, &mut finding) {
        change(of_change, members);
    }
    finding
}

/// What findings of `walnats breaking` have in addition.
fn change(Change { finding, against }: &Change, members: &mut Map<String, Value>) {
    let about = |is_wanted: bool| is_wanted.then(|| finding.about.name());
    let witness = finding.witness.as_ref().map(|witness| match witness {
        Witness::Json(payload) => json!({ "json": payload }),
        Witness::Protobuf(witness) => {
            let encoding = if witness.encoding == Encoding::Binary { "binary" } else { "json" };
            let outcome = witness.outcome.to_string();
            json!({ "encoding": encoding, "hex": witness.hex(), "text": witness.text, "outcome": outcome })
        }
        _ => json!({}),
    });
    let acceptance = finding.acceptance.as_ref().map(|acceptance| {
        json!({ "reason": acceptance.reason, "until": acceptance.until, "expired": acceptance.is_expired })
    });
    let more = json!({
        "against": against,
        "level": if finding.level == Level::Deny { "deny" } else { "warn" },
        "event": about(matches!(finding.about, About::Event(_))),
        "stream": about(matches!(finding.about, About::Stream(_))),
        "definition": about(matches!(finding.about, About::Definition(_))),
        "rules": finding.rules,
        "direction": finding.direction.name(),
        "verdict": finding.kind().name(),
        "witness": witness,
        "places": finding.marks.iter().map(mark).collect::<Vec<_>>(),
        "readers": finding.readers,
        "acceptance": acceptance,
    });
    if let Value::Object(more) = more {
        members.extend(more);
    }
}

fn baseline(baseline: &Baseline) -> Value {
    let verdicts = baseline.comparison.verdicts.iter().map(|verdict| {
        json!({ "event": verdict.event, "direction": verdict.direction.name(), "verdict": verdict.kind.name() })
    });
    let visible = |finding: &&Finding| finding.level > Level::Allow;
    let findings = baseline.comparison.findings.iter().filter(visible);
    let findings = findings.map(|found| finding(&Entry::of_change(found, &baseline.name, &baseline.prefix)));
    json!({
        "against": baseline.name,
        "commit": baseline.commit,
        "verdicts": verdicts.collect::<Vec<_>>(),
        "added": baseline.comparison.added,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn case(case: &Case) -> Value {
    json!({ "suite": case.suite, "name": case.name, "file": (!case.file.is_empty()).then_some(&case.file) })
}

/// A text with its place.
fn located(place: &Place, key: &str, text: &str) -> Value {
    at(Region::of(place).unwrap_or(WHOLE), &place.file.path, key, text)
}

fn at(Region { line, column, end_line, end_column }: Region, file: &str, key: &str, text: &str) -> Value {
    json!({ key: text, "file": file, "line": line, "column": column, "end_line": end_line, "end_column": end_column })
}

fn mark(mark: &Mark) -> Value {
    let mut value = located(&mark.place, "note", &mark.note);
    value["revision"] = if mark.revision == Revision::Old { "old" } else { "new" }.into();
    value["text"] = mark.text.as_str().into();
    value
}
