//! How often the same message is sent.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The window in which copies are counted: a message may be resent immediately after its connection was cut.
const WINDOW: Duration = Duration::from_secs(3);

/// When each message was sent.
#[derive(Debug, Default)]
pub struct Copies {
    /// By number; none older than the window.
    sent: BTreeMap<usize, Vec<Instant>>,
    most: usize,
}

impl Copies {
    /// Records that the message with this number is sent now.
    pub fn note(&mut self, number: usize, now: Instant) {
        let sent = self.sent.entry(number).or_default();
        sent.retain(|before| now.duration_since(*before) < WINDOW);
        sent.push(now);
        self.most = self.most.max(sent.len());
    }

    /// The maximum number of copies of one message within a window, per second.
    pub fn a_second(&self) -> f64 {
        // Far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let most = self.most as f64;
        most / WINDOW.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_one_message_are_counted() {
        let (mut copies, start) = (Copies::default(), Instant::now());
        for millis in (0..6_000).step_by(50) {
            copies.note(1, start + Duration::from_millis(millis));
            copies.note(usize::try_from(millis).unwrap_or_default() + 2, start);
        }
        assert!((copies.a_second() - 20.0).abs() < 1.0, "{}", copies.a_second());
    }
}
