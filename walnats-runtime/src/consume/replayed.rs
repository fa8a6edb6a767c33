//! Replayed dead letters, read as the events that they were.
//!
//! `walnats dead replay` publishes a dead letter on `_walnats.replay.<service>.<event>`, in a work queue that only the readers of that
//! service read: no other service gets the event again. It keeps those of the headers `Walnats-Dead-*` that say where the event was,
//! and has `Walnats-Replayed-From`, the sequence number of the dead letter.

use std::borrow::Cow;

use async_nats::{HeaderMap, Message};
use percent_encoding::percent_decode_str;

use super::delivery::{Position, Replay};
use super::incoming::header;

/// The sequence number of the dead letter that a message replays.
pub(super) const REPLAYED_FROM: &str = "Walnats-Replayed-From";

/// The message and the position that the event had, as far as the headers say them. What JetStream counts stays: the attempts and
/// the events that wait.
pub(super) fn restored(message: Message, position: Position) -> (Message, Position) {
    let Some(headers) = &message.headers else { return (message, position) };
    let said = |name: &str| header(headers, &format!("Walnats-Dead-{name}"));
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok());
    let own = Position {
        replay: Some(Replay { sequence: position.sequence, dead_letter: number(header(headers, REPLAYED_FROM)) }),
        ..position.clone()
    };
    // Together they are one place; a part of it would be another one.
    let place = (said("Stream"), number(said("Sequence")), said("Time").and_then(|time| time.parse().ok()));
    let position = match place {
        (Some(stream), Some(sequence), Some(time)) => Position { stream: stream.into(), sequence, time, ..own },
        _ => own,
    };
    let subject = said("Subject").and_then(|subject| percent_decode_str(subject).decode_utf8().ok());
    let subject = subject.map(Cow::into_owned).map_or_else(|| message.subject.clone(), Into::into);
    let mut kept = HeaderMap::new();
    for (name, values) in headers.iter() {
        let lower = AsRef::<str>::as_ref(name).to_ascii_lowercase();
        if !lower.starts_with("nats-") && !lower.starts_with("walnats-dead-") {
            values.iter().for_each(|value| kept.append(name.clone(), value.clone()));
        }
    }
    if let Some(id) = said("Message-Id") {
        kept.insert("Nats-Msg-Id", id);
    }
    (Message { subject, headers: Some(kept), ..message }, position)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn replay(headers: &[(&str, &str)]) -> (Message, Position) {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.insert(*name, *value));
        let message = Message {
            subject: "_walnats.replay.billing.placed".into(),
            reply: None,
            payload: "{}".into(),
            headers: Some(map),
            status: None,
            description: None,
            length: 0,
        };
        let position = Position {
            stream: "dead-letters-replay".into(),
            sequence: 3,
            delivery: 4,
            attempt: 2,
            time: Timestamp::UNIX_EPOCH,
            pending: 1,
            replay: None,
        };
        restored(message, position)
    }

    #[test]
    fn an_event_is_read_as_it_was() {
        let (message, position) = replay(&[
            ("Nats-Msg-Id", "replay:billing:9"),
            ("X-Tenant", "acme"),
            ("Walnats-Replayed-From", "9"),
            ("Walnats-Dead-Subject", "orders.50%25%01.placed"),
            ("Walnats-Dead-Stream", "orders"),
            ("Walnats-Dead-Sequence", "17"),
            ("Walnats-Dead-Time", "2026-01-31T12:00:00Z"),
            ("Walnats-Dead-Message-Id", "m-1"),
        ]);
        assert_eq!(message.subject.as_str(), "orders.50%\u{1}.placed");
        let headers = message.headers.expect("headers");
        let mut names: Vec<String> = headers.iter().map(|(name, _)| name.to_string()).collect();
        names.sort();
        assert_eq!(names, ["Nats-Msg-Id", "Walnats-Replayed-From", "X-Tenant"]);
        assert_eq!(header(&headers, "Nats-Msg-Id"), Some("m-1"));
        assert_eq!((&*position.stream, position.sequence, position.attempt), ("orders", 17, 2));
        assert_eq!(position.time.to_string(), "2026-01-31T12:00:00Z");
        assert_eq!(position.replay, Some(Replay { sequence: 3, dead_letter: Some(9) }));
    }

    #[test]
    fn what_is_not_said_stays_as_it_came() {
        let (message, position) = replay(&[("Walnats-Dead-Stream", "orders"), ("Walnats-Dead-Sequence", "x")]);
        assert_eq!(message.subject.as_str(), "_walnats.replay.billing.placed");
        assert_eq!((&*position.stream, position.sequence), ("dead-letters-replay", 3));
        assert_eq!(position.replay, Some(Replay { sequence: 3, dead_letter: None }));
    }
}
