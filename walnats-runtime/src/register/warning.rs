//! Warnings about existing streams.

use std::time::Duration;

use super::config::{self, Config};
use crate::stream::StreamDescriptor;
use crate::warning::Warning;

/// Warnings about the resulting configuration of a stream.
pub(super) fn warnings_of(wanted: &StreamDescriptor, config: &Config) -> Vec<Warning> {
    let memory = config::text(config, "storage") == "memory";
    let window = config::limit_of(config, "duplicate_window").map(Duration::from_nanos);
    let is_short = window.is_some_and(|window| window < config::usual_window(config));
    [
        (config::value(config, "num_replicas") == 1 && !memory, Warning::OneReplica),
        (memory, Warning::MemoryStorage),
        (config::text(config, "retention") == "interest", Warning::InterestRetention),
        (config::text(config, "persist_mode") == "async", Warning::AsyncPersistence),
        // On an external stream, it is a misfit.
        (config::is_on(config, "no_ack") && !wanted.external, Warning::NeverAcknowledges),
        (is_short && wanted.duplicate_window.is_none(), Warning::ShortWindow),
    ]
    .into_iter()
    .filter_map(|(holds, warning)| holds.then_some(warning))
    .collect()
}
