//! What a package says of a JetStream stream, as constants that generated code fills in.

use std::time::Duration;

/// A stream that events are stored in, and how it is to be configured.
///
/// Generated code starts from [`StreamDescriptor::new`] and states what differs:
///
/// ```
/// use walnats_runtime::{Retention, StreamDescriptor};
///
/// const USERS: StreamDescriptor = StreamDescriptor {
///     subjects: &["users.*.created"],
///     retention: Retention::Interest,
///     ..StreamDescriptor::new("users")
/// };
/// assert_eq!(USERS.replicas, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamDescriptor {
    /// As JetStream knows it: no space, `.`, `*`, `>`, `/` or `\`.
    pub name: &'static str,
    /// The subject filters whose messages the stream stores.
    pub subjects: &'static [&'static str],
    /// Shown by `nats stream info`; empty leaves it to whoever else describes the stream.
    pub description: &'static str,
    /// When messages leave the stream.
    pub retention: Retention,
    /// Where messages are kept.
    pub storage: Storage,
    /// Copies in a cluster, 1 to 5.
    pub replicas: u8,
    /// Oldest message kept; `None` is for ever.
    pub max_age: Option<Duration>,
    /// Bytes kept; `None` is without limit.
    pub max_bytes: Option<u64>,
    /// Messages kept; `None` is without limit.
    pub max_messages: Option<u64>,
    /// Messages kept for each subject; `None` is without limit.
    pub max_messages_per_subject: Option<u64>,
    /// Bytes of one message, headers included; `None` is what the server admits.
    pub max_message_size: Option<u32>,
    /// Consumers admitted; `None` is without limit.
    pub max_consumers: Option<u32>,
    /// What a full stream does with one message more.
    pub discard: Discard,
    /// Whether [`Discard::New`] holds for each subject too.
    pub discard_new_per_subject: bool,
    /// For how long message ids are remembered; `None` is 2 minutes, or `max_age` where that is shorter.
    pub duplicate_window: Option<Duration>,
    /// Whether messages may carry a time to live of their own (server 2.11).
    pub message_ttl: bool,
    /// Whether the server may hold messages until a later time (server 2.12).
    pub schedules: bool,
    /// Whether batches may be all or nothing (server 2.12).
    pub atomic: bool,
}

impl StreamDescriptor {
    /// A stream of this name with the defaults: no subjects, kept on disk once, without limits.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            subjects: &[],
            description: "",
            retention: Retention::Limits,
            storage: Storage::File,
            replicas: 1,
            max_age: None,
            max_bytes: None,
            max_messages: None,
            max_messages_per_subject: None,
            max_message_size: None,
            max_consumers: None,
            discard: Discard::Old,
            discard_new_per_subject: false,
            duplicate_window: None,
            message_ttl: false,
            schedules: false,
            atomic: false,
        }
    }
}

/// JetStream's retention policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// Until a limit is met.
    #[default]
    Limits,
    /// Until every consumer has acknowledged; without a consumer nothing is stored, though the server acknowledges.
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
