//! Rows of the outbox.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use walnats_runtime::{MessageParts, OutboundMessage, PartsError};

/// The longest ordering key, in bytes.
pub const MAX_KEY_BYTES: usize = 1_024;

/// A row to insert with the statement `ENQUEUE` of [`sql`](crate::sql), whose parameters are the fields in this
/// order. `Debug` shows sizes only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewRow {
    /// The event's name.
    pub event: String,
    /// The stream.
    pub stream: String,
    /// The subject it is published on.
    pub subject: String,
    /// The deduplication id.
    pub message_id: String,
    /// JSON: `[["name", "value"], ...]`.
    pub headers: String,
    /// The encoded event, byte for byte.
    pub payload: Bytes,
    /// The stream's duplicate window, in milliseconds.
    pub duplicate_window_ms: i64,
    /// Rows with the same key are sent one by one, in commit order.
    pub ordering_key: Option<String>,
    /// The earliest time to send it: milliseconds since 1970 on the database's clock.
    pub not_before_ms: i64,
}

impl NewRow {
    /// The row for a message.
    ///
    /// # Errors
    ///
    /// The key is invalid.
    pub fn new(
        message: OutboundMessage,
        key: Option<String>,
        not_before: Option<SystemTime>,
    ) -> Result<Self, KeyError> {
        if let Some(key) = &key {
            check_key(key)?;
        }
        let parts = message.into_parts();
        let since_epoch = not_before.map(|time| time.duration_since(UNIX_EPOCH).unwrap_or_default());
        Ok(Self {
            event: parts.event,
            stream: parts.stream,
            subject: parts.subject,
            message_id: parts.message_id,
            headers: serde_json::to_string(&parts.headers).expect("pairs of strings are JSON"),
            payload: parts.payload,
            duplicate_window_ms: milliseconds(parts.duplicate_window),
            ordering_key: key,
            not_before_ms: since_epoch.map_or(0, milliseconds),
        })
    }
}

/// An invalid ordering key, which is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// An empty key would make unrelated events wait for each other.
    #[error("the ordering key is empty")]
    Empty,
    /// More than [`MAX_KEY_BYTES`].
    #[error("the ordering key is {0} bytes long, the limit is {MAX_KEY_BYTES}")]
    TooLong(usize),
    /// Postgres cannot store every control character.
    #[error("the ordering key contains a control character")]
    Control,
}

fn check_key(key: &str) -> Result<(), KeyError> {
    match key {
        "" => Err(KeyError::Empty),
        key if key.len() > MAX_KEY_BYTES => Err(KeyError::TooLong(key.len())),
        key if key.chars().any(char::is_control) => Err(KeyError::Control),
        _ => Ok(()),
    }
}

/// A row of the outbox. `Debug` shows sizes in place of possibly secret values.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Ascending in commit order for each key.
    pub id: i64,
    /// The event's name.
    pub event: String,
    /// The stream.
    pub stream: String,
    /// The subject it is published on.
    pub subject: String,
    /// The deduplication id.
    pub message_id: String,
    /// JSON: `[["name", "value"], ...]`.
    pub headers: String,
    /// The encoded event.
    pub payload: Bytes,
    /// The stream's duplicate window.
    pub duplicate_window: Duration,
    /// The ordering key.
    pub ordering_key: Option<String>,
    /// When it was enqueued, on the database's clock.
    pub created: SystemTime,
    /// Counts the leases; results of a relay with a stale epoch are ignored.
    pub epoch: i64,
    /// The first attempt after which it may be stored; `None` if it is certainly not stored.
    pub first_attempt: Option<SystemTime>,
    /// The number of attempts.
    pub attempts: u32,
    /// How often JetStream rejected the row itself.
    pub refusals: u32,
    /// The error of the last attempt.
    pub last_error: Option<String>,
}

impl Row {
    /// The message to send.
    ///
    /// # Errors
    ///
    /// The row was written by other software and is not a valid message.
    pub fn message(&self) -> Result<OutboundMessage, RowError> {
        self.message_within(self.duplicate_window)
    }

    /// The message, for a stream that remembers its id for this long.
    pub(crate) fn message_within(&self, duplicate_window: Duration) -> Result<OutboundMessage, RowError> {
        Ok(OutboundMessage::from_parts(MessageParts {
            event: self.event.clone(),
            stream: self.stream.clone(),
            subject: self.subject.clone(),
            message_id: self.message_id.clone(),
            headers: serde_json::from_str(&self.headers).map_err(|_| RowError::Headers)?,
            payload: self.payload.clone(),
            duplicate_window,
        })?)
    }
}

/// A row that is not a valid message; its content is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A part would violate the protocol.
    #[error("the row is not a valid message")]
    Parts(#[from] PartsError),
    /// Not `[["name", "value"], ...]`.
    #[error("the row's headers are not JSON of the form [[\"name\", \"value\"], ...]")]
    Headers,
}

impl fmt::Debug for NewRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRow")
            .field("event", &self.event)
            .field("stream", &self.stream)
            .field("headers_bytes", &self.headers.len())
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("event", &self.event)
            .field("stream", &self.stream)
            .field("headers_bytes", &self.headers.len())
            .field("payload_bytes", &self.payload.len())
            .field("epoch", &self.epoch)
            .field("attempts", &self.attempts)
            .field("last_error", &self.last_error)
            .finish_non_exhaustive()
    }
}

/// In the database's unit, limited to what it can hold.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}
