//! Texts from files and from their names, made fit for a line.

use walnats_codegen::diagnostic;

use super::entry::{Entry, Related, said};
use super::region::Region;

/// The longest witness that is shown, in characters; the JSON has all of it.
const LONGEST: usize = 2_000;

/// A text on one line: what would end the line or steer a terminal is spelled out.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => line.push(' '),
            letter if diagnostic::is_hidden(letter) => line.extend(letter.escape_unicode()),
            letter => line.push(letter),
        }
    }
    line
}

/// A text of several lines, none of which steers a terminal.
pub fn lines(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// A path: nothing in it is replaced by a space, so that it stays one name.
pub fn path(path: &str) -> String {
    diagnostic::shown(path).into_owned()
}

/// `schemas/a.json:5:17`
pub fn location(entry: &Entry) -> String {
    let Region { line, column, .. } = Region::of(&entry.place).unwrap_or(WHOLE);
    format!("{}:{line}:{column}", path(&entry.place.file.path))
}

/// Where the whole file is meant.
pub const WHOLE: Region = Region { line: 1, column: 1, end_line: 1, end_column: 1 };

/// `main:schemas/a.json:5:17: "minimum": 0 allows it`
pub fn related(related: &Related) -> String {
    let Region { line, column, .. } = Region::of(&related.place).unwrap_or(WHOLE);
    let revision = related.revision.as_deref().unwrap_or_default();
    let place = format!("{}{}:{line}:{column}", path(revision), path(&related.place.file.path));
    let said = match related.note.as_str() {
        note @ ("old" | "new") => said(&one_line(&related.text), note),
        note => {
            let said = [related.text.as_str(), note].map(one_line);
            said.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ")
        }
    };
    if said.is_empty() { place } else { format!("{place}: {said}") }
}

/// What there is to say of an entry beside its message, a line each: the witness, other places, readers, help.
pub fn details(entry: &Entry) -> Vec<String> {
    let mut lines = Vec::new();
    if !entry.label.is_empty() {
        lines.push(one_line(&entry.label));
    }
    if let Some(change) = &entry.change {
        lines.extend(change.payload().map(|payload| format!("witness: {}", shorten(&one_line(&payload)))));
        lines.extend(change.outcome().map(|outcome| one_line(&outcome)));
    }
    lines.extend(entry.related.iter().map(related));
    if let Some(change) = &entry.change {
        let readers = change.finding.readers.join(", ");
        lines.extend((!readers.is_empty()).then(|| format!("read by: {}", one_line(&readers))));
    }
    lines.extend(entry.help.iter().map(|help| format!("help: {}", one_line(help))));
    if let (Some(_), None) = (&entry.change, &entry.suppression) {
        let root = entry.package.trim_end_matches('/');
        let root = if root.is_empty() { String::new() } else { format!(" --root {}", path(root)) };
        lines.push(format!("to accept it: walnats accept {}{root} --reason \"...\"", entry.fingerprint));
    }
    lines
}

/// A text that is not longer than what a person reads.
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
