//! Streams, as far as the schemas and `walnats.toml` state them.

use std::time::Duration;

/// A JetStream stream that events of the package are stored in. Settings that are `None` (or `false`, or empty) are not
/// stated; a limit of 0 states that there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// As JetStream knows it.
    pub name: String,
    /// Subject filters, sorted, without duplicates.
    pub subjects: Vec<String>,
    /// Whether somebody else makes and changes it.
    pub is_external: bool,
    /// Whether messages come without the header that names their stream.
    pub is_unexpected: bool,
    /// Shown by `nats stream info`.
    pub description: Option<String>,
    /// The description of a stream that is created, where `description` is `None`.
    pub first_description: Option<String>,
    /// When messages leave the stream.
    pub retention: Option<Retention>,
    /// Where messages are kept.
    pub storage: Option<Storage>,
    /// Copies in a cluster, 1 to 5.
    pub replicas: Option<u8>,
    /// Oldest message kept.
    pub max_age: Option<Duration>,
    /// Bytes kept.
    pub max_bytes: Option<u64>,
    /// Messages kept.
    pub max_messages: Option<u64>,
    /// Messages kept for each subject.
    pub max_messages_per_subject: Option<u64>,
    /// Bytes of one message.
    pub max_message_size: Option<u32>,
    /// Consumers allowed.
    pub max_consumers: Option<u32>,
    /// What a full stream does.
    pub discard: Option<Discard>,
    /// Whether [`Discard::New`] holds for each subject too.
    pub discard_new_per_subject: bool,
    /// For how long message ids are remembered.
    pub duplicate_window: Option<Duration>,
    /// Whether messages may carry a time to live of their own (server 2.11).
    pub message_ttl: bool,
    /// Whether the server may hold messages until a later time (server 2.12).
    pub schedules: bool,
    /// Whether batches may be all or nothing (server 2.12).
    pub atomic: bool,
    /// All other settings: JetStream's names, and their values as JSON text.
    pub settings: Vec<(String, String)>,
}

/// JetStream's retention policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// Until a limit is met.
    #[default]
    Limits,
    /// Until every consumer has acknowledged; without a consumer nothing is stored.
    Interest,
    /// Until the one consumer has acknowledged.
    WorkQueue,
}

/// Where a stream keeps its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// On disk.
    #[default]
    File,
    /// In memory: gone with the server.
    Memory,
}

/// What a full stream does with one message more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discard {
    /// Drops the oldest.
    #[default]
    Old,
    /// Refuses the new one.
    New,
}
