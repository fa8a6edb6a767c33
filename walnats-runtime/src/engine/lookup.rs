//! What a stream has on a subject: asked where it refuses a message because something is there already.

use std::time::Duration;

use async_nats::{Client, Request};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// What the request for a message of a stream starts with; the stream's name follows.
pub(super) const REQUEST: &str = "$JS.API.STREAM.MSG.GET.";

const TIMEOUT: Duration = Duration::from_secs(2);
/// A replicated stream refuses a message while another one for its subject is on its way to the replicas. That takes
/// some milliseconds, or for ever, where the leader is lost.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(150), Duration::from_millis(300)];

/// Which message is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) stream: String,
    /// The last message on this subject.
    pub(super) subject: String,
    /// And the one that many before it: the first of a batch of which it is the last.
    pub(super) back: u64,
}

/// What is there.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A message, and the one before it that was asked for.
    Message { sequence: u64, message_id: String, first_id: String },
    /// Nothing.
    Nothing,
    /// Nobody says.
    Unknown,
}

#[derive(Deserialize)]
struct Answer {
    error: Option<Refusal>,
    message: Option<Stored>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    err_code: u64,
}

#[derive(Deserialize)]
struct Stored {
    seq: u64,
    #[serde(default)]
    hdrs: String,
}

/// Asks the stream's leader, which alone knows for certain.
pub(super) async fn look_up(client: Client, question: Question) -> (Question, Found) {
    let mut found = once(&client, &question).await;
    for pause in PAUSES {
        if !matches!(found, Found::Nothing) {
            break;
        }
        tokio::time::sleep(pause).await;
        found = once(&client, &question).await;
    }
    (question, found)
}

async fn once(client: &Client, question: &Question) -> Found {
    let Question { stream, subject, back } = question;
    let last = get(client, stream, serde_json::json!({ "last_by_subj": subject })).await;
    let (sequence, message_id) = match last {
        Ok(Some(last)) => last,
        Ok(None) => return Found::Nothing,
        Err(Silence) => return Found::Unknown,
    };
    if *back == 0 {
        return Found::Message { sequence, first_id: message_id.clone(), message_id };
    }
    match get(client, stream, serde_json::json!({ "seq": sequence.saturating_sub(*back) })).await {
        Ok(first) => Found::Message { sequence, message_id, first_id: first.map(|(_, id)| id).unwrap_or_default() },
        Err(Silence) => Found::Unknown,
    }
}

struct Silence;

/// A message's sequence number and id.
async fn get(client: &Client, stream: &str, body: serde_json::Value) -> Result<Option<(u64, String)>, Silence> {
    let request = Request::new().payload(body.to_string().into()).timeout(Some(TIMEOUT));
    let answer = client.send_request(format!("{REQUEST}{stream}"), request).await.map_err(|_| Silence)?;
    match serde_json::from_slice(&answer.payload) {
        Ok(Answer { message: Some(stored), .. }) => Ok(Some((stored.seq, message_id(&stored.hdrs)))),
        // No message, no stream.
        Ok(Answer { error: Some(Refusal { err_code: 10037 | 10059 }), .. }) => Ok(None),
        _ => Err(Silence),
    }
}

/// The id in a message's headers; empty where there is none.
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
