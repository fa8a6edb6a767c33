//! A message on its way through the engine, or the messages of an atomic batch.

use std::slice;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::buffer::Place;
use crate::error::{Cause, EmitError, NotStored, PossiblyStored, Reason};
use crate::message::{OutboundMessage, Receipt};

/// The least time that a message gets for its way to the server, where the window leaves it.
const MARGIN: Duration = Duration::from_secs(5);

/// What is sent and acknowledged as one.
#[derive(Debug)]
pub(crate) enum Load {
    /// A message by itself.
    One(OutboundMessage),
    /// The messages of an atomic batch, of one stream; never empty.
    Atomic(Vec<OutboundMessage>),
}

/// How an emit ended.
pub(crate) type End = Result<Receipt, Box<Failure>>;

/// How an emit failed, with its messages, in case that nobody waits for it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) load: Load,
    pub(crate) error: EmitError,
}

/// A load that was accepted and has not ended.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) load: Load,
    /// Whoever waits for the end, perhaps.
    pub(crate) end: oneshot::Sender<End>,
    /// When it ends, whatever has happened by then.
    pub(crate) deadline: Option<Instant>,
    /// Whether it was handed over by `.buffered()`: `flush` answers for it.
    pub(crate) buffered: bool,
    /// Headers and payloads.
    pub(crate) bytes: usize,
    pub(crate) phase: Phase,
    /// When the first attempt was sent that may have stored it.
    pub(crate) first_sent: Option<Instant>,
    /// How much more time has passed since then than the clock says.
    pub(crate) unseen: Duration,
    /// Whether an attempt went without an answer, so that nobody knows whether it is stored.
    pub(crate) uncertain: bool,
    /// Why the last attempt that was answered failed.
    pub(crate) refusal: Option<Reason>,
    /// When it ends where its stream stays away, although it has no deadline.
    pub(crate) patience: Option<Instant>,
    /// Since when what the stream has in its place cannot be read, over a connection that stands.
    pub(crate) unread: Option<Instant>,
    /// Held until the end.
    pub(crate) _place: Place,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To be sent, for the first time or again.
    Ready,
    /// Sent; an answer is expected until then.
    Sent {
        /// The end of the wait.
        until: Instant,
        /// Whether the server denied a publish that was this one, as far as anybody can tell.
        denied: bool,
    },
    /// The server answered that the stream has something of it already; what that is, is being looked up.
    Looking,
}

impl Load {
    pub(crate) fn messages(&self) -> &[OutboundMessage] {
        match self {
            Self::One(message) => slice::from_ref(message),
            Self::Atomic(messages) => messages,
        }
    }

    /// The message that stands for all: the last one of a batch, whose acknowledgement is that of the batch.
    pub(crate) fn last(&self) -> &OutboundMessage {
        match self {
            Self::One(message) => message,
            Self::Atomic(messages) => messages.last().expect("an atomic batch is never empty"),
        }
    }

    pub(crate) fn into_messages(self) -> Vec<OutboundMessage> {
        match self {
            Self::One(message) => vec![message],
            Self::Atomic(messages) => messages,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.messages().iter().map(OutboundMessage::wire_size).sum()
    }

    pub(crate) fn not_stored(&self, reason: Reason) -> EmitError {
        let message = self.last();
        let (event, message_id) = (message.event.to_string(), Some(message.message_id.clone()));
        EmitError::NotStored(NotStored { event, message_id, reason })
    }

    pub(crate) fn possibly_stored(&self, cause: Cause) -> EmitError {
        let message = self.last();
        let (event, message_id) = (message.event.to_string(), message.message_id.clone());
        EmitError::PossiblyStored(PossiblyStored { event, message_id, cause })
    }
}

impl Job {
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.phase, Phase::Sent { .. })
    }

    /// Whether nobody can say that it is not stored.
    pub(crate) fn may_be_stored(&self) -> bool {
        self.uncertain || !self.is_ready()
    }

    /// After this it is not sent again: the stream may have forgotten the id of an earlier attempt. The margin is for
    /// the way to the server.
    pub(crate) fn last_attempt_before(&self, ack_timeout: Duration) -> Option<Instant> {
        let window = self.load.last().duplicate_window;
        let margin = ack_timeout.max(MARGIN).min(window / 2);
        self.first_sent.filter(|_| self.uncertain)?.checked_add((window - margin).saturating_sub(self.unseen))
    }

    /// The attempt that is under way goes without an answer.
    pub(crate) fn attempt_unanswered(&mut self) {
        self.phase = Phase::Ready;
        self.uncertain = true;
        self.patience = None;
    }

    /// The server answered: not stored by this attempt.
    pub(crate) fn attempt_refused(&mut self, reason: Reason, patience: Option<Instant>) {
        self.phase = Phase::Ready;
        let missing = matches!(reason, Reason::NoStream { .. } | Reason::NoJetStream { .. });
        self.patience = if missing { self.patience.or(patience) } else { None };
        self.refusal = Some(reason);
        if !self.uncertain {
            (self.first_sent, self.unseen) = (None, Duration::ZERO);
        }
    }

    /// The server answered: the stream has something of it already.
    pub(crate) fn attempt_taken(&mut self, reason: Reason) {
        self.phase = Phase::Looking;
        self.refusal = Some(reason);
        self.patience = None;
    }

    /// The end where `reason` says that the last attempt did not store it.
    pub(crate) fn refused(&self, reason: Reason) -> EmitError {
        if self.uncertain {
            self.load.possibly_stored(Cause::RefusedLater(reason.to_string()))
        } else {
            self.load.not_stored(reason)
        }
    }

    /// The end where there is no time left, or nobody to send it.
    pub(crate) fn given_up(&self, cause: Cause, unsent: Reason) -> EmitError {
        if self.phase == Phase::Looking {
            self.load.possibly_stored(Cause::KeyUnread)
        } else if self.may_be_stored() {
            self.load.possibly_stored(cause)
        } else {
            self.load.not_stored(self.refusal.clone().unwrap_or(unsent))
        }
    }
}
