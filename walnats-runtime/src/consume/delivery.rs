//! What is known about an event besides its payload.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use async_nats::{HeaderMap, Message};
use jiff::Timestamp;

use super::incoming::header;
use crate::cloud_event::CloudEvent;
use crate::tolerated::Unknown;
use crate::types::DateTime;

/// What is known about an event besides its payload. Clones are cheap. `Debug` shows no header values and no subject.
#[derive(Clone)]
pub struct Delivery {
    inner: Arc<Inner>,
}

struct Inner {
    event: &'static str,
    message: Arc<Message>,
    cloud_event: Option<CloudEvent>,
    position: Position,
    /// Set when the payload was read.
    unknown: OnceLock<Unknown>,
}

/// Where a message is, and how often it was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) stream: Arc<str>,
    pub(super) sequence: u64,
    /// The number of the delivery: a consumer counts all that it makes.
    pub(super) delivery: u64,
    pub(super) attempt: u64,
    pub(super) time: Timestamp,
    /// Messages that the consumer has not delivered yet.
    pub(super) pending: u64,
    /// If it is a replayed dead letter.
    pub(super) replay: Option<Replay>,
}

/// Which replay of a dead letter an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replay {
    /// The sequence number in the stream of replays.
    pub(super) sequence: u64,
    /// That of the dead letter, if it is known.
    pub(super) dead_letter: Option<u64>,
}

impl Delivery {
    pub(super) fn new(
        event: &'static str,
        message: Arc<Message>,
        position: Position,
        cloud_event: Option<CloudEvent>,
    ) -> Self {
        Self { inner: Arc::new(Inner { event, message, cloud_event, position, unknown: OnceLock::new() }) }
    }

    /// Says what the payload had that its schema does not know.
    pub(super) fn did_not_know(&self, unknown: Unknown) {
        // A payload is read once.
        let _ = self.inner.unknown.set(unknown);
    }

    /// What the payload had that its schema does not know, where it was read tolerantly.
    pub fn unknown(&self) -> Unknown {
        self.inner.unknown.get().copied().unwrap_or_default()
    }

    /// The event's name.
    pub fn event(&self) -> &'static str {
        self.inner.event
    }

    /// What tells the event apart from all others that a service reads, and stays the same however often it is delivered or
    /// replayed: for a table of what was handled, as `Inbox::first` of the crate walnats-outbox has it. At most 1,024 bytes, without
    /// control characters.
    ///
    /// It consists of the event's name and its deduplication id, so that an emitter that stores an event again with the same id, even
    /// after the stream has forgotten it, means the same event. If there is none (a schedule of the server removes it), the source
    /// and id of the CloudEvent take its place; otherwise stream, sequence number and time.
    pub fn identity(&self) -> String {
        let event = self.event();
        let of_cloud_event = |cloud_event: &CloudEvent| {
            let id = cloud_event.id.as_deref().filter(|id| !id.is_empty())?;
            Some(format!("{event} cloud-event {} {id}", cloud_event.source))
        };
        let id = self.message_id().filter(|id| !id.is_empty()).map(|id| format!("{event} id {id}"));
        let id = id.or_else(|| self.cloud_event().and_then(of_cloud_event)).filter(|id| is_key(id));
        let Position { stream, sequence, time, .. } = &self.inner.position;
        id.unwrap_or_else(|| format!("{event} at {stream} {sequence} {}", time.as_nanosecond()))
    }

    /// The subject that it was published on, as it is on this server.
    pub fn subject(&self) -> &str {
        &self.inner.message.subject
    }

    /// The stream, by its name on this server.
    pub fn stream(&self) -> &str {
        &self.inner.position.stream
    }

    /// Its sequence number in the stream.
    pub fn sequence(&self) -> u64 {
        self.inner.position.sequence
    }

    /// How often it was delivered, this delivery included.
    pub fn attempt(&self) -> u64 {
        self.inner.position.attempt
    }

    /// When the stream stored it.
    pub fn time(&self) -> DateTime {
        self.inner.position.time.into()
    }

    /// How many events were waiting behind it when it was delivered: the lag of the service in this stream.
    pub fn pending(&self) -> u64 {
        self.inner.position.pending
    }

    /// Whether it is a dead letter that was replayed. Everything else is said of the event as it was: its subject, stream, sequence
    /// number, time and headers. Attempts are counted anew.
    pub fn is_replay(&self) -> bool {
        self.inner.position.replay.is_some()
    }

    /// The sequence number that a replayed event had in the stream of dead letters.
    pub fn replayed_from(&self) -> Option<u64> {
        self.inner.position.replay?.dead_letter
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        static NONE: LazyLock<HeaderMap> = LazyLock::new(HeaderMap::new);
        self.inner.message.headers.as_ref().unwrap_or(&NONE)
    }

    /// The first value of a header. Names are compared case-insensitively.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.inner.message.headers.as_ref()?, name)
    }

    /// The emitter's deduplication id.
    pub fn message_id(&self) -> Option<&str> {
        self.header("Nats-Msg-Id")
    }

    /// The trace id that the emitter set (`Walnats-Trace`).
    pub fn trace_id(&self) -> Option<&str> {
        self.header("Walnats-Trace")
    }

    /// The trace context of the emitter (<https://www.w3.org/TR/trace-context/>), from the header `traceparent` or the
    /// CloudEvent's attribute.
    pub fn traceparent(&self) -> Option<&str> {
        let attribute = || self.cloud_event()?.extensions.get("traceparent");
        self.header("traceparent").or_else(|| match attribute() {
            Some(crate::AttributeValue::String(text)) => Some(text),
            _ => None,
        })
    }

    /// The state that goes with [`Delivery::traceparent`], from the same place.
    pub fn tracestate(&self) -> Option<&str> {
        if self.header("traceparent").is_some() {
            return self.header("tracestate");
        }
        match self.cloud_event()?.extensions.get("tracestate") {
            Some(crate::AttributeValue::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The attributes, if it came as a valid CloudEvent, in binary or structured mode.
    pub fn cloud_event(&self) -> Option<&CloudEvent> {
        self.inner.cloud_event.as_ref()
    }
}

/// Whether a database can index it.
fn is_key(text: &str) -> bool {
    text.len() <= 1_024 && !text.chars().any(char::is_control)
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("event", &self.event())
            .field("stream", &self.stream())
            .field("sequence", &self.sequence())
            .field("attempt", &self.attempt())
            .field("headers", &self.headers().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_acknowledgements_are_read() {
        let position = Position {
            stream: "orders".into(),
            sequence: 7,
            delivery: 9,
            attempt: 2,
            time: Timestamp::from_second(1_800_000_000).expect("a time"),
            pending: 5,
            replay: None,
        };
        for reply in [
            "$JS.ACK.orders.billing.2.7.9.1800000000000000000.5",
            "$JS.ACK._.x.orders.billing.2.7.9.1800000000000000000.5",
            "$JS.ACK.hub.x.orders.billing.2.7.9.1800000000000000000.5.token",
        ] {
            assert_eq!(Position::of(reply, &"orders".into()), Some(position.clone()), "{reply}");
        }
        for reply in [
            "",
            "_INBOX.a",
            "$JS.ACK.orders.billing.2.7.9.1800000000000000000",
            "$JS.ACK.x.orders.billing.2.7.9.1800000000000000000.5",
            "$JS.ACK.orders.billing.2.7.9.1800000000000000000.",
            "$JS.ACK.orders.billing.2.7.9.18446744073709551616.5",
            "$JS.ACK.a.b.c.d.e.f.g",
        ] {
            assert_eq!(Position::of(reply, &"orders".into()), None, "{reply}");
        }
    }

    #[test]
    fn an_event_is_known_by_its_id_or_its_place() {
        let identity = |headers: &[(&str, &str)]| {
            let mut map = HeaderMap::new();
            headers.iter().for_each(|(name, value)| map.insert(*name, *value));
            let message = Message {
                subject: "orders.eu.placed".into(),
                reply: None,
                payload: "{}".into(),
                headers: Some(map.clone()),
                status: None,
                description: None,
                length: 0,
            };
            let position =
                Position::of("$JS.ACK.orders.billing.2.7.9.1800000000000000000.5", &"".into()).expect("a position");
            Delivery::new("placed", Arc::new(message), position, CloudEvent::from_headers(&map).ok()).identity()
        };
        let place = "placed at orders 7 1800000000000000000";
        let binary = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
        assert_eq!(identity(&[("Nats-Msg-Id", "m-1")]), "placed id m-1");
        assert_eq!(identity(&binary), "placed cloud-event /s 1");
        assert_eq!(identity(&[]), place);
        assert_eq!(identity(&[("Nats-Msg-Id", "a\u{1}b")]), place);
        assert_eq!(identity(&[("Nats-Msg-Id", "x".repeat(2_000).as_str())]), place);
    }
}
