//! A message as it arrived.

use jiff::Timestamp;
use walnats_runtime::async_nats::{HeaderMap, Message};

/// A message of a stream.
pub struct Delivery {
    pub subject: String,
    pub stream: String,
    /// `None` where it was seen as it was published.
    pub sequence: Option<u64>,
    pub time: Timestamp,
    /// Names and values, in order of names.
    pub headers: Vec<(String, Vec<String>)>,
    pub payload: Vec<u8>,
}

/// What a consumer says of a message, in the subject for its acknowledgement.
pub struct Numbers {
    /// The sequence in the stream.
    pub stream: u64,
    /// The sequence of the consumer.
    pub consumer: u64,
    pub time: Timestamp,
    /// How many messages the consumer has left.
    pub pending: u64,
}

impl Delivery {
    /// A message of `stream`.
    pub fn new(message: &Message, stream: &str, sequence: Option<u64>, time: Timestamp) -> Self {
        Self {
            subject: message.subject.to_string(),
            stream: stream.to_owned(),
            sequence,
            time,
            headers: message.headers.as_ref().map(list).unwrap_or_default(),
            payload: message.payload.to_vec(),
        }
    }

    /// The first value of a header; names are compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, values)| values.first()).map(String::as_str)
    }
}

fn list(headers: &HeaderMap) -> Vec<(String, Vec<String>)> {
    let values = headers.iter().map(|(name, values)| {
        (name.to_string(), values.iter().map(|value| value.as_str().to_owned()).collect::<Vec<_>>())
    });
    let mut list: Vec<_> = values.collect();
    list.sort();
    list
}

impl Numbers {
    /// Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<sequence>.<time>.<pending>`, or the longer form with domain
    /// and account.
    pub fn read(reply: &str) -> Option<Self> {
        let tokens: Vec<&str> = reply.strip_prefix("$JS.ACK.")?.split('.').collect();
        let start = match tokens.len() {
            7 => 2,
            9.. => 4,
            _ => return None,
        };
        let number = |index: usize| tokens.get(start + index)?.parse::<u64>().ok();
        Some(Self {
            stream: number(1)?,
            consumer: number(2)?,
            time: Timestamp::from_nanosecond(number(3)?.into()).ok()?,
            pending: number(4)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_reply_are_read() {
        for reply in [
            "$JS.ACK.orders.c.1.17.3.1790230470084404000.42",
            "$JS.ACK.hub.ACCHASH.orders.c.1.17.3.1790230470084404000.42.token",
            "$JS.ACK._.ACCHASH.orders.c.1.17.3.1790230470084404000.42",
        ] {
            let numbers = Numbers::read(reply).expect(reply);
            assert_eq!((numbers.stream, numbers.consumer, numbers.pending), (17, 3, 42));
            assert_eq!(numbers.time.to_string(), "2026-09-24T06:14:30.084404Z");
        }
        for reply in ["", "$JS.ACK.", "$JS.ACK.a.b", "_INBOX.x", "$JS.ACK.a.b.c.d.e.f.g"] {
            assert!(Numbers::read(reply).is_none(), "{reply}");
        }
    }
}
