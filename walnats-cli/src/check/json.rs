//! Findings as JSON.

use serde_json::{Value, json};
use walnats_codegen::diagnostic::Place;
use walnats_codegen::{Diagnostic, Report, Severity};

use crate::outcome::Failure;
use crate::output;

/// `{"errors": 1, "warnings": 0, "findings": [{"code": ..., "file": ..., "line": ...}]}`
pub fn text(report: &Report) -> Result<String, Failure> {
    let findings: Vec<Value> = report.diagnostics.iter().map(finding).collect();
    let whole = json!({
        "errors": output::number(report, Severity::Error),
        "warnings": output::number(report, Severity::Warning),
        "findings": findings,
    });
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

fn finding(found: &Diagnostic) -> Value {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let related: Vec<Value> = found.related.iter().map(|(place, label)| located(place, "label", label)).collect();
    let mut finding = located(&found.place, "message", &found.message);
    finding["code"] = found.code.into();
    finding["severity"] = severity.into();
    finding["label"] = found.label.as_str().into();
    finding["help"] = found.help.as_deref().into();
    finding["related"] = related.into();
    finding
}

/// A text with its location; lines and columns count from 1, columns in characters.
fn located(place: &Place, key: &str, text: &str) -> Value {
    let (line, column) = place.line_column();
    json!({ key: text, "file": place.file.path, "line": line, "column": column })
}
