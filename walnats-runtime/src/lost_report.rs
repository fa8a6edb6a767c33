//! Reports failures that no caller awaits.

mod log;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use self::log::Log;
use crate::error::EmitError;
use crate::message::OutboundMessage;
use crate::metric;
use crate::options::{Callback, Lost};

/// How an emit failed, with its messages, in case no caller awaits it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) messages: Vec<OutboundMessage>,
    pub(crate) error: EmitError,
}

/// Reports lost events to the log, a counter and the application's callback.
#[derive(Default)]
pub(crate) struct LostReport {
    callback: Option<Callback<Lost>>,
    count: AtomicU64,
    log: Log,
}

impl LostReport {
    pub(crate) fn new(callback: Option<Callback<Lost>>) -> Self {
        Self { callback, count: AtomicU64::new(0), log: Log::default() }
    }

    pub(crate) fn report(&self, failure: Failure) {
        let Failure { messages, error } = failure;
        for message in messages {
            self.report_one(Lost { message, error: error.clone() });
        }
    }

    fn report_one(&self, lost: Lost) {
        self.count.fetch_add(1, Ordering::Relaxed);
        metric::lost(lost.message.event());
        self.log.log(&lost);
        if let Some(callback) = &self.callback {
            callback(lost);
        }
    }

    /// The number of lost events.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether a summary has yet to be logged.
    pub(crate) fn owes_summary(&self) -> bool {
        self.log.owes_summary()
    }

    /// Logs the summaries that are due; all of them if this is the `last` call.
    pub(crate) fn sum_up(&self, last: bool) {
        self.log.sum_up(last);
    }
}

impl Drop for LostReport {
    fn drop(&mut self) {
        self.log.sum_up(true);
    }
}

impl fmt::Debug for LostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LostReport").field("count", &self.count()).finish_non_exhaustive()
    }
}
