//! Accepting and ending jobs: everything accepted ends exactly once.

use tokio::time::Instant;

use super::Task;
use crate::engine::clock::Clock;
use crate::engine::job::Job;
use crate::error::EmitError;
use crate::lost_report::Failure;
use crate::message::Receipt;
use crate::metric;

impl Task {
    pub(super) fn accept(&mut self, mut job: Box<Job>) {
        if self.ring.is_empty() {
            // Sleep before the first job does not matter.
            self.clock = Clock::new();
        }
        job.stream = self.streams.id(&job.load.last().stream);
        job.window = self.window_of(&job);
        self.inspection_due |= self.streams.get(job.stream).wants_inspection();
        let deadline = job.deadline;
        let sequence = self.ring.push(job);
        self.due(deadline);
        self.end_hopeless(sequence);
    }

    /// Ends a job. Everything accepted passes through here exactly once.
    pub(super) fn finish(&mut self, sequence: u64, result: Result<Receipt, EmitError>) {
        self.no_longer_sent(sequence);
        self.pauses.ended(sequence);
        let Some(job) = self.ring.remove(sequence) else { return };
        if self.partly.as_ref().is_some_and(|partly| partly.sequence == sequence) {
            self.partly = None;
        }
        let last = job.load.last();
        if self.watch.ended(&last.stream, &last.subject, &result) {
            self.show(true);
        }
        let messages = job.load.messages().len();
        let outcome = result.as_ref().map(|receipt| receipt.outcome);
        self.counters.ended(messages, Some(outcome));
        metric::ended(&job.load.last().event, messages, outcome, job.first_sent);
        let end = match result {
            Ok(receipt) => Ok(receipt),
            Err(error) => {
                if job.buffered {
                    self.failed += 1;
                    self.first_failure.get_or_insert_with(|| error.clone());
                }
                Err(Box::new(Failure { messages: job.load.into_messages(), error }))
            }
        };
        if let Err(Err(failure)) = job.end.send(end) {
            self.lost.report(*failure);
        }
    }

    /// Removes a job from the window, if it is there.
    pub(super) fn no_longer_sent(&mut self, sequence: u64) {
        self.window.end_alone(sequence);
        if let Some(job) = self.ring.get(sequence).filter(|job| job.is_sent()) {
            self.window.leave(job);
            if job.uncertain {
                self.cursor = self.passed_over.take().map_or(self.cursor, |passed_over| passed_over.min(self.cursor));
            }
        }
    }

    /// Makes sure that deadlines are checked at `instant`.
    pub(super) fn due(&mut self, instant: Option<Instant>) {
        if let Some(instant) = instant {
            self.next_due = Some(self.next_due.map_or(instant, |due| due.min(instant)));
        }
    }
}
