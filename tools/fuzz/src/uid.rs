//! Any id: what is accepted can be sent and comes back as it was.

use async_nats::HeaderValue;
use walnats_runtime::{MAX_MESSAGE_ID_BYTES, MessageParts, OutboundMessage};

pub fn try_out(data: &[u8]) {
    let id = String::from_utf8_lossy(data).into_owned();
    let parts = MessageParts {
        event: "event".into(),
        stream: "events".into(),
        subject: "events.one".into(),
        message_id: id.clone(),
        ..MessageParts::default()
    };
    if let Ok(message) = OutboundMessage::from_parts(parts) {
        assert!(!id.is_empty() && id.len() <= MAX_MESSAGE_ID_BYTES);
        id.parse::<HeaderValue>().expect("a value that can be sent");
        assert_eq!(message.into_parts().message_id, id);
    }
}
