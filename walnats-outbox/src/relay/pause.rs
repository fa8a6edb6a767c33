//! Streams that are left alone for a while, and how long things wait.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// Streams in trouble: their rows are not taken, so that those of others pass.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<String, Pause>>);

#[derive(Debug)]
struct Pause {
    until: Instant,
    refusals: u32,
}

impl Pauses {
    /// The stream refused. What was under way when it began to counts once.
    pub(super) fn refused(&self, stream: &str) {
        let now = Instant::now();
        let mut pauses = self.lock();
        let pause = pauses.entry(stream.to_owned()).or_insert(Pause { until: now, refusals: 0 });
        if pause.until <= now {
            pause.refusals += 1;
            pause.until = now + back_off(SHORTEST, LONGEST, pause.refusals);
        }
    }

    /// The stream stored something.
    pub(super) fn stored(&self, stream: &str) {
        self.lock().remove(stream);
    }

    pub(super) fn is_paused(&self, stream: &str) -> bool {
        self.lock().get(stream).is_some_and(|pause| pause.until > Instant::now())
    }

    /// The streams to be left alone now.
    pub(super) fn now(&self) -> Vec<String> {
        let now = Instant::now();
        self.lock().iter().filter(|(_, pause)| pause.until > now).map(|(stream, _)| stream.clone()).collect()
    }

    /// When the next pause is over.
    pub(super) fn next_end(&self) -> Option<Instant> {
        let now = Instant::now();
        self.lock().values().map(|pause| pause.until).filter(|until| *until > now).min()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Doubles with each time, up to `longest`, and up to a half more by chance, so that not all return at once.
pub(super) fn back_off(shortest: Duration, longest: Duration, times: u32) -> Duration {
    let base = shortest.saturating_mul(1 << times.saturating_sub(1).min(20)).min(longest);
    // Each `RandomState` is keyed anew: chance enough for spreading load.
    let chance = RandomState::new().hash_one(times) % 1024;
    base + base.mul_f64(chance as f64 / 2048.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_off_doubles_and_is_bounded() {
        let seconds = |times| back_off(Duration::from_secs(1), Duration::from_secs(300), times).as_secs_f64();
        for (times, base) in [(0, 1.0), (1, 1.0), (2, 2.0), (5, 16.0), (10, 300.0), (u32::MAX, 300.0)] {
            let waited = seconds(times);
            assert!((base..=base * 1.5).contains(&waited), "{times}: {waited}");
        }
    }
}
