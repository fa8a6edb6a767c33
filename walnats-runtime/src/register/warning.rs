//! What a stream does that its owner may not expect.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::config::{self, Config};
use crate::{Retention, Storage, StreamDescriptor};

/// Something that a stream is configured to do and that loses events in the end. Said once per process and stream
/// through `tracing`; an error with [`Register::strict`](super::Register::strict).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// `replicas = 1`.
    OneReplica,
    /// `storage = "memory"`.
    MemoryStorage,
    /// `retention = "interest"`.
    InterestRetention,
    /// The stream that exists has `persist_mode = "async"` (server 2.12), which somebody else has set.
    AsyncPersistence,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneReplica => "one replica: a power cut can lose events of the last two minutes, though acknowledged",
            Self::MemoryStorage => "storage in memory: a restart of the server loses every event",
            Self::AsyncPersistence => {
                "asynchronous persistence: a crash of the server loses events that it has acknowledged and not yet written"
            }
            Self::InterestRetention => "interest retention: without a consumer, events are acknowledged and not stored",
        })
    }
}

/// What there is to say of a stream.
pub(crate) fn warnings(wanted: &StreamDescriptor) -> Vec<Warning> {
    [
        (wanted.replicas == 1 && wanted.storage == Storage::File, Warning::OneReplica),
        (wanted.storage == Storage::Memory, Warning::MemoryStorage),
        (wanted.retention == Retention::Interest, Warning::InterestRetention),
    ]
    .into_iter()
    .filter_map(|(holds, warning)| holds.then_some(warning))
    .collect()
}

/// What there is to say of a stream as it is to be on the server.
pub(super) fn warnings_of(wanted: &StreamDescriptor, config: &Config) -> Vec<Warning> {
    let mut warnings = warnings(wanted);
    if config::text(config, "persist_mode") == "async" {
        warnings.push(Warning::AsyncPersistence);
    }
    warnings
}

/// Says warnings that were not said before.
pub(crate) fn say_once(stream: &str, warnings: &[Warning]) {
    static SAID: Mutex<BTreeSet<(String, Warning)>> = Mutex::new(BTreeSet::new());
    for warning in warnings {
        let new = SAID.lock().unwrap_or_else(PoisonError::into_inner).insert((stream.to_owned(), *warning));
        if new {
            tracing::warn!(stream, "{warning}");
        }
    }
}
