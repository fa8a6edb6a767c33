//! Gauges that all publishers of a process share.

use std::sync::{Mutex, PoisonError};

/// The sums over all publishers. The lock is held while the gauges are set, so that the latest sums are written last.
static SUMS: Mutex<(u64, u64)> = Mutex::new((0, 0));

/// The share of one publisher in the gauges.
#[derive(Debug, Default)]
pub(crate) struct Present {
    buffered: u64,
    in_flight: u64,
}

impl Present {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sets the present values of this publisher.
    pub(crate) fn set(&mut self, buffered: u64, in_flight: u64) {
        if (self.buffered, self.in_flight) == (buffered, in_flight) {
            return;
        }
        let mut sums = SUMS.lock().unwrap_or_else(PoisonError::into_inner);
        sums.0 = (sums.0 + buffered).saturating_sub(self.buffered);
        sums.1 = (sums.1 + in_flight).saturating_sub(self.in_flight);
        (self.buffered, self.in_flight) = (buffered, in_flight);
        metrics::gauge!("walnats_buffered").set(sums.0 as f64);
        metrics::gauge!("walnats_in_flight").set(sums.1 as f64);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.set(0, 0);
    }
}
