//! Handling JetStream's answers.

use std::time::Duration;

use async_nats::Message;
use tokio::time::Instant;

use super::{Task, probe};
use crate::engine::answer::{self, Answer};
use crate::engine::job::{Job, Phase};
use crate::engine::pause::SAID_AFTER;
use crate::engine::{trace, watch, wire};
#[cfg(feature = "testing")]
use crate::error::Cause;
use crate::error::Reason;
use crate::message::{Outcome, Receipt};

/// The pause before resending a message that was refused for now, longer with each attempt. The pause of its stream ends with
/// the first message that is stored, even if others are refused again and again.
const REFUSED: Duration = Duration::from_millis(25);
const REFUSED_LONGEST: Duration = Duration::from_millis(150);
/// The pause before resending a message whose id is in process.
const IN_PROCESS: Duration = Duration::from_millis(500);

/// The pause before resending a batch that the server abandoned, doubled each time.
const GIVEN_UP: Duration = Duration::from_millis(250);

/// An acknowledgement.
struct Stored {
    stream: String,
    domain: Option<String>,
    sequence: u64,
    duplicate: bool,
}

impl Task {
    pub(super) fn on_answer(&mut self, answer: &Message) {
        // Anybody may publish to an inbox: unknown tokens are ignored.
        let Some(token) = answer.subject.strip_prefix(self.inbox.as_str()) else { return };
        self.hang_ups.answered();
        self.watch.hear();
        if let Some(number) = token.strip_prefix(probe::MARK) {
            return self.on_probe_answered(number);
        }
        if let Some(number) = token.strip_prefix(trace::MARK) {
            return self.tracing.arrives(number, &answer.payload);
        }
        let Some((sequence, attempt)) = wire::replied(token) else { return };
        let Some(job) = self.ring.get(sequence) else { return };
        let is_present = job.attempt == attempt && job.connection == self.link.connection();
        self.hang_ups.got_through(sequence, is_present);
        let message = job.load.last();
        if !self.probes.is_empty()
            && let Some(first_sent) = job.first_sent.filter(|_| !job.uncertain)
            && self.probes.heard(&message.stream, first_sent)
        {
            self.cursor = self.ring.base();
        }
        let read = answer::read(answer, &message.stream, job.bytes);
        if self.window.alone() == Some(sequence) {
            self.survived(sequence);
        }
        match read {
            Answer::Stored { stream, domain, sequence: stored, duplicate } => {
                self.on_stored(sequence, Stored { stream, domain, sequence: stored, duplicate });
            }
            Answer::Elsewhere { stream, stored } => self.on_elsewhere(sequence, stream, stored),
            Answer::Nothing => {}
            #[cfg(feature = "testing")]
            Answer::Withheld => {
                if let Some(error) = self.ring.get(sequence).map(|job| job.load.possibly_stored(Cause::Deadline)) {
                    self.finish(sequence, Err(error));
                }
            }
            // A refusal of an earlier attempt says nothing about the current one.
            _ if self.ring.get(sequence).is_some_and(|job| job.attempt != attempt) => {}
            Answer::Taken(reason) => {
                self.answers(sequence);
                self.on_taken(sequence, reason);
            }
            Answer::InProcess => {
                // An id can stay in process; it must not hold up the others.
                self.answers(sequence);
                self.on_in_process(sequence);
            }
            Answer::BatchGivenUp(reason) => self.on_batch_given_up(sequence, reason),
            Answer::Later(reason) => self.on_refused_for_now(sequence, reason),
            Answer::Never(reason) => self.on_refused_for_good(sequence, reason),
        }
    }

    fn on_stored(&mut self, sequence: u64, stored: Stored) {
        let Some(job) = self.ring.get(sequence) else { return };
        let Stored { stream, domain, sequence: stored, duplicate } = stored;
        let id = job.stream;
        let moved = self.streams.get_mut(id).acknowledges(domain.as_deref());
        self.hang_ups.passed(&job.load, job.bytes);
        let message = job.load.last();
        // A generated id can only have been stored by an earlier attempt.
        let outcome = if duplicate && !message.fresh_id { Outcome::Duplicate(stored) } else { Outcome::Stored(stored) };
        if !self.pauses.is_empty() && self.pauses.stored(&stream) {
            self.cursor = self.ring.base();
        }
        let message_id = message.message_id.clone();
        self.finish(sequence, Ok(Receipt { outcome, stream, domain, message_id }));
        if moved {
            self.inspect(id, false);
        }
    }

    /// The stream answers, so its pause ends.
    fn answers(&mut self, sequence: u64) {
        let Some(job) = self.ring.get(sequence) else { return };
        if !self.pauses.is_empty() && self.pauses.stored(&job.load.last().stream) {
            self.cursor = self.ring.base();
        }
    }

    /// The connection survived a message that was alone.
    fn survived(&mut self, sequence: u64) {
        self.window.end_alone(sequence);
        self.hang_ups.survived();
        if let Some(job) = self.ring.get_mut(sequence) {
            job.losses.suspect = false;
        }
        self.cursor = self.ring.base();
    }

    /// Another stream with the same subject answered. The message's own stream may still answer, from another account
    /// or domain.
    fn on_elsewhere(&mut self, sequence: u64, stream: String, stored: bool) {
        if let Some(job) = self.ring.get_mut(sequence) {
            let before = job.elsewhere.as_ref().is_some_and(|(_, stored)| *stored);
            self.streams.get_mut(job.stream).other = Some(stream.clone());
            job.elsewhere = Some((stream, stored || before));
            if let Phase::Sent { until, .. } = &mut job.phase
                && self.streams.get(job.stream).absent
            {
                let now = Instant::now();
                *until = now.min(*until);
                self.due(Some(now));
            }
        }
    }

    /// The server abandons a batch if too many are open. Others of the stream are not affected.
    fn on_batch_given_up(&mut self, sequence: u64, reason: Reason) {
        self.sent_again_later(sequence);
        self.pauses.ended(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        job.attempt_refused(reason, None);
        job.vain += 1;
        let again = job.delayed(GIVEN_UP * (1 << (job.vain - 1).min(3)));
        self.due(again);
    }

    /// This counts as no answer, but need not be waited for much longer.
    fn on_in_process(&mut self, sequence: u64) {
        let soon = Instant::now() + IN_PROCESS;
        if let Some(Job { phase: Phase::Sent { until, .. }, .. }) = self.ring.get_mut(sequence) {
            *until = soon.min(*until);
            self.due(Some(soon));
        }
    }

    fn on_refused_for_now(&mut self, sequence: u64, reason: Reason) {
        let now = Instant::now();
        self.sent_again_later(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        let (stream, id, subject) = (job.load.last().stream.to_string(), job.stream, job.load.last().subject.clone());
        let missing = matches!(reason, Reason::NoStream { .. });
        let patience = if job.deadline.is_none() { now.checked_add(self.limits.deadline) } else { None };
        job.attempt_refused(reason.clone(), patience);
        let again = job.delayed(REFUSED_LONGEST.min(REFUSED.saturating_mul(job.attempt)));
        let (patience, uncertain) = (job.patience, job.uncertain);
        self.due(patience);
        self.due(again);
        if uncertain {
            // The other stream may be gone when the pause is over.
            self.probes.raise(&stream);
        }
        let refusals = self.pauses.refused(&stream, sequence, &reason, now);
        if refusals >= SAID_AFTER {
            self.watch.refuses(&stream, &subject, watch::shows(&reason), now);
        }
        self.due(self.pauses.next());
        if missing && refusals >= 2 {
            self.decide(id);
        }
    }

    /// Removes a job from the window and moves the cursor back to it.
    pub(super) fn sent_again_later(&mut self, sequence: u64) {
        self.no_longer_sent(sequence);
        if self.partly.as_ref().is_some_and(|partly| partly.sequence == sequence) {
            self.partly = None;
        }
        self.cursor = self.cursor.min(sequence);
    }
}
