//! How a relay behaves, and what it has done.

use std::time::Duration;

use super::Relay;
use crate::database::Database;

/// See the methods of [`Relay`].
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

impl<D: Database> Relay<D> {
    /// Rows taken at a time. Default 128; at least 1.
    pub fn batch(mut self, rows: u32) -> Self {
        self.options.batch = rows.max(1);
        self
    }

    /// Rows under way at a time, all in memory with their payloads. Default 1,024; at least one batch.
    pub fn in_flight(mut self, rows: usize) -> Self {
        self.options.in_flight = rows;
        self
    }

    /// For how long taken rows are this relay's; nothing of them is sent in the last third. If the relay is killed, they
    /// wait that long. Default 30 s; at least 1 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.options.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// How often to look when nothing wakes the relay. Default 1 s.
    pub fn poll_every(mut self, pause: Duration) -> Self {
        self.options.poll_every = pause.max(Duration::from_millis(1));
        self
    }

    /// How often JetStream may refuse a row for its own sake (another stream's subject, a header that it rejects), or leave it
    /// without an answer while others of its stream are stored, until the row is parked. Default 10; at least 1. A row that is
    /// too large, or makes no message, is parked at once; one that fails since its stream, the account, the credentials or
    /// the connection are in trouble never is.
    pub fn max_refusals(mut self, refusals: u32) -> Self {
        self.options.max_refusals = refusals.max(1);
        self
    }

    /// How long a refused row waits: `shortest` after the first time, doubled each time up to `longest`, and up to a half
    /// more by chance. Default 1 s and 5 min.
    pub fn retry(mut self, shortest: Duration, longest: Duration) -> Self {
        self.options.retry = (shortest, longest);
        self
    }

    /// What a parked row means for later rows of its key. Let all relays say the same.
    pub fn parking(mut self, parking: Parking) -> Self {
        self.options.parking = parking;
        self
    }

    /// What becomes of a row of which nobody knows whether it is stored, after its stream's duplicate window.
    pub fn after_window(mut self, policy: AfterWindow) -> Self {
        self.options.after_window = policy;
        self
    }

    /// How long rows stay in the table after they were sent, payload and all; `None` is for ever. Default a day. Whichever
    /// relay runs deletes the rest once a minute, 1,000 at a time.
    pub fn keep_sent(mut self, keep: impl Into<Option<Duration>>) -> Self {
        self.options.keep_sent = keep.into();
        self
    }
}
