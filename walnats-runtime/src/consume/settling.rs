//! Messages that were handled in order, until the server has confirmed what became of them: the loop's own subscription gets the
//! confirmations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use tokio::time::Instant;

use super::acknowledgement::{Acknowledgement, CONFIRM};
use super::held::Held;
use super::line::Left;

/// The pause after a server said that nothing takes acknowledgements.
const AFTER_REFUSAL: Duration = Duration::from_millis(250);

/// What was told the server and is not confirmed.
#[derive(Debug)]
pub(super) struct Settling {
    /// The confirmation of the message with a sequence number comes on this subject, followed by the number.
    prefix: String,
    /// By sequence numbers in the stream.
    all: Mutex<HashMap<u64, Sent>>,
}

#[derive(Debug)]
struct Sent {
    held: Arc<Held>,
    end: Acknowledgement,
    again_at: Instant,
}

impl Settling {
    /// `inbox` is what the loop's subscription is for, without the last token.
    pub(super) fn new(inbox: &str) -> Self {
        Self { prefix: format!("{inbox}.settled-"), all: Mutex::default() }
    }

    /// Tells the server.
    pub(super) async fn settle(&self, client: &Client, held: Arc<Held>, end: Acknowledgement) {
        held.settles(true);
        let (sequence, reply) = (held.position.sequence, held.reply());
        self.all().insert(sequence, Sent { held, end, again_at: Instant::now() + CONFIRM });
        // If the connection is closed for good, the loop notices it, too.
        let _ = client.publish_with_reply(reply, format!("{}{sequence}", self.prefix), end.body()).await;
    }

    /// Takes a confirmation. Returns whether it is one, and what is settled by it. With `is_refused`, nothing took the acknowledgement.
    pub(super) fn take(&self, subject: &str, is_refused: bool) -> Option<Option<Left>> {
        let sequence: u64 = subject.strip_prefix(&self.prefix)?.parse().ok()?;
        let mut all = self.all();
        if is_refused {
            if let Some(sent) = all.get_mut(&sequence) {
                sent.again_at = Instant::now() + AFTER_REFUSAL;
            }
            return Some(None);
        }
        Some(all.remove(&sequence).map(|_| Left::Settled(sequence)))
    }

    /// Tells the server again what it has not confirmed in time. Returns what somebody else may have by now.
    pub(super) async fn repeat(&self, client: &Client) -> Vec<Left> {
        let now = Instant::now();
        // Without a connection, messages to the server pile up in the client.
        let is_connected = client.connection_state() == State::Connected;
        let (mut left, mut again) = (Vec::new(), Vec::new());
        self.all().retain(|sequence, sent| {
            if sent.held.has_lapsed() {
                left.push(Left::Lapsed(*sequence));
                return false;
            }
            if is_connected && now >= sent.again_at {
                sent.again_at = now + CONFIRM;
                again.push((*sequence, sent.held.reply(), sent.end));
            }
            true
        });
        for (sequence, reply, end) in again {
            let _ = client.publish_with_reply(reply, format!("{}{sequence}", self.prefix), end.body()).await;
        }
        left
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Sent>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
