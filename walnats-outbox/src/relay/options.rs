//! Settings and results of a relay.

use std::time::Duration;

/// See the methods of [`Relay`](crate::Relay).
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) batch: u32,
    pub(super) in_flight: usize,
    pub(super) lease: Duration,
    pub(super) poll_every: Duration,
    pub(super) max_refusals: u32,
    pub(super) retry: (Duration, Duration),
    pub(super) parking: Parking,
    pub(super) after_window: AfterWindow,
    pub(super) keep_sent: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 128,
            in_flight: 1_024,
            lease: Duration::from_secs(30),
            poll_every: Duration::from_secs(1),
            max_refusals: 10,
            retry: (Duration::from_secs(1), Duration::from_secs(300)),
            parking: Parking::default(),
            after_window: AfterWindow::default(),
            keep_sent: Some(Duration::from_secs(86_400)),
        }
    }
}

/// Whether a parked row blocks later rows of its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parking {
    /// They wait until it is replayed or discarded, which preserves the order.
    #[default]
    BlocksKey,
    /// They are sent; a replay arrives after them.
    PassesKey,
}

/// What to do with a possibly stored row once its stream has forgotten its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterWindow {
    /// Resend it: it is published at least once, possibly twice.
    #[default]
    Resend,
    /// Park it for an operator: it is published at most once until then.
    Park,
}

/// Counts of what a relay has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Rows that JetStream stored, duplicates included.
    pub sent: u64,
    /// Of these, rows that were already stored.
    pub duplicates: u64,
    /// Failed attempts.
    pub failed: u64,
    /// Rows parked.
    pub parked: u64,
    /// Results ignored because another relay had taken over the row.
    pub fenced: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.duplicates += other.duplicates;
        self.failed += other.failed;
        self.parked += other.parked;
        self.fenced += other.fenced;
    }
}
