//! How long a thread has computed: what others do on the machine does not count.

use std::time::{Duration, Instant};

/// The time that the thread which starts it computes; where the system does not say, the time that passes.
pub(crate) struct Stopwatch {
    start: Instant,
    computed: Option<Duration>,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now(), computed: computed() }
    }

    /// The time since the start, of the same thread.
    pub(crate) fn used(&self) -> Duration {
        let computed = self.computed.and_then(|before| computed()?.checked_sub(before));
        computed.unwrap_or_else(|| self.start.elapsed())
    }
}

/// How long this thread has computed. Linux counts it, and has no other safe way to ask.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
