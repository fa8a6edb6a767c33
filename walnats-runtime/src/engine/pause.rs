//! Back-off for streams that refuse messages for now: only an occasional trial message is sent to them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Reason;

/// The shortest pause: JetStream needs this long to react, so a shorter one only adds load.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(2);
/// A single refusal is not reported: a leader election ends within this time.
pub(super) const SAID_AFTER: u32 = 3;

/// The paused streams, usually none. Messages for other streams pass; those that wait keep their order.
#[derive(Debug, Default)]
pub(super) struct Pauses(Vec<Pause>);

#[derive(Debug)]
struct Pause {
    stream: String,
    refusals: u32,
    until: Instant,
    /// The trial message sent after `until`.
    probe: Option<u64>,
}

impl Pauses {
    /// The stream refused. Returns the number of refusals in a row.
    pub(super) fn refused(&mut self, stream: &str, sequence: u64, reason: &Reason, now: Instant) -> u32 {
        let index = self.0.iter().position(|pause| pause.stream == stream).unwrap_or_else(|| {
            self.0.push(Pause { stream: stream.to_owned(), refusals: 0, until: now, probe: Some(sequence) });
            self.0.len() - 1
        });
        let pause = &mut self.0[index];
        // Of all messages in flight when the stream began to refuse, one answer counts.
        if pause.probe == Some(sequence) {
            pause.refusals += 1;
            if pause.refusals == SAID_AFTER {
                tracing::warn!(stream, %reason, "stream refuses events for now; they are kept and sent again");
            }
            pause.until = now + back_off(pause.refusals);
            pause.probe = None;
        }
        pause.refusals
    }

    /// The stream stored something; returns whether it was paused.
    pub(super) fn stored(&mut self, stream: &str) -> bool {
        let Some(index) = self.0.iter().position(|pause| pause.stream == stream) else { return false };
        if self.0.swap_remove(index).refusals >= SAID_AFTER {
            tracing::info!(stream, "stream takes events again");
        }
        true
    }

    /// The message is no longer in flight, without having been refused.
    pub(super) fn ended(&mut self, sequence: u64) {
        for pause in self.0.iter_mut().filter(|pause| pause.probe == Some(sequence)) {
            pause.probe = None;
        }
    }

    /// Whether a message may be sent to the stream now.
    pub(super) fn admits(&self, stream: &str, now: Instant) -> bool {
        self.0.iter().all(|pause| pause.stream != stream || (pause.probe.is_none() && pause.until <= now))
    }

    /// The message was sent to the stream.
    pub(super) fn sent(&mut self, stream: &str, sequence: u64) {
        for pause in self.0.iter_mut().filter(|pause| pause.stream == stream) {
            pause.probe = Some(sequence);
        }
    }

    /// When the next trial is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().filter(|pause| pause.probe.is_none()).map(|pause| pause.until).min()
    }

    /// A new connection may lead to another server.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Doubles up to [`LONGEST`], plus up to a half at random, so that publishers do not return all at once.
fn back_off(refusals: u32) -> Duration {
    let base = SHORTEST.saturating_mul(1 << refusals.saturating_sub(1).min(8)).min(LONGEST);
    // Each `RandomState` has a fresh key, which is random enough to spread load.
    let chance = RandomState::new().hash_one(refusals) % 512;
    base + base.mul_f64(chance as f64 / 1024.0)
}
