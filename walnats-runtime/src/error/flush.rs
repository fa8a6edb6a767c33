//! Errors of `flush` and `shutdown`.

use std::fmt;

use super::EmitError;
use crate::message::OutboundMessage;

/// Not everything that was accepted is acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// The deadline passed. Unacknowledged messages stay in the buffer and are still sent.
    #[error("{unacknowledged} messages are not acknowledged yet")]
    Deadline {
        /// How many were accepted before the call and have not ended.
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
    /// The publisher's task is gone: the Tokio runtime on which the publisher was made has shut down. What it held has ended, and
    /// nothing is sent any more.
    #[error("the publisher has ended: {0}")]
    Ended(&'static str),
}

/// The publisher is shut down, and not everything was acknowledged.
#[derive(Clone, Default)]
pub struct ShutdownError {
    pub(crate) unsent: Vec<OutboundMessage>,
    pub(crate) unknown: Vec<OutboundMessage>,
    /// Why the task had ended before, and how many messages it held then.
    ended: Option<(&'static str, usize)>,
}

impl ShutdownError {
    pub(crate) fn new(unsent: Vec<OutboundMessage>, unknown: Vec<OutboundMessage>) -> Self {
        Self { unsent, unknown, ended: None }
    }

    pub(crate) fn ended(why: &'static str, unconfirmed: usize) -> Self {
        Self { ended: Some((why, unconfirmed)), ..Self::default() }
    }

    /// How many messages were not confirmed when the publisher's task ended, before the shutdown: the Tokio runtime on which the
    /// publisher was made had shut down. They are not in this error; each ended its [`Pending`](crate::Pending), or was reported as
    /// [lost](crate::Options::on_lost).
    pub fn lost_before(&self) -> usize {
        self.ended.map_or(0, |(_, unconfirmed)| unconfirmed)
    }

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
        if let Some((why, unconfirmed)) = self.ended {
            return write!(
                f,
                "the publisher had ended before: {why}; {unconfirmed} messages were not confirmed then, and have been reported"
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
