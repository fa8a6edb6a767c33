//! Captures: messages with their subjects and headers, one JSON object for each, usually on a line of its own.
//!
//! The form that `walnats tail` writes, of which everything but the payload may be missing:
//!
//! ```json
//! {"subject": "orders.eu.placed", "stream": "orders", "sequence": 7, "time": "2026-01-02T03:04:05Z",
//!  "headers": {"ce-type": ["order-placed"]}, "payload": {"order_id": "o_7"}}
//! ```
//!
//! `payload` is the JSON value of the message; bytes that are not JSON are `payload_base64`. Also read: what
//! `nats sub --dump` writes (`Subject`, `Header`, and `Data` in base64), what JetStream's API answers (`subject`, `hdrs` and `data` in
//! base64, perhaps within `message`), header values that are no lists, and `data` as text or as a JSON value.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::load::{Node, NodeValue};
use walnats_samples::payload::{Content, Payload, value};

use crate::message::decoded;

/// A message of a capture.
pub struct Captured {
    /// Where it was published.
    pub subject: Option<String>,
    /// Where the capture says so.
    pub subject_at: Option<Range<usize>>,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// Where the headers are.
    pub headers_at: Option<Range<usize>>,
    /// The bytes of the message, or the JSON value that they are.
    pub body: Body,
}

/// What a message carries.
pub enum Body {
    /// A value with its place.
    Value(Node),
    /// Text within a string of the capture.
    Text(String, Range<usize>),
    /// Bytes that the capture has in base64.
    Bytes(Vec<u8>, Range<usize>),
}

/// Why a capture cannot be read.
pub struct Unreadable {
    /// What is wrong, as a sentence.
    pub problem: String,
    /// Where.
    pub span: Range<usize>,
}

/// Reads a value as a captured message; `None` where it has not the form of one.
pub fn read(node: &Node) -> Option<Result<Captured, Unreadable>> {
    // The answer of JetStream's API to a request for a message.
    if member(node, &["subject"]).is_none()
        && let Some(message) = node.get("message").filter(|message| member(message, &["subject"]).is_some())
    {
        return read(message);
    }
    let payload = member(node, &["payload", "payload_base64", "data", "data_base64"])?;
    let subject = member(node, &["subject"]);
    let headers = member(node, &["headers", "header", "hdrs"]);
    if subject.is_none() && headers.is_none() {
        return None;
    }
    // A structured CloudEvent has `subject` and `data`, too.
    if node.get("specversion").is_some() {
        return None;
    }
    Some(captured(subject, headers, payload))
}

fn captured(
    subject: Option<(&str, &Node)>,
    headers: Option<(&str, &Node)>,
    (name, payload): (&str, &Node),
) -> Result<Captured, Unreadable> {
    let at = |member: Option<(&str, &Node)>| member.map(|(_, node)| node.span.clone());
    let (subject_at, headers_at) = (at(subject), at(headers));
    let subject = match subject {
        None => None,
        Some((_, node)) => match node.as_str() {
            Some(subject) => Some(subject.to_owned()),
            None => return Err(unreadable(node, "the subject must be a string")),
        },
    };
    let headers = match headers {
        None => Vec::new(),
        Some((_, node)) => read_headers(node)?,
    };
    Ok(Captured { subject, subject_at, headers, headers_at, body: read_body(name, payload)? })
}

fn read_body(name: &str, node: &Node) -> Result<Body, Unreadable> {
    let Some(text) = node.as_str() else { return Ok(Body::Value(node.clone())) };
    let decode = || STANDARD.decode(text);
    let is_base64 = name.to_ascii_lowercase().ends_with("_base64");
    if is_base64 {
        let bytes = decode().map_err(|_| unreadable(node, &format!("`{name}` must be base64")))?;
        return Ok(Body::Bytes(bytes, node.span.clone()));
    }
    let looks_like_json = text.trim_start().starts_with(['{', '[', '"']);
    if looks_like_json {
        return Ok(Body::Text(text.to_owned(), node.span.clone()));
    }
    match (name.eq_ignore_ascii_case("data"), decode()) {
        (true, Ok(bytes)) => Ok(Body::Bytes(bytes, node.span.clone())),
        (true, Err(_)) => Ok(Body::Text(text.to_owned(), node.span.clone())),
        (false, _) => Ok(Body::Value(node.clone())),
    }
}

fn read_headers(node: &Node) -> Result<Vec<(String, String)>, Unreadable> {
    if let Some(text) = node.as_str() {
        let bytes = STANDARD.decode(text).map_err(|_| unreadable(node, "headers must be an object, or base64"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let fields = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        return Ok(fields.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect());
    }
    let mut headers = Vec::new();
    for member in node.members() {
        let values = match &member.value.value {
            NodeValue::Array(items) => items.iter().collect(),
            _ => vec![&member.value],
        };
        for value in values {
            let Some(text) = value.as_str() else { return Err(unreadable(value, "a header must be a string")) };
            headers.push((member.name.clone(), text.to_owned()));
        }
    }
    match node.value {
        NodeValue::Object(_) | NodeValue::Null => Ok(headers),
        _ => Err(unreadable(node, "headers must be an object")),
    }
}

impl Captured {
    /// The first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The type in the headers of a CloudEvent in binary mode.
    pub fn cloud_event_type(&self) -> Option<String> {
        self.header("ce-type").map(|text| decoded(text).into_owned())
    }

    /// Whether the headers say that the payload is a CloudEvent with its attributes.
    pub fn is_structured(&self) -> bool {
        let content_type = self.header("content-type").unwrap_or_default();
        content_type.to_ascii_lowercase().starts_with("application/cloudevents")
    }
}

/// What a message carries, as a JSON value.
///
/// # Errors
/// Why it is none.
pub fn as_json(body: &Body, file: &Arc<SourceFile>) -> Result<Payload, Unreadable> {
    let parse = |text: String, span: &Range<usize>| {
        let part = Arc::new(SourceFile { path: file.path.clone(), text });
        let entry = if part.text.is_empty() {
            return Err(Unreadable { problem: "the message is empty".to_owned(), span: span.clone() });
        } else {
            let whole = 0..part.text.len();
            value(&part, whole)
        };
        match entry.payload {
            Some(payload) => Ok(Payload { file: Arc::clone(file), encoded_at: Some(span.clone()), ..payload }),
            None => {
                let found = entry.findings.first().map(|found| found.message.as_str()).unwrap_or("not valid JSON");
                Err(Unreadable { problem: format!("the message is {found}"), span: span.clone() })
            }
        }
    };
    match body {
        Body::Value(node) => Ok(Payload::new(Arc::clone(file), Content::Value(node.clone()))),
        Body::Text(text, span) => parse(text.clone(), span),
        Body::Bytes(bytes, span) => match String::from_utf8(bytes.clone()) {
            Ok(text) => parse(text, span),
            Err(_) => {
                Err(Unreadable { problem: "the message is not text, and so not JSON".to_owned(), span: span.clone() })
            }
        },
    }
}

/// What a message carries, as an encoded message of protobuf; JSON is read in protobuf's mapping.
///
/// # Errors
/// Why it is neither.
pub fn as_message(body: &Body, file: &Arc<SourceFile>) -> Result<Payload, Unreadable> {
    match body {
        Body::Bytes(bytes, span) => {
            let content = Content::Binary(bytes.clone());
            Ok(Payload { file: Arc::clone(file), content, encoded_at: Some(span.clone()) })
        }
        body => as_json(body, file),
    }
}

/// The member of one of these names, whatever their case, with the name as it is written.
fn member<'n>(node: &'n Node, names: &[&str]) -> Option<(&'n str, &'n Node)> {
    let is_one = |written: &str| names.iter().any(|name| name.eq_ignore_ascii_case(written));
    node.members().iter().find(|member| is_one(&member.name)).map(|member| (member.name.as_str(), &member.value))
}

fn unreadable(node: &Node, problem: &str) -> Unreadable {
    Unreadable { problem: problem.to_owned(), span: node.span.clone() }
}
