//! A dead letter: its headers say what happened.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::tail::delivery::Delivery;

/// What the names of the headers begin with.
pub const PREFIX: &str = "walnats-dead-";

/// A dead letter.
pub struct Letter {
    /// Its sequence number in the stream of dead letters.
    pub sequence: u64,
    pub stored: Delivery,
}

/// Where an event was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The stream's name on the server.
    pub stream: String,
    pub sequence: u64,
    pub time: Timestamp,
}

/// A message as an answer of JetStream's API has it.
pub fn message(stream: &str, answer: &Value) -> Option<Letter> {
    let message = answer.get("message")?;
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let bytes = |name: &str| text(name).map_or_else(|| Some(Vec::new()), |text| STANDARD.decode(text).ok());
    let sequence = message.get("seq").and_then(Value::as_u64)?;
    let stored = Delivery {
        subject: text("subject")?.to_owned(),
        stream: stream.to_owned(),
        sequence: Some(sequence),
        time: text("time")?.parse().ok()?,
        headers: headers(&String::from_utf8_lossy(&bytes("hdrs")?)),
        payload: bytes("data")?,
    };
    Some(Letter { sequence, stored })
}

/// Reads `NATS/1.0`, then `<name>: <value>` in each line (ADR-4).
fn headers(text: &str) -> Vec<(String, Vec<String>)> {
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().to_owned();
        match headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => headers.push((name.to_owned(), vec![value])),
        }
    }
    headers.sort();
    headers
}

impl Letter {
    /// One that was delivered.
    pub fn new(stored: Delivery) -> Option<Self> {
        Some(Self { sequence: stored.sequence?, stored })
    }

    /// The header `Walnats-Dead-<name>`.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.stored.header(&format!("{PREFIX}{name}"))
    }

    pub fn service(&self) -> &str {
        self.said("By").unwrap_or("unknown")
    }

    pub fn event(&self) -> &str {
        self.said("Event").unwrap_or("unknown")
    }

    pub fn why(&self) -> &str {
        self.said("Why").unwrap_or_default()
    }

    pub fn attempts(&self) -> u64 {
        self.said("Attempts").and_then(|attempts| attempts.parse().ok()).unwrap_or_default()
    }

    /// Places and keywords.
    pub fn violations(&self) -> Vec<String> {
        self.said("Violations").and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default()
    }

    /// `headers` or `payload`, if that was left out.
    pub fn omitted(&self) -> Option<&str> {
        self.said("Omitted")
    }

    /// Where the event was stored.
    pub fn origin(&self) -> Option<Origin> {
        Some(Origin {
            stream: self.said("Stream")?.to_owned(),
            sequence: self.said("Sequence")?.parse().ok()?,
            time: self.said("Time")?.parse().ok()?,
        })
    }

    /// The subject that the event was published on.
    pub fn subject(&self) -> String {
        percent_decode_str(self.said("Subject").unwrap_or_default()).decode_utf8_lossy().into_owned()
    }

    /// The headers of the event.
    pub fn event_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.stored.headers.iter();
        let all = all.flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())));
        all.filter(|(name, _)| !is_own(name))
    }

    /// Everything but the payload and the headers of the event.
    pub fn summary(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        add("sequence", json!(self.sequence));
        add("time", json!(self.stored.time.to_string()));
        add("service", json!(self.service()));
        add("event", json!(self.said("Event")));
        add("why", json!(self.said("Why")));
        add("attempts", json!(self.attempts()));
        add("subject", json!(self.said("Subject").map(|_| self.subject())));
        let origin = self.origin();
        add("stream", json!(origin.as_ref().map(|origin| &origin.stream)));
        add("stream_sequence", json!(origin.as_ref().map(|origin| origin.sequence)));
        add("stream_time", json!(origin.as_ref().map(|origin| origin.time.to_string())));
        add("message_id", json!(self.said("Message-Id")));
        add("violations", Some(self.violations()).filter(|all| !all.is_empty()).map_or(Value::Null, Value::from));
        add("omitted", json!(self.omitted()));
        members
    }
}

/// Whether a header is not one of the event.
pub fn is_own(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(PREFIX) || name.starts_with("nats-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_message_is_read() {
        let headers = "NATS/1.0\r\nWalnats-Dead-By: billing\r\nX: 1\r\nX:2\r\nWalnats-Dead-Subject: a.50%25%01\r\n\r\n";
        let answer = json!({"message": {
            "subject": "_walnats.dead.billing.placed", "seq": 7, "time": "2026-01-31T12:00:00Z",
            "hdrs": STANDARD.encode(headers), "data": STANDARD.encode("{}"),
        }});
        let letter = message("dead-letters", &answer).expect("a message");
        assert_eq!((letter.sequence, letter.service(), letter.event()), (7, "billing", "unknown"));
        assert_eq!(letter.subject(), "a.50%\u{1}");
        assert_eq!(letter.event_headers().collect::<Vec<_>>(), [("X", "1"), ("X", "2")]);
        assert_eq!(letter.stored.payload, b"{}");
        assert_eq!(message("dead-letters", &json!({"error": {}})).map(|letter| letter.sequence), None);
    }
}
