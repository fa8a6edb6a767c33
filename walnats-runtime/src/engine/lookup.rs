//! Looks up the message that an emit conflicts with: the last one on a subject, or an atomic batch.

use std::time::Duration;

use async_nats::header::{NATS_EXPECTED_LAST_MESSAGE_ID, NATS_EXPECTED_STREAM, NATS_MESSAGE_ID};
use async_nats::{HeaderMap, Request};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::load::Load;
use crate::jetstream::{Api, Failure, code};

/// The operation's subject, before the stream's name.
pub(super) const REQUEST: &str = "STREAM.MSG.GET.";

pub(super) const TIMEOUT: Duration = Duration::from_secs(2);
/// A replicated stream refuses a message while another one on its subject is on its way to the replicas. That takes
/// milliseconds, or for ever if the leader is lost.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(150), Duration::from_millis(300)];

/// Which message to look up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) stream: String,
    /// The last message on this subject.
    pub(super) subject: String,
    /// The last message of a batch, by its id.
    pub(super) batch: Option<Batch>,
}

/// How to find a batch again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Batch {
    pub(super) last_id: String,
    pub(super) messages: u64,
}

impl Batch {
    /// A batch, even of a single message.
    pub(super) fn of(load: &Load) -> Self {
        Self { last_id: load.last().message_id.clone(), messages: load.messages().len() as u64 }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A message and the first one of its batch; the same for a single message.
    Message { sequence: u64, message_id: String, first_id: String },
    /// Nothing.
    Nothing,
    /// Unknown.
    Unknown,
}

#[derive(Deserialize)]
struct Answer {
    message: Stored,
}

#[derive(Deserialize)]
struct Stored {
    seq: u64,
    #[serde(default)]
    hdrs: String,
}

/// Asks the stream's leader: only it knows for certain.
pub(super) async fn look_up(api: Api, question: Question) -> (Question, Found) {
    let mut found = ask(&api, &question).await;
    for pause in PAUSES {
        if !matches!(found, Found::Nothing) || question.batch.is_some() {
            break;
        }
        tokio::time::sleep(pause).await;
        found = ask(&api, &question).await;
    }
    (question, found)
}

async fn ask(api: &Api, Question { stream, subject, batch }: &Question) -> Found {
    let Some(Batch { last_id, messages }) = batch else {
        return match get(api, stream, serde_json::json!({ "last_by_subj": subject })).await {
            Ok(Some((sequence, message_id))) => Found::Message { sequence, first_id: message_id.clone(), message_id },
            Ok(None) => Found::Nothing,
            Err(Silence) => Found::Unknown,
        };
    };
    let sequence = match sequence_of(api, stream, subject, last_id).await {
        Ok(Some(sequence)) => sequence,
        Ok(None) => return Found::Nothing,
        Err(Silence) => return Found::Unknown,
    };
    if *messages == 1 {
        return Found::Message { sequence, message_id: last_id.clone(), first_id: last_id.clone() };
    }
    let first = serde_json::json!({ "seq": (sequence + 1).saturating_sub(*messages) });
    match get(api, stream, first).await {
        Ok(first) => {
            let first_id = first.map(|(_, id)| id).unwrap_or_default();
            Found::Message { sequence, message_id: last_id.clone(), first_id }
        }
        Err(Silence) => Found::Unknown,
    }
}

struct Silence;

/// A message's sequence number and id.
async fn get(api: &Api, stream: &str, body: serde_json::Value) -> Result<Option<(u64, String)>, Silence> {
    let operation = format!("{REQUEST}{stream}");
    let answer = match api.call(&operation, &body).await {
        Ok(answer) => api.read::<Answer>(&operation, answer),
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(Answer { message }) => Ok(Some((message.seq, message_id(&message.hdrs)))),
        // No message or no stream.
        Err(Failure::Server { code: code::NO_MESSAGE | code::STREAM_NOT_FOUND, .. }) => Ok(None),
        Err(_) => Err(Silence),
    }
}

/// Finds the message with this id. JetStream has no request for that, so it sends a message with the same id that
/// cannot be stored because it expects a different predecessor. Ids are checked first, and the answer names the
/// duplicate's sequence.
async fn sequence_of(api: &Api, stream: &str, subject: &str, message_id: &str) -> Result<Option<u64>, Silence> {
    #[derive(Deserialize)]
    struct Answer {
        error: Option<Refusal>,
        #[serde(default)]
        seq: u64,
        #[serde(default)]
        duplicate: bool,
    }
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        err_code: u64,
    }
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, message_id);
    headers.insert(NATS_EXPECTED_STREAM, stream);
    headers.insert(NATS_EXPECTED_LAST_MESSAGE_ID, uuid::Uuid::now_v7().to_string());
    let request = Request::new().headers(headers).timeout(Some(TIMEOUT));
    let answer = api.client.send_request(subject.to_owned(), request).await.map_err(|_| Silence)?;
    match serde_json::from_slice(&answer.payload) {
        Ok(Answer { error: None, seq, duplicate: true }) => Ok(Some(seq)),
        // The expectation failed: another message is the last one, and the id is unknown.
        Ok(Answer { error: Some(Refusal { err_code: code::WRONG_LAST_MESSAGE_ID }), .. }) => Ok(None),
        _ => Err(Silence),
    }
}

/// The id in a message's headers; empty if there is none.
fn message_id(headers: &str) -> String {
    let headers = BASE64_STANDARD.decode(headers).unwrap_or_default();
    let headers = String::from_utf8_lossy(&headers);
    let id = headers.split("\r\n").find_map(|line| line.strip_prefix("Nats-Msg-Id:"));
    id.map(|id| id.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_found_among_headers() {
        for (headers, id) in [
            ("NATS/1.0\r\nNats-Msg-Id: a b\r\nX: y\r\n\r\n", "a b"),
            ("NATS/1.0\r\nX: Nats-Msg-Id: no\r\n\r\n", ""),
            ("", ""),
        ] {
            assert_eq!(message_id(&BASE64_STANDARD.encode(headers)), id, "{headers:?}");
        }
        assert_eq!(message_id("not base64"), "");
    }
}
