//! Deadlines: of attempts, of emits, and of the stream's duplicate window.

use std::time::Duration;

use tokio::time::Instant;

use super::Task;
use crate::engine::job::Phase;
use crate::error::{Cause, Reason};

/// How much longer a suspect waits after each unanswered attempt.
const SILENT_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_SILENT_PAUSE: Duration = Duration::from_secs(10);

/// The pause after only another stream answered.
const ELSEWHERE_PAUSE: Duration = Duration::from_millis(500);

/// Which deadline has passed.
enum Over {
    Emit,
    Window,
    Denied,
}

impl Task {
    /// Acts on every deadline that has passed. Scans all jobs, but only if a deadline is due, which is rare: attempts
    /// acknowledged in time never are.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.next_due.is_none_or(|due| due > now) {
            return;
        }
        let mut next: Option<Instant> = None;
        let mut over = Vec::new();
        let mut unanswered = Vec::new();
        let mut due_again = false;
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
                Phase::Ready if job.not_before.is_some_and(|at| at <= now) => {
                    due_again = true;
                    job.last_attempt_before(self.limits.ack_timeout)
                }
                Phase::Ready => match job.last_attempt_before(self.limits.ack_timeout) {
                    Some(last) if last <= now => {
                        over.push((sequence, Over::Window));
                        continue;
                    }
                    last => [last, job.not_before].into_iter().flatten().min(),
                },
            };
            next = [next, end, wait].into_iter().flatten().min();
        }
        let held = [self.hang_ups.hold_until, self.hang_ups.next_alone].into_iter().flatten().filter(|at| *at > now);
        self.next_due = [next, self.pauses.next()].into_iter().flatten().chain(held).min();
        for (sequence, over) in over {
            self.end_over(sequence, over);
        }
        for sequence in unanswered {
            self.on_unanswered(sequence);
        }
        // Scan from the start if a stream's pause is over.
        if due_again || self.pauses.next().is_some_and(|next| next <= now) {
            self.cursor = self.ring.base();
        }
    }

    /// An attempt timed out while the connection stayed up.
    fn on_unanswered(&mut self, sequence: u64) {
        if let Some(reason) = self.ring.get_mut(sequence).and_then(|job| job.verdict.take()) {
            return self.end_verdict(sequence, &reason);
        }
        self.sent_again_later(sequence);
        self.pauses.ended(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        let (stream, elsewhere) = (job.stream, job.elsewhere.is_some());
        self.streams.refresh(job.stream);
        job.attempt_unanswered();
        job.losses.silent += 1;
        // A link behind the server may break over it.
        let suspect = job.losses.silent >= 2 && self.hang_ups.is_unproven(&job.load);
        job.losses.suspect |= suspect && !self.window.keeps_order();
        if elsewhere && job.deadline.is_none() {
            job.patience = Instant::now().checked_add(self.limits.deadline);
        }
        let delay = LONGEST_SILENT_PAUSE.min(SILENT_PAUSE.saturating_mul(job.losses.silent));
        let again = match (job.losses.suspect, elsewhere) {
            (true, _) => job.delayed(delay),
            // Its own stream is being asked about.
            (false, true) => job.delayed(ELSEWHERE_PAUSE),
            (false, false) => None,
        };
        let (patience, last) = (job.patience, job.last_attempt_before(self.limits.ack_timeout));
        self.probes.raise(&job.load.last().stream);
        for instant in [again, patience, last] {
            self.due(instant);
        }
        if self.streams.get(stream).never_acknowledges() {
            let name = self.streams.get(stream).name.clone();
            if let Some(error) =
                self.ring.get(sequence).map(|job| job.load.possibly_stored(Cause::NeverAcknowledges(name)))
            {
                self.finish(sequence, Err(error));
            }
            return;
        }
        self.note_silence(stream, elsewhere);
    }

    /// Ends a job at once if it can never be sent.
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

    /// The client ended: it was drained, gave up connecting, or its runtime is shutting down.
    pub(super) fn lose_client(&mut self) {
        self.client_lost = true;
        self.show(true);
    }

    /// Ends everything that needs the client. A runtime that shuts down ends the client and this task in any order, so
    /// this waits for a timer, which does not fire in such a runtime.
    pub(super) async fn give_up_client(&mut self) {
        if !self.client_lost || self.client_gone {
            return;
        }
        tokio::time::sleep(super::TICK).await;
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
            Over::Emit => job.given_up(Cause::Deadline, Reason::Unsent(self.disconnected)),
            Over::Window => job.load.possibly_stored(Cause::WindowExpired),
            Over::Denied => job.load.possibly_stored(Cause::PermissionDenied),
        };
        self.finish(sequence, Err(error));
    }
}
