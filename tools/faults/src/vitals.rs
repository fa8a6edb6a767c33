//! The effort of a process, which no fault may raise beyond a limit.

use serde::{Deserialize, Serialize};

/// The minimum window for a rate: reconnecting immediately after a cut is fine, unless it continues at that rate.
const WINDOW_MILLIS: u64 = 3_000;

/// What a process has done since its publisher was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vitals {
    /// The process id.
    pub process: u32,
    /// The time since then.
    pub millis: u64,
    /// The number of connections, including the first one.
    pub connects: u64,
}

/// The maximum reconnects per second of one process over a window, without `forgiven` ones that the fault forced.
pub fn reconnects(vitals: &[Vitals], forgiven: u64) -> f64 {
    let mut most: f64 = 0.0;
    for (index, from) in vitals.iter().enumerate() {
        let window = |to: &&Vitals| to.process == from.process && to.millis >= from.millis + WINDOW_MILLIS;
        if let Some(to) = vitals[index..].iter().find(window) {
            let made = (to.connects - from.connects).saturating_sub(forgiven);
            // Both are far below 2^52.
            #[allow(clippy::cast_precision_loss)]
            let rate = made as f64 * 1e3 / (to.millis - from.millis) as f64;
            most = most.max(rate);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reconnects_are_counted_by_process_and_window() {
        let vitals = |process, millis, connects| Vitals { process, millis, connects };
        let calm = [vitals(1, 0, 1), vitals(2, 500, 400), vitals(1, 3_000, 3), vitals(1, 6_000, 4)];
        assert!(reconnects(&calm, 0) < 1.0);
        let wild = [vitals(1, 0, 1), vitals(1, 500, 200), vitals(1, 3_000, 1_201)];
        assert!((reconnects(&wild, 0) - 400.0).abs() < 1.0);
        assert!((reconnects(&wild, 900) - 100.0).abs() < 1.0);
    }
}
