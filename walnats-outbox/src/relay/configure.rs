//! The settings of a relay, with their defaults.

use std::time::Duration;

use super::Relay;
use super::options::{AfterWindow, Parking};
use crate::database::Database;

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
