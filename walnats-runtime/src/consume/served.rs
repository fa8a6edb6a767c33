//! What a reader did.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a reader did, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// Events whose handler returned that they are done.
    pub done: u64,
    /// Attempts after which the event was given back, to come again.
    pub retried: u64,
    /// Dead letters that were stored.
    pub dead: u64,
    /// Messages that matched a subject filter of the service and are not its events. They were acknowledged.
    pub ignored: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) done: AtomicU64,
    pub(super) retried: AtomicU64,
    pub(super) dead: AtomicU64,
    pub(super) ignored: AtomicU64,
}

impl Counts {
    pub(super) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Served {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Served {
            done: read(&self.done),
            retried: read(&self.retried),
            dead: read(&self.dead),
            ignored: read(&self.ignored),
        }
    }
}
