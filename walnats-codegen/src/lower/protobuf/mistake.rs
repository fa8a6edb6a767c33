//! What protox finds wrong, as diagnostics.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place, Report, SourceFile, did_you_mean};

use super::option;

type Files = BTreeMap<String, Arc<SourceFile>>;

/// Adds everything that `error` says to `report`.
pub fn report(error: &protox::Error, files: &Files, report: &mut Report) {
    let file = error.file().and_then(|name| files.get(name)).cloned().unwrap_or_default();
    report.push(diagnose(error, &error.to_string(), &file, files));
    // What a compiler error is related to is further errors of the same file.
    for related in miette::Diagnostic::related(error).into_iter().flatten() {
        report.push(diagnose(related, &related.to_string(), &file, files));
    }
}

fn diagnose(error: &dyn miette::Diagnostic, message: &str, file: &Arc<SourceFile>, files: &Files) -> Diagnostic {
    // Several labels say where things that clash were defined; the last one is the clash.
    let label = error.labels().into_iter().flatten().last();
    let span = label.as_ref().map_or(0..0, |label| label.offset()..label.offset() + label.len());
    let place = Place { file: Arc::clone(file), span: on_characters(&file.text, span) };
    let message = message.replace('\'', "`");

    if let Some(cycle) = message.strip_prefix("import cycle detected: ") {
        return import_cycle(cycle, files).unwrap_or_else(|| Diagnostic::error("WN0514", place, message));
    }
    if let Some(import) = message.strip_prefix("import `").and_then(|rest| rest.strip_suffix("` not found")) {
        return unknown_import(import, place, files);
    }
    let marked = &file.text[place.span.clone()];
    if marked == "edition" {
        return Diagnostic::error("WN0504", place, "protobuf editions are not read from text")
            .label("an edition")
            .help("compile the file (`buf build -o x.binpb`) and commit the descriptor set instead, or write `syntax = \"proto3\"`");
    }
    if marked.contains("walnats.") || message.contains("walnats.") {
        return option::diagnose(error, message, place);
    }
    let message = match error.diagnostic_source() {
        Some(detail) => format!("{message}: {}", detail.to_string().replace('\'', "`")),
        // prost-reflect leaves the name out where it follows from that of the field.
        None => message.replace("JSON name ``", &format!("the JSON name of `{marked}`")),
    };
    let mut found = Diagnostic::error("WN0502", place, message);
    found.label = label.and_then(|label| label.label().map(str::to_owned)).unwrap_or_default();
    found.help = error.help().map(|help| help.to_string().replace('\'', "`"));
    found
}

fn unknown_import(import: &str, mut place: Place, files: &Files) -> Diagnostic {
    if let Some(offset) = place.file.text[place.span.clone()].find(['"', '\'']) {
        place.span = place.span.start + offset..(place.span.start + offset + import.len() + 2).min(place.span.end);
    }
    let found = Diagnostic::error("WN0503", place, format!("there is no file `{import}` to import"));
    let known = files.keys().map(String::as_str).chain(["walnats/options.proto"]);
    // An import from somewhere below the folder often lacks only the beginning of the path.
    let inner = files.keys().find(|name| name.ends_with(&format!("/{import}")));
    match inner.map(String::as_str).or_else(|| did_you_mean(import, known)) {
        Some(name) => found.help(format!("did you mean `{name}`? imports start at the schema folder")),
        None => found.help("imports start at the schema folder, and nothing outside of it is read"),
    }
}

/// `a.proto -> b.proto -> a.proto`: the last import closes the circle.
fn import_cycle(cycle: &str, files: &Files) -> Option<Diagnostic> {
    let names: Vec<_> = cycle.split(" -> ").collect();
    let [.., importing, imported] = names.as_slice() else { return None };
    let file = files.get(*importing)?;
    let quoted = format!("\"{imported}\"");
    let start = file.text.find(&quoted).unwrap_or_default();
    let place = Place { file: Arc::clone(file), span: on_characters(&file.text, start..start + quoted.len()) };
    let message =
        format!("files import each other: {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" -> "));
    Some(
        Diagnostic::error("WN0514", place, message)
            .label("closes the circle")
            .help("move what both need to a file of its own"),
    )
}

/// protox counts columns in bytes in one place and in characters in another, so a span may be off where a line has both.
fn on_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let boundary = |offset: usize| (offset.min(text.len())..=text.len()).find(|offset| text.is_char_boundary(*offset));
    let start = boundary(span.start).unwrap_or_default();
    start..boundary(span.end).unwrap_or_default().max(start)
}
