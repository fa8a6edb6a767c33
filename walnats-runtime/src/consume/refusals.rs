//! Pulls that a server refuses, one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::consumer::Wanted;

/// The longest pause after a refusal.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// How many kinds of refusals are remembered.
const KINDS: usize = 64;

/// The refusals since a pull was last served.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    count: u32,
    /// When they began, and the last one.
    since: Option<(Instant, String)>,
    /// What was logged.
    said: BTreeSet<String>,
}

impl Refusals {
    /// A pull was refused. Logs each kind once, and returns how long to wait.
    pub(super) fn add(&mut self, wanted: &Wanted, status: String) -> Duration {
        self.count = self.count.saturating_add(1);
        if self.said.len() < KINDS && self.said.insert(status.clone()) {
            tracing::warn!(stream = wanted.stream, consumer = wanted.name, status, "the server refuses a pull");
        }
        let since = self.since.take().map_or_else(Instant::now, |(since, _)| since);
        self.since = Some((since, status));
        Duration::from_millis(100).saturating_mul(1 << self.count.min(6)).min(LONGEST_PAUSE)
    }

    /// A pull was served.
    pub(super) fn over(&mut self) {
        (self.count, self.since) = (0, None);
    }

    /// The last refusal, if pulls have been refused for longer than that.
    pub(super) fn longer_than(&self, limit: Duration) -> Option<String> {
        let (since, status) = self.since.as_ref()?;
        (since.elapsed() >= limit).then(|| status.clone())
    }
}
