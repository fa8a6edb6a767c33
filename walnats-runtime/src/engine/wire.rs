//! A message as async-nats sends it.

use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE, NATS_EXPECTED_STREAM,
    NATS_MESSAGE_ID,
};
use async_nats::{HeaderMap, message::OutboundMessage as Wire};

use super::job::Load;
use crate::message::OutboundMessage;

/// The `index`th message of a load. All of a batch carry the same reply subject: whichever is refused, we hear of it.
pub(super) fn outbound(load: &Load, index: usize, reply: String, batch_id: &str) -> Option<Wire> {
    let messages = load.messages();
    let message = messages.get(index)?;
    let mut headers = headers(message);
    if let Load::Atomic(_) = load {
        headers.insert(NATS_BATCH_ID, batch_id);
        headers.insert(NATS_BATCH_SEQUENCE, (index + 1).to_string());
        if index + 1 == messages.len() {
            headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
        }
    }
    Some(Wire {
        subject: message.subject.as_str().into(),
        reply: Some(reply.into()),
        payload: message.payload.clone(),
        headers: Some(headers),
    })
}

fn headers(message: &OutboundMessage) -> HeaderMap {
    let mut headers = HeaderMap::new();
    message.headers.append_to(&mut headers);
    headers.insert(NATS_MESSAGE_ID, message.message_id.as_str());
    // Without it, a stream of another name that takes the subject would store what its readers do not expect.
    headers.insert(NATS_EXPECTED_STREAM, message.stream.as_ref());
    headers
}
