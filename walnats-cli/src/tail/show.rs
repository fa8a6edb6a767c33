//! How events are shown.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use walnats_codegen::EventModel;
use walnats_codegen::model::{Event, Payload, ProtobufEncoding};
use walnats_runtime::Publisher;

use super::delivery::Delivery;
use super::recognise::{Recognised, recognise};
use crate::global_options::GlobalOptions;
use crate::message::{Envelope, faults};
use crate::outcome::Failure;
use crate::payload::{Invalid, Payloads, compact};
use crate::report;

/// How events are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Metadata in a line, then the payload over several lines.
    Pretty,
    /// One line for each event.
    Line,
    /// JSON Lines with subject, headers and payload.
    Capture,
}

impl Format {
    /// The format that is asked for.
    pub fn of(global: &GlobalOptions) -> Result<Self, Failure> {
        match &global.outputs[..] {
            [] => Ok(Self::Pretty),
            [output] if output.file.is_some() => Err("`walnats tail` writes to standard output only".into()),
            [output] => match output.format {
                report::Format::Human => Ok(Self::Pretty),
                report::Format::Concise => Ok(Self::Line),
                report::Format::Json => Ok(Self::Capture),
                _ => Err("`walnats tail` has the formats `human`, `concise` and `json`".into()),
            },
            _ => Err("`walnats tail` has one format at a time".into()),
        }
    }
}

/// Shows events in one format.
pub struct Shower<'a> {
    pub format: Format,
    pub model: &'a EventModel,
    pub payloads: &'a Payloads<'a>,
    pub publisher: &'a Publisher,
    /// What comes before the subjects of the package on the server.
    pub prefix: String,
    /// Only events of this name.
    pub event: Option<&'a str>,
}

impl Shower<'_> {
    /// The text of an event, with a line break at the end, and whether the event is valid; `None` if it is another event than
    /// the one asked for.
    pub fn text(&self, delivery: &Delivery) -> Option<(String, bool)> {
        let Recognised { event, payload, fault } = recognise(self.model, self.publisher, delivery);
        let name = event.map(|event| event.name.as_str());
        if self.event.is_some() && name.is_some() && name != self.event {
            return None;
        }
        let (json, valid) = match event {
            Some(event) => self.payloads.read(event, &payload),
            None => (compact(&payload), Err(Invalid(vec!["it is none of the package's events".to_owned()]))),
        };
        let mut wrong: Vec<String> = fault.into_iter().collect();
        let is_readable = wrong.is_empty();
        let envelope = Envelope {
            subject: Some(&delivery.subject),
            header: &|name| delivery.header(name),
            prefix: Some(&self.prefix),
        };
        wrong.extend(faults(self.model, &envelope).into_iter().map(|fault| fault.message));
        if is_readable {
            wrong.extend(valid.err().into_iter().flat_map(|Invalid(why)| why));
        }
        let is_valid = wrong.is_empty();
        let text = match self.format {
            Format::Capture => {
                let is_binary = event.is_some_and(is_binary);
                captured(delivery, is_binary)
            }
            Format::Line => {
                let payload = json.unwrap_or_else(|| format!("<{} bytes>", payload.len()));
                let mark = if is_valid { String::new() } else { format!(" INVALID: {}", wrong.join("; ")) };
                format!("{} {payload}{mark}\n", head(delivery, name))
            }
            Format::Pretty => {
                let pretty = json.map(|json| pretty(&json)).unwrap_or_else(|| format!("<{} bytes>", payload.len()));
                let mut text = format!("{}\n{pretty}\n", head(delivery, name));
                for wrong in &wrong {
                    text += &format!("  INVALID: {wrong}\n");
                }
                text + "\n"
            }
        };
        Some((text, is_valid))
    }
}

/// Time, stream and sequence, event, subject, id.
/// Whether the payloads of an event are not text.
fn is_binary(event: &Event) -> bool {
    matches!((&event.payload, event.protobuf_encoding), (Payload::Protobuf(_), ProtobufEncoding::Binary))
}

fn head(delivery: &Delivery, event: Option<&str>) -> String {
    let Delivery { subject, stream, sequence, time, .. } = delivery;
    let number = sequence.map(|sequence| format!("/{sequence}")).unwrap_or_default();
    let event = event.unwrap_or("?");
    let id = delivery.header("Nats-Msg-Id").map(|id| format!(" id={id}")).unwrap_or_default();
    // Whoever may publish chooses the subject and the id.
    report::text::one_line(&format!("{time:.3} {stream}{number} {event} {subject}{id}"))
}

/// Compact JSON over several lines: members in the order of the text, numbers as written.
pub fn pretty(compact: &str) -> String {
    let mut text = String::with_capacity(compact.len() * 2);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut characters = compact.chars().peekable();
    while let Some(c) = characters.next() {
        if in_string {
            in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            text.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                text.push(c);
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(close);
                } else {
                    depth += 1;
                    break_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut text, depth);
                text.push(c);
            }
            ',' => {
                text.push(c);
                break_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            c => {
                in_string = c == '"';
                text.push(c);
            }
        }
    }
    text
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

/// A line of a capture, for `walnats validate`: the payload verbatim if it is JSON, otherwise as base64.
fn captured(delivery: &Delivery, is_binary: bool) -> String {
    let Delivery { subject, stream, sequence, time, headers, payload } = delivery;
    let quoted = |text: &str| Value::from(text).to_string();
    let headers = headers.iter().map(|(name, values)| format!("{}:{}", quoted(name), Value::from(values.clone())));
    let headers = headers.collect::<Vec<_>>().join(",");
    let payload = match compact(payload).filter(|_| !is_binary) {
        Some(json) => format!("\"payload\":{json}"),
        None => format!("\"payload_base64\":\"{}\"", STANDARD.encode(payload)),
    };
    let sequence = sequence.map(|sequence| format!("\"sequence\":{sequence},")).unwrap_or_default();
    let (subject, stream) = (quoted(subject), quoted(stream));
    format!(r#"{{"subject":{subject},"stream":{stream},{sequence}"time":"{time}","headers":{{{headers}}},{payload}}}"#)
        + "\n"
}

/// Writes to standard output. Returns whether anybody reads it.
pub fn write(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("cannot write the output: {error}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_as_written() {
        let text = r#"{"a":[],"b":{"c":[1.50,"x{,\":"]},"d":{}}"#;
        let expected =
            "{\n  \"a\": [],\n  \"b\": {\n    \"c\": [\n      1.50,\n      \"x{,\\\":\"\n    ]\n  },\n  \"d\": {}\n}";
        assert_eq!(pretty(text), expected);
    }
}
