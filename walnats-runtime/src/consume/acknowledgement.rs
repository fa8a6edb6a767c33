//! What the server is told about a delivered message (ADR-13).

use std::time::Duration;

use async_nats::{Client, Request, Subject};
use bytes::Bytes;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::backoff::bounded;

/// How long a confirmation may take.
pub(super) const CONFIRM: Duration = Duration::from_secs(3);

/// How often a confirmation is asked for.
const ATTEMPTS: u32 = 4;

/// The end of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acknowledgement {
    /// Not again: it is done.
    Ack,
    /// Again after a pause. Never without one: the server would deliver it again at once, until its attempts are used up.
    Nak(Duration),
    /// Not again, as a failure.
    Term,
}

impl Acknowledgement {
    pub(super) fn body(self) -> Bytes {
        match self {
            Self::Ack => Bytes::from_static(b"+ACK"),
            Self::Term => Bytes::from_static(b"+TERM stored as a dead letter"),
            Self::Nak(pause) => {
                let delay = u64::try_from(bounded(pause).as_nanos()).unwrap_or(u64::MAX);
                format!("-NAK {}", json!({"delay": delay})).into()
            }
        }
    }

    /// Tells the server. With `confirm`, waits until it has confirmed; without, the message can be lost with the connection, and
    /// the event comes again.
    pub(super) async fn send(self, client: &Client, reply: Subject, confirm: bool) {
        if !confirm {
            // The connection is closed for good, which the reader notices, too.
            let _ = client.publish(reply, self.body()).await;
            return;
        }
        Box::pin(self.send_until_confirmed(client, reply)).await;
    }

    async fn send_until_confirmed(self, client: &Client, reply: Subject) {
        for attempt in 1..=ATTEMPTS {
            if self.confirmed(client, reply.clone()).await {
                return;
            }
            if attempt < ATTEMPTS {
                sleep(Duration::from_millis(250)).await;
            } else {
                tracing::warn!("the server did not confirm an acknowledgement: the event may come again");
            }
        }
    }

    /// Tells the server, and returns whether it has confirmed.
    pub(super) async fn confirmed(self, client: &Client, reply: Subject) -> bool {
        let request = Request::new().payload(self.body()).timeout(Some(CONFIRM));
        matches!(timeout(CONFIRM, client.send_request(reply, request)).await, Ok(Ok(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_back_without_a_pause() {
        assert_eq!(Acknowledgement::Nak(Duration::ZERO).body(), "-NAK {\"delay\":10000000}");
        assert_eq!(Acknowledgement::Nak(Duration::from_secs(2)).body(), "-NAK {\"delay\":2000000000}");
    }
}
