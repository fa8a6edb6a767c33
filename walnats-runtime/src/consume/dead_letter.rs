//! Dead letters: events that a service could not handle, in a stream where people can look at them.
//!
//! A dead letter has the payload and the headers of the event (without those that the server acts on) and these headers:
//! `Walnats-Dead-Why`, `-By` (the service), `-Event`, `-Subject`, `-Stream`, `-Sequence`, `-Time`, `-Attempts`, `-Message-Id`
//! and, of what cannot be decoded, `-Violations`: a JSON array of texts.

use std::borrow::Cow;
use std::time::Duration;

use async_nats::Message;

use super::delivery::Position;
use super::incoming::{ReadMessageError, header};
use crate::chain::Chain;
use crate::error::{DecodeError, EmitError};
use crate::message::{MessageParts, OutboundMessage, PartsError};
use crate::placement::kept;
use crate::publisher::Publisher;
use crate::stream::StreamDescriptor;
use crate::types::DateTime;

/// The subjects of dead letters: `_walnats.dead.<service>.<event>`.
const FILTER: &str = "_walnats.dead.>";

/// How long the ids of dead letters are remembered: a reader that dies between storing one and settling the event stores it
/// again, when the event comes again.
const WINDOW: Duration = Duration::from_secs(2 * 3_600);

/// The most bytes of the reason, and of the violations.
const MOST: usize = 2_048;

/// Why an event is a dead letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) why: String,
    /// Places and keywords, without the values.
    pub(super) violations: Vec<String>,
}

impl Reason {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), violations: Vec::new() }
    }
}

impl From<&ReadMessageError> for Reason {
    fn from(error: &ReadMessageError) -> Self {
        let violations = match error {
            ReadMessageError::Decode { source: DecodeError::Invalid(invalid), .. } => {
                invalid.violations().iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        Self { why: Chain(error).to_string(), violations }
    }
}

/// The stream of dead letters, by its names in the package.
pub(super) fn stream(name: &str, max_age: Option<Duration>) -> StreamDescriptor {
    StreamDescriptor {
        subjects: &[FILTER],
        first_description: "Events that services could not handle",
        max_age,
        duplicate_window: Some(max_age.filter(|age| !age.is_zero()).map_or(WINDOW, |age| age.min(WINDOW))),
        ..StreamDescriptor::new(kept(Cow::Borrowed(name)))
    }
}

/// Why a dead letter was not stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    #[error("the dead letter is not a valid message")]
    Parts(#[from] PartsError),
    #[error("the dead letter was not stored")]
    Emit(#[from] EmitError),
}

/// Stores a dead letter. The same event of a service is stored once.
pub(super) async fn keep(
    publisher: &Publisher,
    stream: &str,
    service: &str,
    event: Option<&str>,
    message: &Message,
    position: &Position,
    reason: &Reason,
) -> Result<(), NotKept> {
    let name = event.unwrap_or("unknown");
    let Position { sequence, attempt, time, .. } = position;
    let parts = MessageParts {
        event: name.to_owned(),
        stream: publisher.server_stream(stream).into_owned(),
        subject: publisher.server_subject(format!("_walnats.dead.{service}.{name}")),
        message_id: format!("dead:{service}:{}:{sequence}:{}", position.stream, time.as_nanosecond()),
        headers: headers(service, event, message, position, *attempt, reason),
        payload: message.payload.clone(),
        duplicate_window: WINDOW,
    };
    publisher.submit_confirmed(OutboundMessage::from_parts(parts)?, None).await?.await?;
    Ok(())
}

fn headers(
    service: &str,
    event: Option<&str>,
    message: &Message,
    position: &Position,
    attempt: u64,
    reason: &Reason,
) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let present = message.headers.iter().flat_map(|headers| headers.iter());
    for (name, values) in present {
        let name = AsRef::<str>::as_ref(name);
        let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
        let value = values.join(", ");
        if is_kept(name) && !value.chars().any(|c| c.is_control() && c != '\t') {
            headers.push((name.to_owned(), value));
        }
    }
    let id = message.headers.as_ref().and_then(|headers| header(headers, "Nats-Msg-Id"));
    let own = [
        ("Why", Some(printable(&reason.why))),
        ("By", Some(service.to_owned())),
        ("Event", event.map(str::to_owned)),
        ("Subject", Some(message.subject.to_string())),
        ("Stream", Some(position.stream.clone())),
        ("Sequence", Some(position.sequence.to_string())),
        ("Time", Some(DateTime::from(position.time).to_string())),
        ("Attempts", Some(attempt.to_string())),
        ("Message-Id", id.map(printable)),
        ("Violations", violations(&reason.violations)),
    ];
    headers.extend(own.into_iter().filter_map(|(name, value)| Some((format!("Walnats-Dead-{name}"), value?))));
    headers
}

/// Whether a header of the event is one of its dead letter. The server would act on its own; a delay is over.
fn is_kept(name: &str) -> bool {
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let lower = name.to_ascii_lowercase();
    valid && !lower.starts_with("nats-") && !lower.starts_with("walnats-dead-") && lower != "walnats-delay"
}

/// A text that a header can hold.
fn printable(text: &str) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.len() > MOST {
        let end = (0..=MOST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

/// As many as there is space for.
fn violations(all: &[String]) -> Option<String> {
    let mut size = 0;
    let some: Vec<&String> = all
        .iter()
        .take_while(|violation| {
            size += violation.len() + 3;
            size <= MOST
        })
        .collect();
    if some.is_empty() { None } else { serde_json::to_string(&some).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_header() {
        assert_eq!(printable("a\r\nb\tc"), "a  b c");
        assert_eq!(printable(&"ö".repeat(2_000)).len(), MOST + "…".len());
        assert_eq!(violations(&[]), None);
        assert_eq!(violations(&["a\"".to_owned()]).as_deref(), Some(r#"["a\""]"#));
        assert!(violations(&vec!["x".repeat(100); 100]).is_some_and(|text| text.len() <= MOST));
    }

    #[test]
    fn the_server_does_not_act_on_a_dead_letter() {
        for name in ["Nats-Msg-Id", "nats-ttl", "Nats-Expected-Stream", "Walnats-Delay", "Walnats-Dead-Why", "", "a b"]
        {
            assert!(!is_kept(name), "{name}");
        }
        assert!(is_kept("Walnats-Event") && is_kept("ce-id") && is_kept("traceparent"));
    }
}
