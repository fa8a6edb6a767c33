//! Log lines for lost events: the first of each kind by themselves, a flood as a number.
//!
//! Twenty thousand lines say no more than one, cost an operator the lines before them, and cost the process the time to write
//! them. Which events they were is for [`Options::on_lost`](crate::Options::on_lost).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::options::Lost;

/// So many of a kind get a line of their own within [`SPAN`].
const EACH: u64 = 5;
const SPAN: Duration = Duration::from_secs(1);

/// What was said of each kind lately.
#[derive(Debug, Default)]
pub(super) struct Log {
    kinds: Mutex<BTreeMap<Kind, Said>>,
    unsaid: AtomicBool,
}

/// Lost events that an operator would treat alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    event: String,
    stream: String,
    kind: &'static str,
}

#[derive(Debug)]
struct Said {
    since: Instant,
    lines: u64,
    /// Those without a line, and how the last of them ended.
    unsaid: u64,
    error: String,
}

impl Log {
    pub(super) fn say(&self, lost: &Lost) {
        let kind = Kind {
            event: lost.message.event().to_owned(),
            stream: lost.message.stream().to_owned(),
            kind: lost.error.kind(),
        };
        self.sum_up(false);
        let alone = {
            let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
            let said = kinds.entry(kind).or_insert_with(Said::new);
            if said.lines < EACH {
                said.lines += 1;
                true
            } else {
                said.unsaid += 1;
                if said.unsaid == 1 {
                    said.error = lost.error.to_string();
                }
                self.unsaid.store(true, Ordering::Relaxed);
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

    pub(super) fn is_unsaid(&self) -> bool {
        self.unsaid.load(Ordering::Relaxed)
    }

    /// One line for each kind that has had more than [`EACH`] events, once their [`SPAN`] is over.
    pub(super) fn sum_up(&self, last: bool) {
        let mut due = Vec::new();
        {
            let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            kinds.retain(|kind, said| {
                if !last && now.duration_since(said.since) < SPAN {
                    return true;
                }
                if said.unsaid > 0 {
                    due.push((kind.clone(), said.unsaid, std::mem::take(&mut said.error)));
                }
                false
            });
            self.unsaid.store(kinds.values().any(|said| said.unsaid > 0), Ordering::Relaxed);
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

impl Said {
    fn new() -> Self {
        Self { since: Instant::now(), lines: 0, unsaid: 0, error: String::new() }
    }
}
