//! Running the task, and ending everything it holds if the task itself is ended.
//!
//! A runtime drops its tasks when it is shut down, for example at the end of `main`. Nothing can be sent from then on.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc::error::TryRecvError;

use super::Task;
use crate::engine::command::Command;
use crate::engine::life::Death;
use crate::error::Cause;

impl Task {
    /// Runs until all handles are gone and everything has ended.
    pub(in crate::engine) async fn run(self) {
        let life = Arc::clone(&self.life);
        let mut work = pin!(self.work());
        poll_fn(|cx| life.poll(|cx| work.as_mut().poll(cx), cx)).await;
    }

    /// Accepts commands that were sent and not handled. No more can be sent from then on.
    pub(super) fn take_the_late(&mut self) -> Vec<Command> {
        self.commands.close();
        let mut late = Vec::new();
        loop {
            match self.commands.try_recv() {
                Ok(command) => late.push(command),
                // A caller is in the middle of sending, which takes a few instructions.
                Err(TryRecvError::Empty) => std::thread::yield_now(),
                Err(TryRecvError::Disconnected) => return late,
            }
        }
    }

    /// Ends everything that is left.
    fn die(&mut self, death: Death) {
        let unconfirmed = usize::try_from(self.counters.buffered()).unwrap_or(usize::MAX);
        // First, so that later callers learn the reason.
        self.life.dies(death, unconfirmed);
        for command in self.take_the_late() {
            match command {
                Command::Send(job) => {
                    self.ring.push(job);
                }
                Command::Shutdown { until, end } => self.close(until, end),
                // Dropping its end says that the task is gone.
                Command::Flush { .. } => {}
            }
        }
        if unconfirmed > 0 {
            tracing::error!(
                messages = unconfirmed,
                "{}; messages that the publisher held are not confirmed. `shutdown` before the end waits for them",
                death.reason()
            );
        }
        if self.is_awaited() {
            self.abandon(&death.reason());
        }
        let sequences: Vec<u64> = self.ring.iter().map(|(sequence, _)| sequence).collect();
        for sequence in sequences {
            if let Some(error) = self.ring.get(sequence).map(|job| job.given_up(Cause::Closed, death.reason())) {
                self.finish(sequence, Err(error));
            }
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.ended {
            self.die(if std::thread::panicking() { Death::Panic } else { Death::Runtime });
        }
        self.lost.sum_up(true);
        self.counters.set(0, 0, 0);
        self.present.set(0, 0);
    }
}
