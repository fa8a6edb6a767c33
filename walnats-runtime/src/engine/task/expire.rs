//! Deadlines: of attempts, of emits, and of the stream's memory for ids.

use tokio::time::Instant;

use super::Task;
use crate::engine::job::Phase;
use crate::error::{Cause, Reason};

/// Whose time is up.
enum Over {
    Emit,
    Window,
    Denied,
}

impl Task {
    /// Acts on every deadline that has passed. Looks through everything that was accepted, but only when something is
    /// due, and that is seldom: an attempt that is acknowledged in time never is.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.next_due.is_none_or(|due| due > now) {
            return;
        }
        let mut next: Option<Instant> = None;
        let mut over = Vec::new();
        let mut unanswered = Vec::new();
        for (sequence, job) in self.ring.iter() {
            let end = [job.deadline, job.patience].into_iter().flatten().min();
            if end.is_some_and(|end| end <= now) {
                over.push((sequence, Over::Emit));
                continue;
            }
            let wait = match job.phase {
                Phase::Sent { until, denied: true } if until <= now => {
                    over.push((sequence, Over::Denied));
                    continue;
                }
                Phase::Sent { until, .. } if until <= now => {
                    unanswered.push(sequence);
                    None
                }
                Phase::Sent { until, .. } => Some(until),
                Phase::Looking => None,
                Phase::Ready => match job.last_attempt_before(self.limits.ack_timeout) {
                    Some(last) if last <= now => {
                        over.push((sequence, Over::Window));
                        continue;
                    }
                    last => last,
                },
            };
            next = [next, end, wait].into_iter().flatten().min();
        }
        self.next_due = [next, self.pauses.next()].into_iter().flatten().min();
        for (sequence, over) in over {
            self.end_over(sequence, over);
        }
        for sequence in unanswered {
            self.sent_again_later(sequence);
            self.pauses.ended(sequence);
            if let Some(job) = self.ring.get_mut(sequence) {
                job.attempt_unanswered();
                self.doubts.raise(&job.load.last().stream);
                let last = job.last_attempt_before(self.limits.ack_timeout);
                self.due(last);
            }
        }
        // A stream whose pause is over is found from the start.
        if self.pauses.next().is_some_and(|next| next <= now) {
            self.cursor = self.ring.base();
        }
    }

    /// Ends a job at once where it cannot be sent, now or later.
    pub(super) fn end_hopeless(&mut self, sequence: u64) {
        let (cause, unsent) = if self.client_gone {
            (Cause::Closed, Reason::Unsent("the NATS client is closed"))
        } else if self.inbox_denied {
            (Cause::InboxDenied, Reason::InboxDenied)
        } else {
            return;
        };
        if let Some(error) = self.ring.get(sequence).map(|job| job.given_up(cause, unsent)) {
            self.finish(sequence, Err(error));
        }
    }

    /// The client ended: it was drained, or gave up connecting.
    pub(super) fn lose_client(&mut self) {
        self.client_gone = true;
        let sequences: Vec<u64> = self.ring.iter().map(|(sequence, _)| sequence).collect();
        for sequence in sequences {
            self.end_hopeless(sequence);
        }
    }

    fn end_over(&mut self, sequence: u64, over: Over) {
        let Some(job) = self.ring.get(sequence) else { return };
        let error = match over {
            Over::Emit if self.link.is_up() => job.given_up(Cause::Deadline, Reason::Unsent("too much was before it")),
            Over::Emit => job.given_up(Cause::Deadline, Reason::Unsent("there was no connection")),
            Over::Window => job.load.possibly_stored(Cause::WindowExpired),
            Over::Denied => job.load.possibly_stored(Cause::PermissionDenied),
        };
        self.finish(sequence, Err(error));
    }
}
