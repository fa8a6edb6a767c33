//! Payloads as they stand in files: JSON, YAML, JSON Lines, binary protobuf.

mod json_lines;

use std::ops::Range;
use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, Place, Report, SourceFile};
use walnats_schema::read::{Node, NodeValue, parse_json, parse_yaml};

pub use self::json_lines::JsonLines;

/// A payload with its place.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The file that it stands in.
    pub file: Arc<SourceFile>,
    /// What it is.
    pub content: Content,
    /// Where it stands, if it is encoded there, so that nothing in it has a place of its own.
    pub encoded_at: Option<Range<usize>>,
}

/// What a payload is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A JSON value, of a JSON event or as protobuf's JSON mapping.
    Value(Node),
    /// Encoded protobuf.
    Binary(Vec<u8>),
}

impl Payload {
    /// A payload that stands in a file as it is.
    pub fn new(file: Arc<SourceFile>, content: Content) -> Self {
        Self { file, content, encoded_at: None }
    }

    /// The place of what a JSON Pointer leads to, or of the nearest thing around it; the whole file for binary payloads.
    pub fn place(&self, pointer: &str) -> Place {
        let span = match (&self.encoded_at, &self.content) {
            (Some(span), _) => span.clone(),
            (None, Content::Value(node)) => nearest(node, pointer).span.clone(),
            (None, Content::Binary(_)) => 0..0,
        };
        Place { file: Arc::clone(&self.file), span }
    }
}

fn nearest<'n>(node: &'n Node, mut pointer: &str) -> &'n Node {
    loop {
        if let Some(found) = node.pointer(pointer) {
            return found;
        }
        let Some(end) = pointer.rfind('/') else { return node };
        pointer = &pointer[..end];
    }
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// One YAML document.
    Yaml,
    /// A JSON value on each line.
    JsonLines,
    /// One encoded protobuf message.
    Binary,
}

impl Format {
    /// The extensions that are known, for messages.
    pub const KNOWN: &'static str = "`.json`, `.yaml`, `.yml`, `.jsonl`, `.ndjson`, `.binpb` and `.pb`";

    /// The format that a file's extension says.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "binpb" | "pb" => Some(Self::Binary),
            _ => None,
        }
    }
}

/// A payload of a file, or why there is none.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The line, from 1, in a file of several payloads.
    pub line: Option<usize>,
    /// The payload; `None` where it could not be read.
    pub payload: Option<Payload>,
    /// What is wrong with its syntax.
    pub findings: Vec<Diagnostic>,
}

/// The payloads of a file that people see as `path`.
pub fn read(path: &str, bytes: Vec<u8>, format: Format) -> Vec<Entry> {
    if format == Format::Binary {
        let file = Arc::new(SourceFile { path: path.to_owned(), text: String::new() });
        let payload = Payload::new(file, Content::Binary(bytes));
        return vec![Entry { line: None, payload: Some(payload), findings: Vec::new() }];
    }
    if format == Format::JsonLines {
        return JsonLines::new(path, bytes).entries().collect();
    }
    match text(path, bytes) {
        Ok(file) => vec![whole(file, format)],
        Err(finding) => vec![Entry { line: None, payload: None, findings: vec![*finding] }],
    }
}

/// UTF-8 text, without a byte order mark.
///
/// # Errors
/// A finding.
pub fn text(path: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Box<Diagnostic>> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok(Arc::new(SourceFile { path: path.to_owned(), text }))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let file = Arc::new(SourceFile { path: path.to_owned(), text: String::new() });
            let message = format!("not UTF-8: the byte at offset {at} is part of no character");
            let finding = Diagnostic::error("WN0105", Place { file, span: 0..0 }, message);
            Err(Box::new(finding.help("text is read as UTF-8; encoded protobuf ends in `.binpb`")))
        }
    }
}

/// The one value of a file of JSON or YAML.
pub fn whole(file: Arc<SourceFile>, format: Format) -> Entry {
    let mut report = Report::default();
    if file.text.trim().is_empty() {
        let finding = Diagnostic::error("WN0106", Place { file, span: 0..0 }, "the file is empty");
        return Entry { line: None, payload: None, findings: vec![finding] };
    }
    let name = file.path.clone();
    let document = match format {
        Format::Yaml => parse_yaml(Arc::clone(&file), &name, &mut report),
        _ => parse_json(Arc::clone(&file), &name, &mut report),
    };
    let payload = document.map(|document| Payload::new(file, Content::Value(document.root)));
    Entry { line: None, payload, findings: report.diagnostics }
}

/// The lines of JSON Lines with their values, each read when it is asked for; empty lines have none. NUL ends a line too, as
/// `nats sub --dump=-` writes it.
fn lines(file: &Arc<SourceFile>) -> impl Iterator<Item = (Range<usize>, Entry)> {
    let (mut start, mut line) = (0, 1);
    std::iter::from_fn(move || {
        while start < file.text.len() {
            let rest = &file.text[start..];
            let end = rest.find(['\n', '\0']).map_or(file.text.len(), |length| start + length);
            let (span, number) = (start..end, line);
            line += usize::from(file.text[end..].starts_with('\n'));
            start = end + 1;
            if !file.text[span.clone()].trim_matches(BLANK).is_empty() {
                return Some((span.clone(), Entry { line: Some(number), ..value(file, span) }));
            }
        }
        None
    })
}

/// White space of JSON.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The JSON value within `span` of a file.
pub fn value(file: &Arc<SourceFile>, span: Range<usize>) -> Entry {
    let mut report = Report::default();
    let part = Arc::new(SourceFile { path: file.path.clone(), text: file.text[span.clone()].to_owned() });
    let document = parse_json(part, &file.path, &mut report);
    let shift = |place: &mut Place| {
        place.span = place.span.start + span.start..(place.span.end + span.start).min(file.text.len());
        place.file = Arc::clone(file);
    };
    let mut findings = report.diagnostics;
    for finding in &mut findings {
        shift(&mut finding.place);
        finding.related.iter_mut().for_each(|(place, _)| shift(place));
    }
    let payload = document.map(|document| {
        let mut root = document.root;
        shifted(&mut root, span.start);
        Payload::new(Arc::clone(file), Content::Value(root))
    });
    Entry { line: None, payload, findings }
}

/// Nesting is bounded by the parser.
fn shifted(node: &mut Node, by: usize) {
    node.span = node.span.start + by..node.span.end + by;
    match &mut node.value {
        NodeValue::Array(items) => items.iter_mut().for_each(|item| shifted(item, by)),
        NodeValue::Object(members) => members.iter_mut().for_each(|member| {
            member.name_span = member.name_span.start + by..member.name_span.end + by;
            shifted(&mut member.value, by);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_places() {
        let text = "{\"a\": 1}\n\n {\"b\": [1, 2]}\r\n{\"c\":\n\0{\"d\": 4}\0";
        let entries = read("x.jsonl", text.as_bytes().to_vec(), Format::JsonLines);
        let lines: Vec<_> = entries.iter().map(|entry| (entry.line, entry.payload.is_some())).collect();
        assert_eq!(lines, [(Some(1), true), (Some(3), true), (Some(4), false), (Some(5), true)]);
        let place = entries[1].payload.as_ref().unwrap().place("/b/1");
        assert_eq!((place.line_column(), &text[place.span.clone()]), ((3, 12), "2"));
        assert_eq!(entries[2].findings[0].place.line_column().0, 4);
    }

    #[test]
    fn a_byte_that_is_no_text_concerns_its_line_alone() {
        let bytes = b"\xef\xbb\xbf{\"a\": 1}\n{\"b\": \"\xc3\xa4\xff\xfe\"}\n\xff\n{\"c\": 3}\n{\"d\": \"\xc3".to_vec();
        let entries = read("x.jsonl", bytes, Format::JsonLines);
        let read: Vec<_> = entries.iter().map(|entry| (entry.line, entry.payload.is_some())).collect();
        assert_eq!(read, [(Some(1), true), (Some(2), false), (Some(3), false), (Some(4), true), (Some(5), false)]);
        let found = |index: usize| {
            let finding = &entries[index].findings[0];
            (finding.code, finding.place.line_column(), finding.message.as_str())
        };
        let message = "not UTF-8: the byte at offset 21 of the file, 9 of the line, is part of no character";
        assert_eq!(found(1), ("WN0105", (2, 9), message));
        let message = "not UTF-8: the byte at offset 26 of the file, 0 of the line, is part of no character";
        assert_eq!(found(2), ("WN0105", (3, 1), message));
        assert_eq!(found(4).1, (5, 8));
    }
}
