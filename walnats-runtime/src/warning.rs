//! Stream settings that can lose events.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use async_nats::Client;

use crate::stream::{Retention, Storage, StreamDescriptor};

/// A stream setting that can lose events. Logged once per process through `tracing`, in one line for all affected streams; an
/// error with [`Register::strict`](crate::Register::strict).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// `replicas = 1`. Not logged for a local server without a cluster, as in development.
    OneReplica,
    /// `storage = "memory"`.
    MemoryStorage,
    /// `retention = "interest"`.
    InterestRetention,
    /// The existing stream has `persist_mode = "async"` (server 2.12), which walnats did not set.
    AsyncPersistence,
    /// The existing stream has `no_ack`, which walnats did not set.
    NeverAcknowledges,
    /// The existing stream remembers ids for less than the default 2 minutes, and `duplicate_window` is not set.
    ShortWindow,
    /// Other streams copy this one on a server older than 2.11.5.
    CopiesStayEmpty,
}

impl Warning {
    /// Whether it concerns the existing stream, so that only a plan finds it.
    pub(crate) fn is_found(self) -> bool {
        !matches!(self, Self::OneReplica | Self::MemoryStorage | Self::InterestRetention)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneReplica => "one replica: a power cut can lose acknowledged events of the last two minutes",
            Self::MemoryStorage => "storage in memory: a restart of the server loses every event",
            Self::AsyncPersistence => {
                "asynchronous persistence: a crash of the server loses acknowledged events that are not written yet"
            }
            Self::InterestRetention => "interest retention: without a consumer, events are acknowledged and then discarded",
            Self::NeverAcknowledges => {
                "it never acknowledges (`no_ack` is on): no emit can be confirmed; set `no_ack = false`"
            }
            Self::ShortWindow => {
                "it remembers ids for less than 2 minutes: after a fault of that length an event is possibly stored, and not \
                 sent again; set `duplicate_window`"
            }
            Self::CopiesStayEmpty => {
                "mirrors of it store no event on servers before 2.11.5, nor do sources before 2.10.14, because of \
                 `Nats-Expected-Stream`; set `expected_stream = false`, or update the server"
            }
        })
    }
}

/// Warnings about a stream's declared settings; for undeclared settings, JetStream's defaults apply.
pub(crate) fn warnings(wanted: &StreamDescriptor) -> Vec<Warning> {
    let storage = wanted.storage.unwrap_or_default();
    [
        (wanted.replicas.unwrap_or(1) == 1 && storage == Storage::File, Warning::OneReplica),
        (storage == Storage::Memory, Warning::MemoryStorage),
        (wanted.retention == Some(Retention::Interest), Warning::InterestRetention),
    ]
    .into_iter()
    .filter_map(|(holds, warning)| holds.then_some(warning))
    .collect()
}

/// Logs warnings about the declared settings of a publisher's streams, before they are inspected.
pub(crate) fn say_stated(client: &Client, streams: &[StreamDescriptor]) {
    // Undeclared replicas are still unknown.
    let known = |stream: &StreamDescriptor, warning| warning != Warning::OneReplica || stream.replicas.is_some();
    let found = streams.iter().flat_map(|stream| {
        warnings(stream)
            .into_iter()
            .filter(move |warning| known(stream, *warning))
            .map(|warning| (stream.name, warning))
    });
    say(client, found);
}

/// Logs new warnings, in one line per kind.
pub(crate) fn say<'a>(client: &Client, found: impl IntoIterator<Item = (&'a str, Warning)>) {
    static SAID: Mutex<BTreeSet<(Warning, String)>> = Mutex::new(BTreeSet::new());
    let quiet = is_development(client);
    let mut new: BTreeSet<(Warning, &str)> = BTreeSet::new();
    for (stream, warning) in found.into_iter().filter(|(_, warning)| !quiet || *warning != Warning::OneReplica) {
        if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert((warning, stream.to_owned())) {
            new.insert((warning, stream));
        }
    }
    let kinds: BTreeSet<Warning> = new.iter().map(|(warning, _)| *warning).collect();
    for kind in kinds {
        let streams: Vec<&str> =
            new.iter().filter(|(warning, _)| *warning == kind).map(|(_, stream)| *stream).collect();
        tracing::warn!(stream = streams.join(", "), "{kind}");
    }
}

/// Whether this is a local JetStream server without a cluster, which cannot have replicas.
fn is_development(client: &Client) -> bool {
    let server = client.server_info();
    let here = server.client_ip.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    here && server.jetstream && server.cluster.is_none()
}
