//! How often an event is tried, and the pauses in between.

use std::time::Duration;

/// The pauses between the attempts at an event, and the number of attempts. The server holds the event during a pause, so that
/// a pause survives a restart of the service and takes no place.
///
/// ```
/// use std::time::Duration;
/// use walnats_runtime::Backoff;
///
/// let backoff = Backoff::from_secs([1, 10, 60]).attempts(8);
/// assert_eq!(backoff.pause_after(2), Duration::from_secs(10));
/// assert_eq!(backoff.pause_after(7), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    pauses: Vec<Duration>,
    attempts: u64,
}

/// The shortest pause: without one, an event that fails uses up its attempts within milliseconds.
const SHORTEST: Duration = Duration::from_millis(10);

/// The longest pause, 100 years: servers count nanoseconds in 64 bits.
const LONGEST: Duration = Duration::from_secs(36_525 * 24 * 3_600);

impl Backoff {
    /// Pauses after the first attempt, after the second and so on; the last one repeats. From 10 ms to 100 years each.
    pub fn new(pauses: impl IntoIterator<Item = Duration>) -> Self {
        let mut pauses: Vec<Duration> = pauses.into_iter().map(bounded).collect();
        if pauses.is_empty() {
            pauses.push(Duration::from_secs(1));
        }
        Self { pauses, attempts: 8 }
    }

    /// Like [`Backoff::new`], in seconds.
    pub fn from_secs(pauses: impl IntoIterator<Item = u64>) -> Self {
        Self::new(pauses.into_iter().map(Duration::from_secs))
    }

    /// How often an event is tried before it becomes a dead letter. Default 8; at least 1.
    pub fn attempts(mut self, attempts: u64) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause after an attempt, counted from 1.
    pub fn pause_after(&self, attempt: u64) -> Duration {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        self.pauses.get(index).or(self.pauses.last()).copied().unwrap_or(SHORTEST)
    }

    /// The number of attempts.
    pub(super) fn most(&self) -> u64 {
        self.attempts
    }
}

/// One second, ten, one minute, then five minutes; 8 attempts.
impl Default for Backoff {
    fn default() -> Self {
        Self::from_secs([1, 10, 60, 300])
    }
}

/// A pause that a server can hold.
pub(super) fn bounded(pause: Duration) -> Duration {
    pause.clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pause_is_missing_or_zero() {
        assert_eq!(Backoff::new([]).pause_after(1), Duration::from_secs(1));
        assert_eq!(Backoff::new([Duration::ZERO]).pause_after(u64::MAX), SHORTEST);
        assert_eq!(Backoff::from_secs([u64::MAX]).pause_after(0), LONGEST);
        assert_eq!(Backoff::default().attempts(0).most(), 1);
    }
}
