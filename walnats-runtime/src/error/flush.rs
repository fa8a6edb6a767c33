//! The end of `flush` and `shutdown`.

use std::fmt;

use super::EmitError;
use crate::message::OutboundMessage;

/// Not everything that was accepted is acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// Time is up. What is not acknowledged stays in the buffer and is still sent.
    #[error("{unacknowledged} messages are not acknowledged yet")]
    Deadline {
        /// How many were accepted before the call and have not ended.
        unacknowledged: usize,
    },
    /// Buffered messages ended without being confirmed since the last `flush`.
    #[error("{failed} buffered messages were not confirmed, the first: {first}")]
    Failed {
        /// How many.
        failed: usize,
        /// How the first of them ended.
        #[source]
        first: Box<EmitError>,
    },
    /// The publisher was shut down.
    #[error("the publisher is shut down")]
    Closed,
}

/// The publisher is shut down, and not everything was acknowledged.
#[derive(Clone)]
pub struct ShutdownError {
    pub(crate) unsent: Vec<OutboundMessage>,
    pub(crate) unknown: Vec<OutboundMessage>,
}

impl ShutdownError {
    /// What was never sent, in order: certainly not stored.
    pub fn unsent(&self) -> &[OutboundMessage] {
        &self.unsent
    }

    /// What was sent and is not acknowledged, in order: possibly stored. Sending it again with the same id, within the
    /// stream's duplicate window, settles it.
    pub fn unknown(&self) -> &[OutboundMessage] {
        &self.unknown
    }

    /// All of it, in the order in which it was accepted.
    pub fn into_messages(self) -> Vec<OutboundMessage> {
        let mut messages = self.unknown;
        messages.extend(self.unsent);
        messages
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the publisher is shut down: {} messages were never sent, {} were sent and not acknowledged",
            self.unsent.len(),
            self.unknown.len()
        )
    }
}

impl fmt::Debug for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShutdownError").field("unsent", &self.unsent).field("unknown", &self.unknown).finish()
    }
}

impl std::error::Error for ShutdownError {}
