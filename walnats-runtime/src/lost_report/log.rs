//! Log lines for lost events: one line each for the first of a kind, then summaries.
//!
//! Thousands of equal lines would hide other lines and cost time. [`Options::on_lost`](crate::Options::on_lost) gets every event.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::options::Lost;

/// How many of a kind are logged individually within [`SPAN`].
const EACH: u64 = 5;
const SPAN: Duration = Duration::from_secs(1);

/// What was logged recently, by kind.
#[derive(Debug, Default)]
pub(super) struct Log {
    kinds: Mutex<BTreeMap<Kind, Burst>>,
    suppressed: AtomicBool,
}

/// Lost events that an operator would treat alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    event: String,
    stream: String,
    kind: &'static str,
}

#[derive(Debug)]
struct Burst {
    since: Instant,
    lines: u64,
    /// The events that were not logged individually, and the error of the first of them.
    suppressed: u64,
    error: String,
}

impl Log {
    pub(super) fn log(&self, lost: &Lost) {
        let kind = Kind {
            event: lost.message.event().to_owned(),
            stream: lost.message.stream().to_owned(),
            kind: lost.error.kind(),
        };
        self.sum_up(false);
        let alone = {
            let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
            let burst = kinds.entry(kind).or_insert_with(Burst::new);
            if burst.lines < EACH {
                burst.lines += 1;
                true
            } else {
                burst.suppressed += 1;
                if burst.suppressed == 1 {
                    burst.error = lost.error.to_string();
                }
                self.suppressed.store(true, Ordering::Relaxed);
                false
            }
        };
        if alone {
            tracing::error!(
                event = lost.message.event(),
                stream = lost.message.stream(),
                error = %lost.error,
                "an event was not confirmed, and no caller awaits it"
            );
        }
    }

    pub(super) fn owes_summary(&self) -> bool {
        self.suppressed.load(Ordering::Relaxed)
    }

    /// Logs one summary for each kind with more than [`EACH`] events once its [`SPAN`] is over.
    pub(super) fn sum_up(&self, last: bool) {
        let mut due = Vec::new();
        {
            let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            kinds.retain(|kind, burst| {
                if !last && now.duration_since(burst.since) < SPAN {
                    return true;
                }
                if burst.suppressed > 0 {
                    due.push((kind.clone(), burst.suppressed, std::mem::take(&mut burst.error)));
                }
                false
            });
            self.suppressed.store(kinds.values().any(|burst| burst.suppressed > 0), Ordering::Relaxed);
        }
        for (Kind { event, stream, kind }, events, error) in due {
            tracing::error!(
                event,
                stream,
                kind,
                events,
                error,
                "more events were not confirmed, and no caller awaits them; the error is that of the first one"
            );
        }
    }
}

impl Burst {
    fn new() -> Self {
        Self { since: Instant::now(), lines: 0, suppressed: 0, error: String::new() }
    }
}
