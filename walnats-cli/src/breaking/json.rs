//! What was found, for programs. `schema.json` describes it.

use serde_json::{Value, json};
use walnats_codegen::Diagnostic;
use walnats_codegen::diagnostic::Level;
use walnats_compat::protobuf::Encoding;
use walnats_compat::{About, Comparison, Finding, Mark, Revision, Witness};

use super::baseline::Compared;

/// The schema of the output.
pub const SCHEMA: &str = include_str!("schema.json");

/// All that was compared, as one value.
pub fn value(compared: &[Compared], remarks: &[Diagnostic]) -> Value {
    let findings = || compared.iter().flat_map(|compared| &compared.comparison.findings);
    json!({
        "failing": findings().filter(|finding| finding.fails()).count(),
        "baselines": compared.iter().map(baseline).collect::<Vec<_>>(),
        "acceptances": remarks.iter().map(remark).collect::<Vec<_>>(),
    })
}

fn baseline(compared: &Compared) -> Value {
    let Comparison { verdicts, findings, added } = &compared.comparison;
    let verdicts = verdicts.iter().map(|verdict| {
        json!({ "event": verdict.event, "direction": verdict.direction.name(), "verdict": verdict.kind.name() })
    });
    let findings = findings.iter().filter(|finding| finding.level > Level::Allow);
    json!({
        "against": compared.baseline.name,
        "commit": compared.baseline.commit,
        "verdicts": verdicts.collect::<Vec<_>>(),
        "added": added,
        "findings": findings.map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let level = if finding.level == Level::Deny { "deny" } else { "warn" };
    let (event, stream) = match &finding.about {
        About::Event(name) => (Some(name), None),
        About::Stream(name) => (None, Some(name)),
        About::Definition(_) => (None, None),
    };
    let definition = match &finding.about {
        About::Definition(name) => Some(name),
        _ => None,
    };
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
    json!({
        "code": finding.code.id,
        "name": finding.code.slug,
        "level": level,
        "event": event,
        "definition": definition,
        "rules": finding.rules,
        "stream": stream,
        "direction": finding.direction.name(),
        "verdict": finding.kind().name(),
        "fails": finding.fails(),
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "witness": witness,
        "places": finding.marks.iter().map(place).collect::<Vec<_>>(),
        "readers": finding.readers,
        "help": finding.help,
        "acceptance": acceptance,
    })
}

/// Lines and columns count from 1, columns in characters. Paths are relative to the package, with `/` between parts.
fn place(mark: &Mark) -> Value {
    let (line, column) = mark.place.line_column();
    let revision = if mark.revision == Revision::Old { "old" } else { "new" };
    json!({
        "revision": revision,
        "file": mark.place.file.path,
        "line": line,
        "column": column,
        "text": mark.text,
        "note": mark.note,
    })
}

fn remark(found: &Diagnostic) -> Value {
    let (line, column) = found.place.line_column();
    json!({
        "code": found.code,
        "message": found.message,
        "help": found.help,
        "file": found.place.file.path,
        "line": line,
        "column": column,
    })
}
