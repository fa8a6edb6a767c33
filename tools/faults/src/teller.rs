//! The pipe to the parent, as a publisher's process sees it.

use std::io::Write;
use std::process;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use walnats_runtime::{EmitError, Publisher, Receipt};

use crate::ledger::{End, Line};
use crate::vitals::Vitals;

/// How often a process tells.
const INTERVAL: Duration = Duration::from_millis(500);

/// Writes to the pipe. Each line is one `write`, so that a killed process leaves whole lines.
#[derive(Clone, Copy, Default)]
pub struct Teller {
    /// The process aborts itself instead of telling how this emit, or a later one, ended.
    pub abort_after: Option<usize>,
}

impl Teller {
    /// Writes a line.
    pub fn tell(self, line: &Line) {
        let Ok(mut text) = serde_json::to_string(line) else { return };
        text.push('\n');
        // A parent that is gone wants to know nothing.
        let mut output = std::io::stdout().lock();
        if output.write_all(text.as_bytes()).and_then(|()| output.flush()).is_err() {
            process::exit(1);
        }
    }

    /// Tells how an emit ended that was accepted at `start`.
    pub fn ended(self, number: usize, result: &Result<Receipt, EmitError>, start: Instant) {
        if self.abort_after.is_some_and(|last| number >= last) {
            process::abort();
        }
        let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.tell(&Line::Ended { number, end: End::of(result), millis });
    }

    /// Tells the vitals of this process until it ends.
    pub fn watch(self, publisher: &Publisher) -> JoinHandle<()> {
        let statistics = publisher.client().statistics();
        let start = Instant::now();
        tokio::spawn(async move {
            let mut interval = tokio::time::interval(INTERVAL);
            loop {
                interval.tick().await;
                let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                let connects = statistics.connects.load(std::sync::atomic::Ordering::Relaxed);
                self.tell(&Line::Vitals(Vitals { process: std::process::id(), millis, connects }));
            }
        })
    }
}
