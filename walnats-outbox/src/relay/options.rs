//! How a relay behaves, and what it has done.

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

/// What a parked row means for later rows of its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parking {
    /// They wait until it is replayed or discarded, so that the order holds.
    #[default]
    BlocksKey,
    /// They are sent; a replay comes after them.
    PassesKey,
}

/// What becomes of a row of which nobody knows whether it is stored, when its stream has forgotten the ids of that time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterWindow {
    /// It is sent again: it is published at least once, and perhaps twice.
    #[default]
    Resend,
    /// It is parked for somebody to look: it is published at most once until then.
    Park,
}

/// What a relay has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Rows that JetStream has.
    pub sent: u64,
    /// Of these, those that it had already.
    pub duplicates: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Rows given up.
    pub parked: u64,
    /// Marks without effect, since another relay had taken the row over.
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
