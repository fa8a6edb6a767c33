//! Time that the monotonic clock does not count. On most systems it stops while the machine sleeps; the stream's
//! duplicate window does not.

use std::time::{Duration, Instant, SystemTime};

/// A smaller difference is only clock drift.
const LEAST: Duration = Duration::from_millis(100);

/// Both clocks when last read.
#[derive(Debug)]
pub(super) struct Clock(Instant, SystemTime);

impl Clock {
    pub(super) fn new() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    /// How much more time has passed since the last call than the monotonic clock counted. A wall clock that is set
    /// ahead looks the same and is believed, since that at worst ends an event early; one that is set back is ignored.
    pub(super) fn unseen(&mut self) -> Option<Duration> {
        let before = std::mem::replace(self, Self::new());
        let (counted, passed) = (self.0 - before.0, self.1.duration_since(before.1).unwrap_or_default());
        passed.checked_sub(counted).filter(|unseen| *unseen >= LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_was_slept_through_is_noticed() {
        let (now, hour) = ((Instant::now(), SystemTime::now()), Duration::from_secs(3_600));
        assert_eq!(Clock(now.0, now.1).unseen(), None);
        assert_eq!(Clock(now.0, now.1 + hour).unseen(), None, "set back");
        let unseen = Clock(now.0, now.1 - hour).unseen().expect("an hour");
        assert!(unseen > hour - LEAST && unseen < hour + LEAST, "{unseen:?}");
    }
}
