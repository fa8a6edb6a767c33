//! Metrics, through the facade of the crate `metrics`; none without the feature of that name. Each metric has a row in
//! `docs/metrics.md`, which is part of the crate's documentation.

#[cfg(feature = "metrics")]
mod gauge;
#[cfg(feature = "consume")]
pub(crate) mod reader;

#[cfg(feature = "metrics")]
pub(crate) use self::gauge::Present;
use tokio::time::Instant;

use crate::error::EmitError;
use crate::message::Outcome;
use crate::tolerated::Unknown;

/// Describes each metric to the recorder. A recorder that is installed after the first publisher gets it from the next one.
#[cfg(feature = "metrics")]
pub(crate) fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

    let count = Unit::Count;
    describe_counter!("walnats_sent_total", count, "Messages handed to NATS, each attempt counted");
    describe_counter!(
        "walnats_confirmed_total",
        count,
        "Messages that JetStream acknowledged, including those it had stored before"
    );
    describe_counter!(
        "walnats_duplicates_total",
        count,
        "Messages that JetStream acknowledged as stored before, under the same message id or key"
    );
    describe_counter!("walnats_failures_total", count, "Messages that were not confirmed, by kind of error");
    describe_counter!(
        "walnats_lost_total",
        count,
        "Messages that failed without a caller awaiting them; also counted as failures"
    );
    describe_counter!("walnats_callback_panics_total", count, "Panics in the application's callbacks");
    describe_counter!(
        "walnats_read_unknown_total",
        count,
        "What tolerant readers met that their schemas do not know, by kind: member, value, variant"
    );
    describe_histogram!(
        "walnats_confirm_seconds",
        Unit::Seconds,
        "Time from the first attempt to the acknowledgement, for each confirmed emit or atomic batch"
    );
    describe_gauge!("walnats_buffered", count, "Messages accepted and not ended, in all publishers of the process");
    describe_gauge!("walnats_in_flight", count, "Messages sent and not ended, in all publishers of the process");
}

/// Messages of an event were sent.
#[cfg(feature = "metrics")]
pub(crate) fn sent(event: &str, messages: usize) {
    metrics::counter!("walnats_sent_total", "event" => event.to_owned()).increment(messages as u64);
}

/// Messages of an event ended that were first sent at `first_sent`.
#[cfg(feature = "metrics")]
pub(crate) fn ended(event: &str, messages: usize, end: Result<Outcome, &EmitError>, first_sent: Option<Instant>) {
    let event = || event.to_owned();
    match end {
        Ok(outcome) => {
            metrics::counter!("walnats_confirmed_total", "event" => event()).increment(messages as u64);
            if matches!(outcome, Outcome::Duplicate(_)) {
                metrics::counter!("walnats_duplicates_total", "event" => event()).increment(messages as u64);
            }
            if let Some(first_sent) = first_sent {
                metrics::histogram!("walnats_confirm_seconds", "event" => event()).record(first_sent.elapsed());
            }
        }
        Err(error) => {
            let kind = error.kind();
            metrics::counter!("walnats_failures_total", "event" => event(), "kind" => kind).increment(messages as u64);
        }
    }
}

/// A message failed, and no caller awaited it.
#[cfg(feature = "metrics")]
pub(crate) fn lost(event: &str) {
    metrics::counter!("walnats_lost_total", "event" => event.to_owned()).increment(1);
}

/// A tolerant reader met what the schema of an event does not know.
#[cfg(feature = "metrics")]
pub(crate) fn unknown(event: &'static str, unknown: Unknown) {
    let kinds = [("member", unknown.members), ("value", unknown.values), ("variant", unknown.variants)];
    for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
        metrics::counter!("walnats_read_unknown_total", "event" => event, "kind" => kind).increment(count);
    }
}

/// A callback panicked.
#[cfg(feature = "metrics")]
pub(crate) fn panicked(callback: &'static str) {
    metrics::counter!("walnats_callback_panics_total", "callback" => callback).increment(1);
}

#[cfg(not(feature = "metrics"))]
pub(crate) use self::without::*;

#[cfg(not(feature = "metrics"))]
mod without {
    use super::{EmitError, Instant, Outcome, Unknown};

    #[derive(Debug)]
    pub(crate) struct Present;

    impl Present {
        pub(crate) fn new() -> Self {
            Self
        }

        pub(crate) fn set(&mut self, _: u64, _: u64) {}
    }

    pub(crate) fn describe() {}

    pub(crate) fn sent(_: &str, _: usize) {}

    pub(crate) fn ended(_: &str, _: usize, _: Result<Outcome, &EmitError>, _: Option<Instant>) {}

    pub(crate) fn lost(_: &str) {}

    pub(crate) fn unknown(_: &'static str, _: Unknown) {}

    pub(crate) fn panicked(_: &'static str) {}
}
