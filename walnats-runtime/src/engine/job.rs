//! A load on its way through the engine.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ability::Ability;
use super::buffer::Place;
use super::load::Load;
use super::streams::StreamId;
use crate::error::{Cause, EmitError, Reason};
use crate::pending::End;

/// The least time that a message gets for its way to the server, where the window leaves it.
const MARGIN: Duration = Duration::from_secs(5);

/// An atomic batch of which not everything is sent. Until then the server stores nothing of it.
pub(super) struct Partly {
    pub(super) sequence: u64,
    pub(super) next: usize,
    pub(super) batch_id: String,
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
    pub(crate) stream: StreamId,
    /// What an older server would ignore.
    pub(crate) needs: Vec<Ability>,
    /// For how long its stream remembers ids, as far as is known: after the first attempt it is sent again for no longer.
    pub(crate) window: Duration,
    pub(crate) phase: Phase,
    /// How often it was sent. Refusals of earlier attempts do not count.
    pub(crate) attempt: u32,
    /// The connection that the last attempt was sent over, from 1.
    pub(crate) connection: u64,
    /// It is not sent before.
    pub(crate) not_before: Option<Instant>,
    /// When the first attempt was sent that may have stored it.
    pub(crate) first_sent: Option<Instant>,
    /// How much more time has passed since then than the clock says.
    pub(crate) unseen: Duration,
    /// Whether an attempt went without an answer, so that nobody knows whether it is stored.
    pub(crate) uncertain: bool,
    /// Why the last attempt that was answered failed.
    pub(crate) refusal: Option<Reason>,
    /// Another stream that takes its subject answered, and whether it stored it.
    pub(crate) elsewhere: Option<(String, bool)>,
    /// Why the attempt that is under way was refused for good, while another answer may still come.
    pub(crate) verdict: Option<Reason>,
    /// When it ends where its stream stays away, although it has no deadline.
    pub(crate) patience: Option<Instant>,
    /// How often the stream had something in its place that could not be read or was not there.
    pub(crate) vain: u32,
    /// Why it is not sent any more: whether an earlier attempt stored it is being looked up.
    pub(crate) forbidden: Option<Reason>,
    /// Since when what the stream has in its place cannot be read, over a connection that stands.
    pub(crate) unread: Option<Instant>,
    /// The servers showed nobody who could store it when it was first sent.
    pub(crate) cleared: bool,
    pub(crate) losses: Losses,
    /// Held until the end.
    pub(crate) _place: Place,
}

/// Attempts that went without an answer, by how.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Losses {
    /// The connection stood.
    pub(crate) silent: u32,
    /// The connection was lost.
    pub(crate) connections: u32,
    /// Of these, the server said that it closes the connection, over this message or another one.
    pub(crate) explained: u32,
    /// Of these, nothing else was under way.
    pub(crate) alone: u32,
    /// It may be what the connection is lost over: it is sent when nothing else is under way.
    pub(crate) suspect: bool,
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

impl Job {
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.phase, Phase::Sent { .. })
    }

    /// Whether nobody can say that it is not stored.
    pub(crate) fn may_be_stored(&self) -> bool {
        self.uncertain || !self.is_ready() || self.stored_by().is_some()
    }

    /// Another stream that acknowledged it.
    pub(crate) fn stored_by(&self) -> Option<&str> {
        self.elsewhere.as_ref().filter(|(_, stored)| *stored).map(|(stream, _)| stream.as_str())
    }

    /// After this it is not sent again: the stream may have forgotten the id of an earlier attempt. The margin is for
    /// the way to the server.
    pub(crate) fn last_attempt_before(&self, ack_timeout: Duration) -> Option<Instant> {
        let window = self.window;
        let margin = ack_timeout.max(MARGIN).min(window / 2);
        self.first_sent.filter(|_| self.uncertain)?.checked_add((window - margin).saturating_sub(self.unseen))
    }

    /// The attempt that is under way goes without an answer.
    pub(crate) fn attempt_unanswered(&mut self) {
        self.phase = Phase::Ready;
        self.verdict = None;
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

    /// It is not sent for a while: a message is copied a few times a second at most.
    pub(crate) fn delayed(&mut self, delay: Duration) -> Option<Instant> {
        self.not_before = Instant::now().checked_add(delay);
        self.not_before
    }

    /// The end where `reason` says that the last attempt did not store it.
    pub(crate) fn refused(&self, reason: Reason) -> EmitError {
        if let Some(other) = self.stored_by() {
            self.load.possibly_stored(Cause::OtherStream(other.to_owned()))
        } else if self.uncertain {
            self.load.possibly_stored(Cause::RefusedLater(reason.to_string()))
        } else {
            self.load.not_stored(reason)
        }
    }

    /// The end where there is no time left, or nobody to send it.
    pub(crate) fn given_up(&self, cause: Cause, unsent: Reason) -> EmitError {
        if let Some(reason) = &self.forbidden {
            self.refused(reason.clone())
        } else if self.phase == Phase::Looking || (self.unread.is_some() && self.uncertain) {
            self.load.possibly_stored(Cause::KeyUnread)
        } else if self.may_be_stored() {
            self.load.possibly_stored(match (&self.elsewhere, cause) {
                (Some((stream, true)), Cause::Deadline) => Cause::OtherStream(stream.clone()),
                (Some((stream, false)), Cause::Deadline) => Cause::OtherStreamRefused(stream.clone()),
                (_, cause) => cause,
            })
        } else {
            self.load.not_stored(self.refusal.clone().unwrap_or(unsent))
        }
    }
}
