//! The task's life: running it, and its death, which is reported like any other end.
//!
//! The runtime drops its tasks when it is shut down, at the end of `main` for example. Nothing can be sent from then on.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc::error::TryRecvError;

use super::Task;
use crate::engine::command::Command;
use crate::engine::life::Death;
use crate::error::Cause;

impl Task {
    /// Runs until nobody can hand over anything more and everything has ended.
    pub(in crate::engine) async fn run(self) {
        let life = Arc::clone(&self.life);
        let mut work = pin!(self.work());
        poll_fn(|cx| life.poll(|cx| work.as_mut().poll(cx), cx)).await;
    }

    /// Takes what was handed over and not looked at. Nothing is handed over from then on.
    pub(super) fn take_the_late(&mut self) -> Vec<Command> {
        self.commands.close();
        let mut late = Vec::new();
        loop {
            match self.commands.try_recv() {
                Ok(command) => late.push(command),
                // Somebody is in the middle of handing over, which takes some instructions.
                Err(TryRecvError::Empty) => std::thread::yield_now(),
                Err(TryRecvError::Disconnected) => return late,
            }
        }
    }

    /// Ends everything that is left, of which nothing was heard.
    fn die(&mut self, death: Death) {
        let unconfirmed = usize::try_from(self.counters.buffered()).unwrap_or(usize::MAX);
        // First, so that whoever comes too late learns why.
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
