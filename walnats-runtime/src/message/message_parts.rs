//! The parts of a message, to keep it elsewhere for a while: in an outbox, for example.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::OutboundMessage;
use crate::headers::{HeaderError, Headers};
use crate::subject::{MessageIdError, SubjectProblem, check_message_id, subject_problem};

/// The parts of an [`OutboundMessage`]. `Debug` shows sizes only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MessageParts {
    /// The event's name.
    pub event: String,
    /// The stream that will store it.
    pub stream: String,
    /// The subject that it is published on.
    pub subject: String,
    /// The deduplication id.
    pub message_id: String,
    /// Names and values, in order, without `Nats-Msg-Id` and `Nats-Expected-Stream`.
    pub headers: Vec<(String, String)>,
    /// The encoded event.
    pub payload: Bytes,
    /// How long the stream remembers ids.
    pub duplicate_window: Duration,
}

/// The parts are not a valid message. Names the invalid part, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// The subject is invalid.
    #[error("its subject, or a part of it, {0}")]
    Subject(SubjectProblem),
    /// The id is invalid.
    #[error("its id cannot be used")]
    MessageId(#[from] MessageIdError),
    /// A header cannot be sent.
    #[error("a header cannot be sent")]
    Header(#[from] HeaderError),
    /// The stream's name cannot be sent in a header.
    #[error("the name of its stream is empty or contains a control character")]
    Stream,
}

impl OutboundMessage {
    /// Splits the message into its parts.
    pub fn into_parts(self) -> MessageParts {
        MessageParts {
            event: self.event.into_owned(),
            stream: self.stream.into_owned(),
            subject: self.subject,
            message_id: self.message_id,
            headers: self.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            payload: self.payload,
            duplicate_window: self.duplicate_window,
        }
    }

    /// Assembles a message. The payload is not validated again.
    ///
    /// # Errors
    ///
    /// A part would break the protocol.
    pub fn from_parts(parts: MessageParts) -> Result<Self, PartsError> {
        if let Some(problem) = subject_problem(&parts.subject) {
            return Err(PartsError::Subject(problem));
        }
        if parts.stream.is_empty() || parts.stream.chars().any(char::is_control) {
            return Err(PartsError::Stream);
        }
        check_message_id(&parts.message_id)?;
        let mut headers = Headers::new();
        for (name, value) in parts.headers {
            headers.insert_again(name, value)?;
        }
        Ok(Self {
            event: Cow::Owned(parts.event),
            stream: Cow::Owned(parts.stream),
            subject: parts.subject,
            message_id: parts.message_id,
            headers,
            payload: parts.payload,
            duplicate_window: parts.duplicate_window,
            fresh_id: false,
            // The publisher knows the stream: see `Publisher::submit`.
            expect_stream: true,
        })
    }
}

impl fmt::Debug for MessageParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageParts")
            .field("event", &self.event)
            .field("stream", &self.stream)
            .field("subject_bytes", &self.subject.len())
            .field("message_id_bytes", &self.message_id.len())
            .field("headers", &self.headers.len())
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> MessageParts {
        MessageParts {
            event: "note-taken".into(),
            stream: "notes".into(),
            subject: "notes.home".into(),
            message_id: "one".into(),
            headers: vec![("Walnats-Trace".into(), "t".into()), ("ce-id".into(), "one".into())],
            payload: Bytes::from_static(b"{}"),
            duplicate_window: Duration::from_secs(120),
        }
    }

    #[test]
    fn a_message_survives_being_taken_apart() {
        let message = OutboundMessage::from_parts(parts()).expect("valid");
        assert_eq!(message.into_parts(), parts());
    }

    #[test]
    fn what_would_break_the_protocol_is_refused_without_showing_it() {
        type Spoil = fn(&mut MessageParts);
        let spoilt: [Spoil; 6] = [
            |parts| parts.subject = "secret..x".into(),
            |parts| parts.stream = "secret\r\n".into(),
            |parts| parts.message_id = "secret\n".into(),
            |parts| parts.headers.push(("X".into(), "secret\r\n".into())),
            |parts| parts.headers.push(("a b".into(), "secret".into())),
            |parts| parts.headers.push(("Nats-Msg-Id".into(), "secret".into())),
        ];
        for (index, spoil) in spoilt.iter().enumerate() {
            let mut parts = parts();
            spoil(&mut parts);
            let error = OutboundMessage::from_parts(parts).expect_err(&index.to_string());
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    }
}
