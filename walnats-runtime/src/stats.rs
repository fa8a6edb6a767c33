//! Counts of what a publisher has done.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::EmitError;
use crate::message::Outcome;

/// Counts since a publisher was created, and what it currently holds. Each message of an atomic batch counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Messages accepted and not ended, including those in flight.
    pub buffered: u64,
    /// Messages sent and not acknowledged.
    pub in_flight: u64,
    /// Messages that ended as [`Outcome::Stored`](crate::Outcome::Stored).
    pub stored: u64,
    /// Messages that ended as [`Outcome::Duplicate`](crate::Outcome::Duplicate).
    pub duplicates: u64,
    /// Messages that were accepted and ended as [`EmitError::NotStored`](crate::EmitError::NotStored).
    pub not_stored: u64,
    /// Messages that ended as [`EmitError::PossiblyStored`](crate::EmitError::PossiblyStored).
    pub possibly_stored: u64,
    /// Attempts after the first, because no acknowledgement arrived or the stream refused temporarily.
    pub resent: u64,
    /// Messages that failed without a caller awaiting them, see [`Options::on_lost`](crate::Options::on_lost). They also count as not
    /// stored or possibly stored.
    pub lost: u64,
    /// Streams that currently refuse events, see [`Health::refusing_streams`](crate::Health::refusing_streams).
    pub refusing_streams: u64,
    /// Panics in [`Options::on_lost`](crate::Options::on_lost) and [`Options::on_nats_event`](crate::Options::on_nats_event), which
    /// are caught.
    pub callback_panics: u64,
}

impl Stats {
    /// Messages that JetStream acknowledged, as stored or as duplicates.
    pub fn acknowledged(&self) -> u64 {
        self.stored + self.duplicates
    }
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    accepted: AtomicU64,
    ended: AtomicU64,
    in_flight: AtomicU64,
    stored: AtomicU64,
    duplicates: AtomicU64,
    not_stored: AtomicU64,
    possibly_stored: AtomicU64,
    resent: AtomicU64,
    refusing_streams: AtomicU64,
    silent_streams: AtomicU64,
}

impl Counters {
    pub(crate) fn accepted(&self, messages: usize) {
        add(&self.accepted, messages);
    }

    /// `None` is for messages that a shutdown returned.
    pub(crate) fn ended(&self, messages: usize, end: Option<Result<Outcome, &EmitError>>) {
        add(&self.ended, messages);
        let counter = match end {
            Some(Ok(Outcome::Stored(_))) => &self.stored,
            Some(Ok(Outcome::Duplicate(_))) => &self.duplicates,
            Some(Err(EmitError::NotStored(_))) => &self.not_stored,
            Some(Err(EmitError::PossiblyStored(_))) => &self.possibly_stored,
            None => return,
        };
        add(counter, messages);
    }

    pub(crate) fn resent(&self, messages: usize) {
        add(&self.resent, messages);
    }

    /// The present values.
    pub(crate) fn set(&self, in_flight: usize, refusing_streams: usize, silent_streams: usize) {
        self.in_flight.store(in_flight as u64, Ordering::Relaxed);
        self.refusing_streams.store(refusing_streams as u64, Ordering::Relaxed);
        self.silent_streams.store(silent_streams as u64, Ordering::Relaxed);
    }

    pub(crate) fn silent_streams(&self) -> u64 {
        self.silent_streams.load(Ordering::Relaxed)
    }

    pub(crate) fn buffered(&self) -> u64 {
        let ended = self.ended.load(Ordering::Relaxed);
        self.accepted.load(Ordering::Relaxed).saturating_sub(ended)
    }

    /// Without the values that others count.
    pub(crate) fn stats(&self) -> Stats {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // Messages are accepted before they end, so in this order the difference is never negative.
        let ended = load(&self.ended);
        Stats {
            buffered: load(&self.accepted).saturating_sub(ended),
            in_flight: load(&self.in_flight),
            stored: load(&self.stored),
            duplicates: load(&self.duplicates),
            not_stored: load(&self.not_stored),
            possibly_stored: load(&self.possibly_stored),
            resent: load(&self.resent),
            refusing_streams: load(&self.refusing_streams),
            ..Stats::default()
        }
    }
}

fn add(counter: &AtomicU64, messages: usize) {
    counter.fetch_add(messages as u64, Ordering::Relaxed);
}
