//! Errors of `flush` and `shutdown`.

use std::fmt;

use super::EmitError;
use crate::message::OutboundMessage;

/// Not all accepted messages are acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// The deadline passed. Unacknowledged messages stay in the buffer and are still sent.
    #[error("{unacknowledged} messages are not acknowledged yet")]
    Deadline {
        /// How many messages accepted before the call have not ended.
        unacknowledged: usize,
    },
    /// Buffered messages ended without being confirmed since the last `flush`.
    #[error("{failed} buffered messages were not confirmed")]
    Failed {
        /// How many.
        failed: usize,
        /// The first error.
        #[source]
        first: Box<EmitError>,
    },
    /// The publisher was shut down.
    #[error("the publisher is shut down")]
    Closed,
    /// The publisher's task has ended, because the Tokio runtime on which the publisher was created has shut down. All its
    /// messages have ended, and nothing more is sent.
    #[error("the publisher has ended: {0}")]
    Ended(&'static str),
}

/// The publisher is shut down, and not all messages were acknowledged.
#[derive(Clone, Default)]
pub struct ShutdownError {
    pub(crate) unsent: Vec<OutboundMessage>,
    pub(crate) unknown: Vec<OutboundMessage>,
    /// Why the task had ended earlier, and how many messages it held.
    ended: Option<(&'static str, usize)>,
}

impl ShutdownError {
    pub(crate) fn new(unsent: Vec<OutboundMessage>, unknown: Vec<OutboundMessage>) -> Self {
        Self { unsent, unknown, ended: None }
    }

    pub(crate) fn ended(why: &'static str, unconfirmed: usize) -> Self {
        Self { ended: Some((why, unconfirmed)), ..Self::default() }
    }

    /// How many messages were not confirmed when the publisher's task ended before the shutdown, because the Tokio runtime on
    /// which it was created had shut down. They are not in this error; each ended its [`Pending`](crate::Pending), or was reported as
    /// [lost](crate::Options::on_lost).
    pub fn lost_before(&self) -> usize {
        self.ended.map_or(0, |(_, unconfirmed)| unconfirmed)
    }

    /// The messages that were never sent, in order: certainly not stored.
    pub fn unsent(&self) -> &[OutboundMessage] {
        &self.unsent
    }

    /// The messages that were sent and not acknowledged, in order: possibly stored. Sending them again with the same ids,
    /// within the stream's duplicate window, settles it.
    pub fn unknown(&self) -> &[OutboundMessage] {
        &self.unknown
    }

    /// All messages, in the order in which they were accepted.
    pub fn into_messages(self) -> Vec<OutboundMessage> {
        let mut messages = self.unknown;
        messages.extend(self.unsent);
        messages
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((why, unconfirmed)) = self.ended {
            return write!(
                f,
                "the publisher had ended earlier: {why}; its {unconfirmed} unconfirmed messages have been reported"
            );
        }
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
        f.debug_struct("ShutdownError")
            .field("unsent", &self.unsent)
            .field("unknown", &self.unknown)
            .field("ended", &self.ended)
            .finish()
    }
}

impl std::error::Error for ShutdownError {}
