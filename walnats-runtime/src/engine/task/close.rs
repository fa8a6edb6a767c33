//! `flush`, `shutdown`, and the end of a publisher that nobody shut down.

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Task;
use crate::engine::command::{Closing, Command};
use crate::error::{Cause, FlushError, Reason, ShutdownError};
use crate::lost_report::Failure;

impl Task {
    /// Completes every `flush` whose messages have ended or whose time is up.
    pub(super) fn settle(&mut self) {
        if self.flushes.is_empty() && self.closing.is_none() {
            return;
        }
        let now = Instant::now();
        for flush in std::mem::take(&mut self.flushes) {
            if self.ring.base() >= flush.before {
                // The caller may have dropped the future of `flush`.
                let _ = flush.end.send(self.take_failures());
            } else if flush.until <= now {
                let unacknowledged = self.ring.iter().take_while(|(sequence, _)| *sequence < flush.before).count();
                let _ = flush.end.send(Err(FlushError::Deadline { unacknowledged }));
            } else {
                self.flushes.push(flush);
            }
        }
        if self.closing.as_ref().is_some_and(|closing| closing.until <= now) && !self.ring.is_empty() {
            self.abandon(&Reason::Closed);
        }
    }

    fn take_failures(&mut self) -> Result<(), FlushError> {
        match (std::mem::take(&mut self.failed), self.first_failure.take()) {
            (failed, Some(first)) => Err(FlushError::Failed { failed, first: Box::new(first) }),
            (_, None) => Ok(()),
        }
    }

    /// Shuts down: everything ends by `until`, and the caller at `end` gets what was not acknowledged.
    pub(super) fn close(&mut self, until: Instant, end: oneshot::Sender<Result<(), ShutdownError>>) {
        let closing = self.closing.get_or_insert_with(|| Closing { until, ends: Vec::new() });
        closing.until = closing.until.min(until);
        closing.ends.push(end);
    }

    /// The last handle is gone: what is left gets as long as a confirmed emit.
    pub(super) fn close_unattended(&mut self) {
        self.commands_open = false;
        let until = Instant::now() + self.limits.deadline;
        self.closing.get_or_insert_with(|| Closing { until, ends: Vec::new() });
    }

    /// Whether the task is finished. Completes the shutdown if one is waiting.
    pub(super) fn is_finished(&mut self) -> bool {
        if self.closing.is_none() || !self.ring.is_empty() {
            return false;
        }
        for end in self.closing.take().into_iter().flat_map(|closing| closing.ends) {
            let _ = end.send(Ok(()));
        }
        true
    }

    /// Ends what reserved room before the shutdown and was handed over after it.
    pub(super) fn refuse_the_late(&mut self) {
        for command in self.take_the_late() {
            if let Command::Send(job) = command {
                let sequence = self.ring.push(job);
                if let Some(error) = self.ring.get(sequence).map(|job| job.load.not_stored(Reason::Closed)) {
                    self.finish(sequence, Err(error));
                }
            }
        }
    }

    /// Whether a caller waits for the shutdown and gets what is left.
    pub(super) fn is_awaited(&self) -> bool {
        self.closing.as_ref().is_some_and(|closing| closing.ends.iter().any(|end| !end.is_closed()))
    }

    /// Ends everything that is left, and returns it.
    pub(super) fn abandon(&mut self, unsent: &Reason) {
        let ends = self.closing.as_mut().map(|closing| std::mem::take(&mut closing.ends)).unwrap_or_default();
        let (mut never_sent, mut unknown) = (Vec::new(), Vec::new());
        let sequences: Vec<u64> = self.ring.iter().map(|(sequence, _)| sequence).collect();
        let mut failures = Vec::new();
        for sequence in sequences {
            let Some(job) = self.ring.remove(sequence) else { continue };
            let error = job.given_up(Cause::Closed, unsent.clone());
            let list = if job.may_be_stored() { &mut unknown } else { &mut never_sent };
            self.counters.ended(job.load.messages().len(), None);
            list.extend(job.load.messages().iter().cloned());
            if let Err(Err(failure)) =
                job.end.send(Err(Box::new(Failure { messages: job.load.into_messages(), error })))
            {
                failures.push(*failure);
            }
        }
        let error = ShutdownError::new(never_sent, unknown);
        let mut told = false;
        for end in ends {
            told |= end.send(Err(error.clone())).is_ok();
        }
        if !told {
            failures.into_iter().for_each(|failure| self.lost.report(failure));
        }
    }
}
