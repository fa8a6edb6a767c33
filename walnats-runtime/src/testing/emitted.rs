//! What was emitted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use walnats_memory::{Headers, Record};

use crate::cloud_event::CloudEvent;
use crate::event::{Event, EventDescriptor, is_envelope};

/// An event that was emitted, see [`Memory::emitted`](crate::Memory::emitted).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Emitted<E> {
    /// The event.
    pub event: E,
    /// How it was sent.
    pub message: EmittedMessage,
}

/// How an event was sent, see [`Memory::emitted_all`](crate::Memory::emitted_all).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmittedMessage {
    /// The event's name; of a CloudEvent, its type.
    pub name: String,
    /// The subject. For an event that the stream holds until it is due: the one that it is published on then.
    pub subject: String,
    /// The deduplication id.
    pub message_id: String,
    /// All headers, those for JetStream among them.
    pub headers: BTreeMap<String, String>,
    /// The payload as it was sent.
    pub payload: Bytes,
    /// The stream that took it.
    pub stream: String,
    /// Its sequence number there. For an event that the stream holds until it is due: that of its schedule.
    pub sequence: u64,
    /// When it was stored, by the clock of the test.
    pub time: SystemTime,
    /// When it is due, if it was delayed.
    pub due: Option<SystemTime>,
}

impl EmittedMessage {
    /// `None` for messages that are not events: dead letters, and what other programs sent.
    pub(super) fn of(record: Record) -> Option<Self> {
        let Record { stream, sequence, subject, headers, payload, time, .. } = record;
        let name = name(&headers, &payload)?.into_owned();
        let get = |name: &str| headers.get(name).map(str::to_owned);
        Some(Self {
            name,
            subject: get("Nats-Schedule-Target").unwrap_or(subject),
            message_id: get("Nats-Msg-Id").unwrap_or_default(),
            due: due(&headers),
            headers: headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            payload,
            stream,
            sequence,
            time,
        })
    }

    /// Whether it is an event of this type.
    pub fn is<E: Event>(&self) -> bool {
        names(E::DESCRIPTOR, &self.name)
    }

    /// The event.
    ///
    /// # Panics
    ///
    /// It is another event, or cannot be decoded.
    #[track_caller]
    pub fn decoded<E: Event>(&self) -> Emitted<E> {
        let payload = match self.headers.get("Content-Type").or_else(|| self.headers.get("content-type")) {
            Some(kind) if is_envelope(kind) => {
                let data = CloudEvent::from_structured(&self.payload).ok().and_then(|(_, data)| data);
                Cow::Owned(data.unwrap_or_default())
            }
            _ => Cow::Borrowed(self.payload.as_ref()),
        };
        match E::decode(&payload) {
            Ok(event) => Emitted { event, message: self.clone() },
            Err(error) => panic!("`{}` on `{}` cannot be decoded: {error}", self.name, self.subject),
        }
    }
}

/// Shows the payload: it is of a test.
impl fmt::Debug for EmittedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmittedMessage")
            .field("name", &self.name)
            .field("subject", &self.subject)
            .field("message_id", &self.message_id)
            .field("headers", &self.headers)
            .field("payload", &String::from_utf8_lossy(&self.payload))
            .field("stream", &self.stream)
            .field("sequence", &self.sequence)
            .field("due", &self.due)
            .finish_non_exhaustive()
    }
}

/// Whether a message is an event.
pub(super) fn is_event(headers: &Headers, payload: &[u8]) -> bool {
    name(headers, payload).is_some()
}

/// Whether a message is an event of this type.
pub(super) fn is<E: Event>(headers: &Headers, payload: &[u8]) -> bool {
    name(headers, payload).is_some_and(|name| names(E::DESCRIPTOR, &name))
}

fn names(event: &EventDescriptor, name: &str) -> bool {
    event.name == name || event.event_type == name
}

/// The name of the event that a message is, or its CloudEvents type.
fn name<'a>(headers: &'a Headers, payload: &[u8]) -> Option<Cow<'a, str>> {
    // A dead letter has the headers of its event, and so has one that is replayed.
    if headers.get("Walnats-Dead-By").or_else(|| headers.get("Walnats-Replayed-From")).is_some() {
        return None;
    }
    if let Some(name) = headers.get("Walnats-Event").or_else(|| headers.get("ce-type")) {
        return Some(Cow::Borrowed(name));
    }
    let content_type = headers.get("Content-Type").or_else(|| headers.get("content-type"))?;
    let event = is_envelope(content_type).then(|| CloudEvent::from_structured(payload).ok())??.0;
    event.event_type.map(Cow::Owned)
}

/// When a delayed event is due: by the stream, or by its readers.
fn due(headers: &Headers) -> Option<SystemTime> {
    if let Some(at) = headers.get("Nats-Schedule").and_then(|schedule| schedule.strip_prefix("@at ")) {
        return at.parse::<jiff::Timestamp>().ok().map(SystemTime::from);
    }
    let seconds = headers.get("Walnats-Delay")?.parse().ok()?;
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}
