//! JSON Lines of which single lines may not be text.

use std::collections::BTreeMap;
use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, Place, SourceFile};

use super::{Entry, lines};

/// The code of what is not UTF-8.
const NOT_TEXT: &str = "WN0105";

/// A file of JSON Lines.
#[derive(Clone, Debug)]
pub struct JsonLines {
    /// Its text. Bytes that are not UTF-8 are replaced by U+FFFD.
    pub file: Arc<SourceFile>,
    /// Where the text of a line is replaced for the first time, and which byte that is: in the file and in the line.
    broken: BTreeMap<usize, (usize, usize)>,
}

impl JsonLines {
    /// Reads bytes of a file that people see as `path`, without a byte order mark.
    pub fn new(path: &str, bytes: Vec<u8>) -> Self {
        let file = |text| Arc::new(SourceFile { path: path.to_owned(), text });
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                return Self { file: file(text), broken: BTreeMap::new() };
            }
            Err(error) => error.into_bytes(),
        };
        let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let (mut text, mut broken, mut start) = (String::with_capacity(bytes.len()), BTreeMap::new(), mark);
        for line in bytes[mark..].split_inclusive(|byte| matches!(byte, b'\n' | b'\0')) {
            match std::str::from_utf8(line) {
                Ok(line) => text.push_str(line),
                Err(error) => {
                    let at = error.valid_up_to();
                    broken.insert(text.len() + at, (start + at, at));
                    text.push_str(&String::from_utf8_lossy(line));
                }
            }
            start += line.len();
        }
        Self { file: file(text), broken }
    }

    /// The values, each read when it is asked for; empty lines have none.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        lines(&self.file).map(|(span, entry)| match self.broken.range(span).next() {
            Some((at, (in_file, in_line))) => {
                let place = Place { file: Arc::clone(&self.file), span: *at..*at + char::REPLACEMENT_CHARACTER.len_utf8() };
                let message = format!(
                    "not UTF-8: the byte at offset {in_file} of the file, {in_line} of the line, is part of no character"
                );
                let finding = Diagnostic::error(NOT_TEXT, place, message).help("JSON is read as UTF-8");
                Entry { line: entry.line, payload: None, findings: vec![finding] }
            }
            None => entry,
        })
    }

    /// Whether the first two lines are JSON values, or one of them is and the other one is not text.
    pub fn looks_like_lines(&self) -> bool {
        let first: Vec<Entry> = self.entries().take(2).collect();
        let is_broken = |entry: &Entry| entry.findings.iter().any(|finding| finding.code == NOT_TEXT);
        first.len() == 2
            && first.iter().any(|entry| entry.payload.is_some())
            && first.iter().all(|entry| entry.payload.is_some() || is_broken(entry))
    }
}
