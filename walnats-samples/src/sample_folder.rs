//! Samples: the files below `samples/<event>/valid` and `samples/<event>/invalid`, in the package's folder and in any folder of
//! schemas.

use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, Place, Report, SourceFile, did_you_mean};

use crate::case::{Case, Expected};
use crate::payload::{Format, read};
use crate::sources::{Entry, Sources};

/// The samples of a package with these events, whose schemas are in `folders`.
pub fn samples(sources: &Sources<'_>, folders: &[String], events: &[&str], report: &mut Report) -> Vec<Case> {
    let own = sources.list("").into_iter().filter(|entry| entry.is_folder && entry.name == "samples");
    let among_schemas = folders.iter().flat_map(|folder| sources.folders_named(folder, "samples"));
    let mut tops: Vec<Entry> = own.chain(among_schemas).collect();
    tops.sort();
    tops.dedup();
    let mut cases = Vec::new();
    for top in tops {
        for folder in sources.list(&top.path).into_iter().filter(|entry| entry.is_folder) {
            event(sources, &folder, events, &mut cases, report);
        }
    }
    cases
}

/// The samples of one event.
fn event(sources: &Sources<'_>, folder: &Entry, events: &[&str], cases: &mut Vec<Case>, report: &mut Report) {
    let inside = sources.list(&folder.path);
    let is_verdict = |entry: &&Entry| entry.is_folder && matches!(entry.name.as_str(), "valid" | "invalid");
    let has_verdict = inside.iter().any(|entry| is_verdict(&entry));
    let is_near = |entry: &Entry| entry.is_folder && did_you_mean(&entry.name, ["valid", "invalid"]).is_some();
    // A folder of this name may be something else.
    if !(has_verdict || events.contains(&folder.name.as_str()) || inside.iter().any(is_near)) {
        return;
    }
    for entry in &inside {
        if is_verdict(&entry) {
            for file in sources.files(&entry.path) {
                self::file(sources, &file, (&folder.name, entry.name == "valid"), cases, report);
            }
        } else if !is_note(&entry.name) {
            let message = format!("`{}` is not a sample: samples are in `valid` and `invalid`", entry.path);
            let finding = Diagnostic::error("WN1109", whole(&entry.path), message);
            let help = format!("move it into `{0}/valid` or `{0}/invalid`", folder.path);
            report.push(finding.help(help).suggest(&entry.name, ["valid", "invalid"]));
        }
    }
}

fn file(sources: &Sources<'_>, file: &Entry, (event, valid): (&str, bool), cases: &mut Vec<Case>, report: &mut Report) {
    if is_note(&file.name) {
        return;
    }
    let Some(format) = Format::of(&file.name) else {
        let message = format!("`{}` is not read: its extension does not say what it is", file.path);
        report
            .push(Diagnostic::error("WN1109", whole(&file.path), message).help(format!("read are {}", Format::KNOWN)));
        return;
    };
    let bytes = match sources.read(&file.path) {
        Ok(bytes) => bytes,
        Err(problem) => {
            let message = format!("`{}` cannot be read: {problem}", file.path);
            return report.push(Diagnostic::error("WN1107", whole(&file.path), message));
        }
    };
    let entries = read(&file.path, bytes, format);
    if entries.is_empty() {
        report.push(Diagnostic::error("WN1107", whole(&file.path), "the file has no payload"));
    }
    for entry in entries {
        // Also where the payload is to be invalid: a slip of the keyboard would pass for a schema that refuses.
        entry.findings.into_iter().for_each(|finding| report.push(finding));
        let Some(payload) = entry.payload else { continue };
        let place = payload.place("");
        cases.push(Case {
            name: entry.line.map_or(file.path.clone(), |line| format!("{}:{line}", file.path)),
            event: event.to_owned(),
            event_place: whole(&file.path),
            payload,
            expected: if valid { Expected::Valid } else { Expected::Refused(Vec::new()) },
            place,
        });
    }
}

/// What people put next to files.
fn is_note(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".md") || name.ends_with(".markdown")
}

fn whole(path: &str) -> Place {
    Place { file: Arc::new(SourceFile { path: path.to_owned(), text: String::new() }), span: 0..0 }
}
