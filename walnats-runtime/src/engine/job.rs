//! A load while the engine holds it.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ability::Ability;
use super::buffer::Place;
use super::load::Load;
use super::streams::StreamId;
use crate::error::{Cause, EmitError, Reason};
use crate::pending::End;

/// The minimum time allowed for a message to reach the server, if the window permits.
const MARGIN: Duration = Duration::from_secs(5);

/// A partly sent atomic batch. The server stores nothing until its last message.
pub(super) struct Partly {
    pub(super) sequence: u64,
    pub(super) next: usize,
    pub(super) batch_id: String,
}

/// An accepted load that has not ended.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) load: Load,
    /// Receives the result; the caller may have dropped the other side.
    pub(crate) end: oneshot::Sender<End>,
    /// When it ends at the latest.
    pub(crate) deadline: Option<Instant>,
    /// Whether it was emitted with `.buffered()` and counts for `flush`.
    pub(crate) buffered: bool,
    /// Size of headers and payloads.
    pub(crate) bytes: usize,
    pub(crate) stream: StreamId,
    /// Features that an older server would ignore.
    pub(crate) needs: Vec<Ability>,
    /// The stream's duplicate window as far as known: it is not resent later than this after the first attempt.
    pub(crate) window: Duration,
    pub(crate) phase: Phase,
    /// The number of attempts. Refusals of earlier attempts are ignored.
    pub(crate) attempt: u32,
    /// The connection that the last attempt was sent over, counted from 1.
    pub(crate) connection: u64,
    /// Not sent before this.
    pub(crate) not_before: Option<Instant>,
    /// When the first attempt that may have been stored was sent.
    pub(crate) first_sent: Option<Instant>,
    /// Time since `first_sent` that the monotonic clock did not count.
    pub(crate) unseen: Duration,
    /// Whether an attempt went unanswered, so that the event may be stored.
    pub(crate) uncertain: bool,
    /// Why the last answered attempt failed.
    pub(crate) refusal: Option<Reason>,
    /// The other stream with this subject that answered, and whether it stored the message.
    pub(crate) elsewhere: Option<(String, bool)>,
    /// Why the current attempt was refused for good, while another answer may still come.
    pub(crate) verdict: Option<Reason>,
    /// When it ends if its stream stays unavailable, even without a deadline.
    pub(crate) patience: Option<Instant>,
    /// How often the conflicting message could not be read or was gone.
    pub(crate) vain: u32,
    /// Why it is not resent; whether an earlier attempt was stored is being looked up.
    pub(crate) forbidden: Option<Reason>,
    /// Since when the conflicting message has been unreadable over a working connection.
    pub(crate) unread: Option<Instant>,
    /// When it was first sent, the servers showed no stream that could store it.
    pub(crate) cleared: bool,
    pub(crate) losses: Losses,
    /// Released when the job ends.
    pub(crate) _place: Place,
}

/// Unanswered attempts by cause.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Losses {
    /// The connection stayed up.
    pub(crate) silent: u32,
    /// The connection was lost.
    pub(crate) connections: u32,
    /// Of these: the server gave a message as the reason, this or another one.
    pub(crate) explained: u32,
    /// Of these: nothing else was in flight.
    pub(crate) alone: u32,
    /// It may be why the connection is lost, so it is sent while nothing else is in flight.
    pub(crate) suspect: bool,
}

/// A job's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To be sent or resent.
    Ready,
    /// Sent, waiting for an answer.
    Sent {
        /// When the attempt times out.
        until: Instant,
        /// Whether the server denied a publish that, as far as can be known, was this one.
        denied: bool,
    },
    /// The server reported a conflict; the conflicting message is being looked up.
    Looking,
}

impl Job {
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.phase, Phase::Sent { .. })
    }

    /// Whether it may be stored.
    pub(crate) fn may_be_stored(&self) -> bool {
        self.uncertain || !self.is_ready() || self.stored_by().is_some()
    }

    /// The other stream that acknowledged it.
    pub(crate) fn stored_by(&self) -> Option<&str> {
        self.elsewhere.as_ref().filter(|(_, stored)| *stored).map(|(stream, _)| stream.as_str())
    }

    /// Not resent after this, since the stream may have forgotten the id of an earlier attempt. Leaves a margin for the
    /// way to the server.
    pub(crate) fn last_attempt_before(&self, ack_timeout: Duration) -> Option<Instant> {
        let window = self.window;
        let margin = ack_timeout.max(MARGIN).min(window / 2);
        self.first_sent.filter(|_| self.uncertain)?.checked_add((window - margin).saturating_sub(self.unseen))
    }

    /// The current attempt went unanswered.
    pub(crate) fn attempt_unanswered(&mut self) {
        self.phase = Phase::Ready;
        self.verdict = None;
        self.uncertain = true;
        self.patience = None;
    }

    /// The server refused this attempt.
    pub(crate) fn attempt_refused(&mut self, reason: Reason, patience: Option<Instant>) {
        self.phase = Phase::Ready;
        let missing = matches!(reason, Reason::NoStream { .. } | Reason::NoJetStream { .. });
        self.patience = if missing { self.patience.or(patience) } else { None };
        self.refusal = Some(reason);
        if !self.uncertain {
            (self.first_sent, self.unseen) = (None, Duration::ZERO);
        }
    }

    /// The server reported a conflict.
    pub(crate) fn attempt_taken(&mut self, reason: Reason) {
        self.phase = Phase::Looking;
        self.refusal = Some(reason);
        self.patience = None;
    }

    /// Delays the next attempt, so that a message is resent a few times a second at most.
    pub(crate) fn delayed(&mut self, delay: Duration) -> Option<Instant> {
        self.not_before = Instant::now().checked_add(delay);
        self.not_before
    }

    /// The result if the last attempt was refused for `reason`.
    pub(crate) fn refused(&self, reason: Reason) -> EmitError {
        if let Some(other) = self.stored_by() {
            self.load.possibly_stored(Cause::OtherStream(other.to_owned()))
        } else if self.uncertain {
            self.load.possibly_stored(Cause::RefusedLater(reason.to_string()))
        } else {
            self.load.not_stored(reason)
        }
    }

    /// The result if time has run out or there is no connection.
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
