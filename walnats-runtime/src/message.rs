//! Messages and their receipts.

mod message_parts;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::headers::Headers;

pub use message_parts::{MessageParts, PartsError};

/// The header that makes the stream reject a second message on a subject.
pub(crate) const EXPECTED_SUBJECT_SEQUENCE: &str = "Nats-Expected-Last-Subject-Sequence";

/// A finished message: a validated, encoded event and its subject. `Debug` shows sizes only.
#[derive(Clone)]
pub struct OutboundMessage {
    pub(crate) event: Cow<'static, str>,
    pub(crate) stream: Cow<'static, str>,
    pub(crate) subject: String,
    pub(crate) message_id: String,
    pub(crate) headers: Headers,
    pub(crate) payload: Bytes,
    pub(crate) duplicate_window: Duration,
    /// Whether the id was generated for this message, so that no other message has it.
    pub(crate) fresh_id: bool,
    /// Whether it is sent with `Nats-Expected-Stream`.
    pub(crate) expect_stream: bool,
}

impl OutboundMessage {
    /// The event's name.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The stream.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// The subject it is published on.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The deduplication id, sent as `Nats-Msg-Id`.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The headers, without `Nats-Msg-Id` and `Nats-Expected-Stream`, which are added when it is sent.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The encoded event.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Whether the stream stores at most one message on its subject.
    pub fn is_once(&self) -> bool {
        self.headers.get(EXPECTED_SUBJECT_SEQUENCE) == Some("0")
    }

    /// How long the stream remembers ids: the message is resent for at most this long after the first attempt. For a message
    /// that is stored once: how long the stream keeps it.
    pub fn duplicate_window(&self) -> Duration {
        self.duplicate_window
    }

    /// The size of headers and payload in bytes, as the server counts it.
    pub fn wire_size(&self) -> usize {
        const FRAME: usize = "NATS/1.0\r\n\r\n".len();
        const LINE: usize = ": \r\n".len();
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + LINE).sum();
        let own =
            "Nats-Msg-Id".len() + self.message_id.len() + "Nats-Expected-Stream".len() + self.stream.len() + 2 * LINE;
        FRAME + headers + own + self.payload.len()
    }
}

impl fmt::Debug for OutboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundMessage")
            .field("event", &self.event)
            .field("stream", &self.stream)
            .field("subject_bytes", &self.subject.len())
            .field("message_id_bytes", &self.message_id.len())
            .field("headers", &self.headers.len())
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

/// Confirms that JetStream stored the event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// Whether it was new, and its sequence number.
    pub outcome: Outcome,
    /// The stream that stored it.
    pub stream: String,
    /// The JetStream domain of that stream, if any.
    pub domain: Option<String>,
    /// Its deduplication id.
    pub message_id: String,
}

/// What JetStream did with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stored the event with this sequence number.
    Stored(u64),
    /// It already had a message with the same id, or the same key of [`Emit::once`](crate::Emit::once), at this sequence number.
    /// If this emit was sent more than once and its id comes from the caller or the schema, that message can be its own first
    /// attempt.
    Duplicate(u64),
}

impl Outcome {
    /// The sequence number in the stream.
    pub fn sequence(self) -> u64 {
        match self {
            Self::Stored(sequence) | Self::Duplicate(sequence) => sequence,
        }
    }
}

impl Receipt {
    /// The sequence number in the stream.
    pub fn sequence(&self) -> u64 {
        self.outcome.sequence()
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Outcome::Stored(sequence) => write!(f, "stored as {sequence} of `{}`", self.stream),
            Outcome::Duplicate(sequence) => write!(f, "already stored as {sequence} of `{}`", self.stream),
        }
    }
}
