//! Failures that nobody waits for: never silent.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::Failure;
use crate::options::{Callback, Lost};

/// Where they go: a log line, a count, and the application's callback.
#[derive(Default)]
pub(crate) struct LostReport {
    callback: Option<Callback<Lost>>,
    count: AtomicU64,
}

impl LostReport {
    pub(crate) fn new(callback: Option<Callback<Lost>>) -> Self {
        Self { callback, count: AtomicU64::new(0) }
    }

    pub(crate) fn report(&self, failure: Failure) {
        let Failure { load, error } = failure;
        for message in load.into_messages() {
            self.report_one(Lost { message, error: error.clone() });
        }
    }

    fn report_one(&self, lost: Lost) {
        self.count.fetch_add(1, Ordering::Relaxed);
        tracing::error!(
            event = lost.message.event(),
            stream = lost.message.stream(),
            error = %lost.error,
            "an event was not confirmed, and nobody waits for it"
        );
        if let Some(callback) = &self.callback {
            callback(lost);
        }
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for LostReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LostReport").field("count", &self.count()).finish_non_exhaustive()
    }
}
