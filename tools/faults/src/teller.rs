//! Reports of a publisher's process to its parent.

use std::io::Write;
use std::process;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use walnats_runtime::{EmitError, Publisher, Receipt};

use crate::ledger::{End, Line};
use crate::vitals::Vitals;

/// How often a process reports its vitals.
const INTERVAL: Duration = Duration::from_millis(500);

/// Writes reports to standard output. Each line is one `write`, so that a killed process leaves complete lines.
#[derive(Clone, Copy, Default)]
pub struct Teller {
    /// The process aborts instead of reporting the end of this emit or a later one.
    pub abort_after: Option<usize>,
}

impl Teller {
    /// Writes a line.
    pub fn tell(self, line: &Line) {
        let Ok(mut text) = serde_json::to_string(line) else { return };
        text.push('\n');
        // If the parent is gone, nobody reads the report.
        let mut output = std::io::stdout().lock();
        if output.write_all(text.as_bytes()).and_then(|()| output.flush()).is_err() {
            process::exit(1);
        }
    }

    /// Reports the end of an emit that was accepted at `start`.
    pub fn ended(self, number: usize, result: &Result<Receipt, EmitError>, start: Instant) {
        if self.abort_after.is_some_and(|last| number >= last) {
            process::abort();
        }
        let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.tell(&Line::Ended { number, end: End::of(result), millis });
    }

    /// Reports the vitals of this process until it ends.
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
