//! The settings of a relay, with their defaults.

use std::time::Duration;

use super::Relay;
use super::options::{AfterWindow, Parking};
use crate::database::Database;

impl<D: Database> Relay<D> {
    /// Rows leased at a time. Default 128; at least 1.
    pub fn batch(mut self, rows: u32) -> Self {
        self.options.batch = rows.max(1);
        self
    }

    /// The maximum number of rows in flight, all in memory with their payloads. Default 1,024; at least one batch.
    pub fn in_flight(mut self, rows: usize) -> Self {
        self.options.in_flight = rows;
        self
    }

    /// The length of a lease. Nothing is sent in its last third. If the relay is killed, its rows wait that long. Default
    /// 30 s; at least 1 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.options.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// How often to poll when nothing wakes the relay. Default 1 s.
    pub fn poll_every(mut self, pause: Duration) -> Self {
        self.options.poll_every = pause.max(Duration::from_millis(1));
        self
    }

    /// How often JetStream may reject a row itself (for its subject or a header), or not answer while it stores other rows of
    /// the stream, before the row is parked. Default 10; at least 1. A row that is too large, or not a valid message, is parked
    /// at once; a row that fails because of its stream, the account, the credentials or the connection never is.
    pub fn max_refusals(mut self, refusals: u32) -> Self {
        self.options.max_refusals = refusals.max(1);
        self
    }

    /// How long a rejected row waits: `shortest` after the first time, doubled each time up to `longest`, plus up to 50 %
    /// jitter. Default 1 s and 5 min.
    pub fn retry(mut self, shortest: Duration, longest: Duration) -> Self {
        self.options.retry = (shortest, longest);
        self
    }

    /// Whether a parked row blocks later rows of its key. Use the same setting for all relays.
    pub fn parking(mut self, parking: Parking) -> Self {
        self.options.parking = parking;
        self
    }

    /// What to do with a possibly stored row after its stream's duplicate window.
    pub fn after_window(mut self, policy: AfterWindow) -> Self {
        self.options.after_window = policy;
        self
    }

    /// How long sent rows, with their payloads, stay in the table; `None` keeps them. Default one day. Relays delete older rows
    /// once a minute, 1,000 at a time.
    pub fn keep_sent(mut self, keep: impl Into<Option<Duration>>) -> Self {
        self.options.keep_sent = keep.into();
        self
    }
}
