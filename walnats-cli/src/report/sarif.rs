//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use walnats_codegen::Severity;
use walnats_codegen::codes::{self, DefaultLevel};
use walnats_codegen::diagnostic::{Applicability, Edit, Fix, Place};

use super::entry::{Entry, Related};
use super::region::Region;
use super::run::{Conclusion, Run};
use super::text::{details, one_line, related};

/// The run as a log of one run. What was suppressed is in it, with the reason.
pub fn render(run: &Run) -> String {
    let rules: Vec<&str> = run.findings().map(|entry| entry.code).collect::<BTreeSet<_>>().into_iter().collect();
    let conclusion = run.conclusion();
    let notifications = run.reasons().map(|reason| json!({ "level": "error", "message": { "text": reason } }));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "walnats",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://docs.rs/walnats-cli",
                "rules": rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            } },
            // GitHub keeps the results of commands apart by what comes before the last slash.
            "automationDetails": { "id": format!("walnats/{}/", run.command) },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": conclusion != Conclusion::Failure,
                "exitCode": conclusion.exit_code(),
                "toolExecutionNotifications": notifications.collect::<Vec<_>>(),
            }],
            "results": run.findings().map(|entry| result(entry, &rules)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

/// A row of the table of codes.
fn rule(id: &str) -> Value {
    let Some(code) = codes::by_id(id) else {
        return json!({ "id": id, "shortDescription": { "text": id }, "help": { "text": HELP_WITHOUT_ROW } });
    };
    let level = if matches!(code.level, DefaultLevel::Warn | DefaultLevel::Allow) { "warning" } else { "error" };
    let text = format!("{}\n\nHow to fix it: {}", code.summary, code.cure);
    let markdown = codes::page(id).map_or_else(
        || format!("{}\n\n**How to fix it:** {}", code.summary, code.cure),
        |page| page.split_once('\n').map_or(page, |(_, page)| page.trim_start()).to_owned(),
    );
    let mut rule = json!({
        "id": code.id,
        "name": code.slug,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": text },
        "help": { "text": text, "markdown": markdown },
        "defaultConfiguration": { "level": level },
    });
    if let Some(url) = code.reference {
        rule["helpUri"] = url.into();
    }
    rule
}

/// The one code without a row.
const HELP_WITHOUT_ROW: &str =
    "walnats and the crate jsonschema disagree: one of the two is wrong. Please report it, with the schema.";

fn result(entry: &Entry, rules: &[&str]) -> Value {
    let mut text = vec![one_line(&entry.message)];
    text.extend(details(entry));
    let related: Vec<Value> = entry.related.iter().enumerate().map(|(id, other)| related_location(id, other)).collect();
    let mut result = json!({
        "ruleId": entry.code,
        "ruleIndex": rules.binary_search(&entry.code).unwrap_or_default(),
        "level": if entry.severity == Severity::Error { "error" } else { "warning" },
        "message": { "text": text.join("\n") },
        "locations": [{ "physicalLocation": physical(&entry.place, &entry.place.file.path) }],
        "relatedLocations": related,
        "partialFingerprints": { "walnats/v1": entry.identity() },
        "properties": { "fails": entry.fails },
    });
    if let Some(fix) = &entry.fix {
        result["fixes"] = json!([fixed(entry, fix)]);
    }
    if let Some(given) = &entry.suppression {
        let until = given.until.as_ref().map(|until| format!(" (until {until})")).unwrap_or_default();
        let justification = given.reason.clone() + &until;
        let kind = if entry.change.is_some() { "external" } else { "inSource" };
        result["suppressions"] = json!([{ "kind": kind, "status": "accepted", "justification": justification }]);
    }
    if let Some(change) = &entry.change {
        let (kind, name) = change.about();
        result["properties"][kind] = name.into();
        result["properties"]["direction"] = change.finding.direction.name().into();
        result["properties"]["verdict"] = change.finding.kind().name().into();
        result["properties"]["readers"] = change.finding.readers.as_slice().into();
        result["properties"]["rules"] = change.finding.rules.as_slice().into();
        result["properties"]["witness"] = change.payload().into();
    }
    result
}

/// The changes of a fix, file by file.
fn fixed(entry: &Entry, fix: &Fix) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Edit { place, text } in &fix.edits {
        let Region { line, column, end_line, end_column } = Region::exact(place);
        files.entry(&place.file.path).or_default().push(json!({
            "deletedRegion": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
            "insertedContent": { "text": text },
        }));
    }
    let changes = files
        .into_iter()
        .map(|(path, replacements)| json!({ "artifactLocation": { "uri": uri(path) }, "replacements": replacements }));
    let mut text = one_line(entry.help.as_deref().unwrap_or(&entry.message));
    if fix.applicability == Applicability::Unsafe {
        text += " (unsafe: payloads that are valid may become invalid)";
    }
    json!({
        "description": { "text": text },
        "artifactChanges": changes.collect::<Vec<_>>(),
        "properties": { "applicability": fix.applicability.name() },
    })
}

fn related_location(id: usize, other: &Related) -> Value {
    let mut location = json!({ "id": id, "message": { "text": related(other) } });
    if let Some(path) = path_in_repository(other) {
        location["physicalLocation"] = physical(&other.place, &path);
    }
    location
}

/// The path of another place from the root of the repository on; `None` in a baseline that is not in it.
fn path_in_repository(other: &Related) -> Option<String> {
    let path = &other.place.file.path;
    match other.revision.as_deref() {
        None => Some(path.clone()),
        // `main:services/shop/`
        Some(prefix) => {
            let (revision, folder) = prefix.rsplit_once(':')?;
            let is_inside = !revision.ends_with(".json") && !folder.starts_with(['/', '\\', '.']);
            is_inside.then(|| format!("{folder}{path}"))
        }
    }
}

fn physical(place: &Place, path: &str) -> Value {
    let mut location = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(Region { line, column, end_line, end_column }) = Region::of(place) {
        location["region"] =
            json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
    }
    location
}

/// A path as a URI reference (RFC 3986): relative, or with the scheme `file` for a path from the root on.
fn uri(path: &str) -> String {
    // Standard input has no path; brackets are not part of any.
    let path = path.strip_prefix('<').and_then(|path| path.strip_suffix('>')).unwrap_or(path);
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let has_drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    let (mut uri, path) = match path.strip_prefix('/') {
        Some(path) => ("file:///".to_owned(), path),
        None if has_drive => ("file:///".to_owned(), path),
        None => (String::new(), path),
    };
    // A colon in the first part would make it a scheme.
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' | b'=' => {
                uri.push(char::from(byte));
            }
            b':' if has_drive && at == 1 => uri.push(':'),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}
