//! Messages in the form that async-nats sends.

use std::fmt::Write;

use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE, NATS_EXPECTED_STREAM,
    NATS_MESSAGE_ID,
};
use async_nats::{HeaderMap, HeaderValue, message::OutboundMessage as Wire};
use serde::Deserialize;
use serde::de::value::{Error, StringDeserializer};

use super::load::Load;
use crate::message::OutboundMessage;

const EXPECTED_STREAM: &str = "Nats-Expected-Stream";

/// The load's message at `index`. All messages of a batch have the same reply subject, so that a refusal of any
/// arrives.
pub(super) fn outbound(load: &Load, index: usize, reply: String, batch_id: &str) -> Option<Wire> {
    let messages = load.messages();
    let message = messages.get(index)?;
    let headers = match load {
        Load::One(_) => headers(message),
        Load::Atomic(_) => batch_headers(message, batch_id, index + 1, messages.len()),
    };
    Some(Wire {
        subject: message.subject.as_str().into(),
        reply: Some(reply.into()),
        payload: message.payload.clone(),
        headers: Some(headers),
    })
}

/// Separates a job's sequence number from the attempt's, from the second attempt on.
const ATTEMPT: char = '-';

/// The reply subject of an attempt, counted from 1, of the job with this sequence number.
pub(super) fn reply(inbox: &str, sequence: u64, attempt: u32) -> String {
    let mut reply = String::with_capacity(inbox.len() + 24);
    reply.push_str(inbox);
    // Writing to a string does not fail.
    let _ = match attempt {
        1 => write!(reply, "{sequence}"),
        _ => write!(reply, "{sequence}{ATTEMPT}{attempt}"),
    };
    reply
}

/// The job and attempt named by the last token of a reply subject.
pub(super) fn replied(token: &str) -> Option<(u64, u32)> {
    match token.split_once(ATTEMPT) {
        None => Some((token.parse().ok()?, 1)),
        Some((sequence, attempt)) => Some((sequence.parse().ok()?, attempt.parse().ok()?)),
    }
}

/// All headers in their wire format, in a single map entry: a map of eight entries costs more than everything else done
/// to send a message. Every value was checked for line breaks before. async-nats accepts such a value only through
/// deserialization; should that change, the map is filled entry by entry.
fn headers(message: &OutboundMessage) -> HeaderMap {
    const LINE: usize = ": \r\n".len();
    let others: usize = message.headers.iter().map(|(name, value)| name.len() + value.len() + LINE).sum();
    let expected = EXPECTED_STREAM.len() + message.stream.len() + LINE;
    let mut lines = String::with_capacity(message.message_id.len() + expected + others);
    lines.push_str(&message.message_id);
    // Without it, a stream with another name that takes the subject would store the event, although its readers do not
    // expect it.
    let expected = message.expect_stream.then_some((EXPECTED_STREAM, message.stream.as_ref()));
    for (name, value) in expected.into_iter().chain(message.headers.iter()) {
        for part in ["\r\n", name, ": ", value] {
            lines.push_str(part);
        }
    }
    match HeaderValue::deserialize(StringDeserializer::<Error>::new(lines)) {
        Ok(lines) => HeaderMap::from_iter([(NATS_MESSAGE_ID, lines)]),
        Err(_) => entries(message),
    }
}

fn batch_headers(message: &OutboundMessage, batch_id: &str, number: usize, of: usize) -> HeaderMap {
    let mut headers = headers(message);
    headers.insert(NATS_BATCH_ID, batch_id);
    headers.insert(NATS_BATCH_SEQUENCE, number.to_string());
    if number == of {
        headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    }
    headers
}

fn entries(message: &OutboundMessage) -> HeaderMap {
    let mut headers = HeaderMap::new();
    message.headers.append_to(&mut headers);
    headers.insert(NATS_MESSAGE_ID, message.message_id.as_str());
    if message.expect_stream {
        headers.insert(NATS_EXPECTED_STREAM, message.stream.as_ref());
    }
    headers
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bytes::Bytes;
    use futures_util::StreamExt;
    use walnats_server::NatsServer;

    use super::*;
    use crate::message::MessageParts;

    fn message() -> OutboundMessage {
        let headers = [("Walnats-Trace", "t: 1"), ("ce-id", ""), ("X-Note", "\u{d6}l\tund Wasser")];
        OutboundMessage::from_parts(MessageParts {
            event: "note-taken".into(),
            stream: "notes".into(),
            subject: "notes.home".into(),
            message_id: "id 1".into(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            payload: Bytes::from_static(b"payload"),
            ..MessageParts::default()
        })
        .expect("valid")
    }

    /// The headers that a subscriber receives.
    async fn received(headers: HeaderMap) -> Result<BTreeMap<String, String>, Box<dyn std::error::Error>> {
        let server = NatsServer::builder().jetstream(false).start()?;
        let client = async_nats::connect(server.url()).await?;
        let mut subscriber = client.subscribe("notes.home").await?;
        client.publish_with_headers("notes.home", headers, "payload".into()).await?;
        let message = subscriber.next().await.ok_or("a message")?;
        assert_eq!(message.payload, "payload");
        let headers = message.headers.unwrap_or_default();
        Ok(headers.iter().map(|(name, values)| (name.to_string(), values[0].to_string())).collect())
    }

    fn expected() -> BTreeMap<String, String> {
        let own = [("Nats-Msg-Id", "id 1"), ("Nats-Expected-Stream", "notes")];
        let others = [("Walnats-Trace", "t: 1"), ("ce-id", ""), ("X-Note", "\u{d6}l\tund Wasser")];
        own.into_iter().chain(others).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// async-nats does not guarantee that it accepts several lines as one value. If this fails after an update, sending
    /// still works through [`entries`], more slowly: see [`headers`].
    #[tokio::test]
    async fn headers_are_rendered_in_one_piece() -> Result<(), Box<dyn std::error::Error>> {
        let headers = headers(&message());
        assert_eq!(headers.len(), 1, "async-nats checks values where they are deserialised now");
        assert_eq!(received(headers).await?, expected());
        Ok(())
    }

    #[tokio::test]
    async fn headers_entry_by_entry_are_the_same() -> Result<(), Box<dyn std::error::Error>> {
        let headers = entries(&message());
        assert_eq!(headers.len(), 5);
        assert_eq!(received(headers).await?, expected());
        Ok(())
    }
}
