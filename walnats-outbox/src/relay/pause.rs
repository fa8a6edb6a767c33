//! Pauses for streams in trouble, and back-off delays.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// Streams in trouble: their rows are skipped, so that other streams proceed. After a pause, one row probes whether the
/// stream has recovered.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<String, Pause>>);

#[derive(Debug)]
struct Pause {
    until: Instant,
    refusals: u32,
    /// Whether a probing row is in flight.
    probing: bool,
    /// Whether the whole account is in trouble.
    of_account: bool,
}

impl Pause {
    fn holds(&self, now: Instant) -> bool {
        self.probing || self.until > now
    }
}

impl Pauses {
    /// The stream or its account rejected an event. Rows that were in flight at that time count once. Trouble is logged when it
    /// begins and when it ends; that of an account once for all its streams.
    pub(super) fn refused(&self, stream: &str, error: &str, of_account: bool) {
        let now = Instant::now();
        let mut pauses = self.lock();
        let is_known = pauses.get(stream).is_some_and(|pause| !of_account || pause.of_account);
        if !is_known && of_account && !pauses.values().any(|pause| pause.of_account) {
            tracing::error!(
                stream,
                error,
                "the account accepts no outbox events; they stay in the outbox, and none is parked"
            );
        } else if !is_known && !of_account {
            tracing::warn!(
                stream,
                error,
                "the stream accepts no outbox events; they stay in the outbox, and none is parked"
            );
        }
        let new = Pause { until: now, refusals: 0, probing: false, of_account };
        let pause = pauses.entry(stream.to_owned()).or_insert(new);
        (pause.probing, pause.of_account) = (false, of_account);
        if pause.until <= now {
            pause.refusals += 1;
            pause.until = now + back_off(SHORTEST, LONGEST, pause.refusals);
        }
    }

    /// The stream stored an event.
    pub(super) fn stored(&self, stream: &str) {
        let mut pauses = self.lock();
        if let Some(pause) = pauses.remove(stream) {
            let of_account = pause.of_account && !pauses.values().any(|pause| pause.of_account);
            tracing::info!(stream, of_account, "outbox events are accepted again");
        }
    }

    /// An attempt ended without information about the stream.
    pub(super) fn ended(&self, stream: &str) {
        if let Some(pause) = self.lock().get_mut(stream) {
            pause.probing = false;
        }
    }

    /// Whether a row may be sent to the stream now.
    pub(super) fn allows(&self, stream: &str) -> bool {
        match self.lock().get_mut(stream) {
            Some(pause) if pause.holds(Instant::now()) => false,
            Some(pause) => {
                pause.probing = true;
                true
            }
            None => true,
        }
    }

    /// The streams that are paused now.
    pub(super) fn now(&self) -> Vec<String> {
        let now = Instant::now();
        self.lock().iter().filter(|(_, pause)| pause.holds(now)).map(|(stream, _)| stream.clone()).collect()
    }

    /// The number of streams in trouble.
    #[cfg(feature = "metrics")]
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// When the next pause ends.
    pub(super) fn next_end(&self) -> Option<Instant> {
        let now = Instant::now();
        self.lock().values().map(|pause| pause.until).filter(|until| *until > now).min()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Doubles each time, up to `longest`, plus up to 50 % jitter.
pub(super) fn back_off(shortest: Duration, longest: Duration, times: u32) -> Duration {
    let base = shortest.saturating_mul(1 << times.saturating_sub(1).min(20)).min(longest);
    // Each `RandomState` has new keys, which is random enough for jitter.
    let chance = RandomState::new().hash_one(times) % 1024;
    base + base.mul_f64(chance as f64 / 2048.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_probes_after_a_pause() {
        let pauses = Pauses::default();
        assert!(pauses.allows("a") && pauses.allows("a"));
        pauses.refused("a", "full", false);
        assert!(!pauses.allows("a") && pauses.allows("b"));
        assert_eq!(pauses.now(), ["a"]);
        std::thread::sleep(SHORTEST * 2);
        assert!(pauses.now().is_empty() && pauses.allows("a"), "the pause is over");
        assert!(!pauses.allows("a"), "one probe is enough");
        assert_eq!(pauses.now(), ["a"]);
        pauses.ended("a");
        assert!(pauses.allows("a"), "the probe was inconclusive");
        pauses.stored("a");
        assert!(pauses.allows("a") && pauses.allows("a"));
    }

    #[test]
    fn a_back_off_doubles_and_is_bounded() {
        let seconds = |times| back_off(Duration::from_secs(1), Duration::from_secs(300), times).as_secs_f64();
        for (times, base) in [(0, 1.0), (1, 1.0), (2, 2.0), (5, 16.0), (10, 300.0), (u32::MAX, 300.0)] {
            let waited = seconds(times);
            assert!((base..=base * 1.5).contains(&waited), "{times}: {waited}");
        }
    }
}
