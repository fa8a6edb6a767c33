//! What a package says of a JetStream stream, as constants that generated code fills in.

use std::time::Duration;

/// A stream that events are stored in, and how it is to be configured.
///
/// A setting that is `None` (or `false`, or empty) is left alone where the stream exists, and takes JetStream's default where
/// `register` creates it. Limits of `Some(0)` state that there is none.
///
/// Generated code starts from [`StreamDescriptor::new`] and states what `walnats.toml` does:
///
/// ```
/// use walnats_runtime::{Retention, StreamDescriptor};
///
/// const USERS: StreamDescriptor = StreamDescriptor {
///     subjects: &["users.*.created"],
///     retention: Some(Retention::Interest),
///     ..StreamDescriptor::new("users")
/// };
/// assert_eq!(USERS.replicas, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamDescriptor {
    /// As JetStream knows it: no space, `.`, `*`, `>`, `/` or `\`.
    pub name: &'static str,
    /// The subject filters whose messages the stream stores.
    pub subjects: &'static [&'static str],
    /// Whether somebody else makes and changes the stream. `register` then writes nothing: it checks that the stream is as
    /// the settings here need it.
    pub external: bool,
    /// Whether messages carry `Nats-Expected-Stream`, so that no other stream stores them. The header is stored with each
    /// message; mirrors on servers before 2.11.5 (and sources before 2.10.14) store no message that has it.
    pub expect_stream: bool,
    /// Shown by `nats stream info`; empty leaves it to whoever else describes the stream.
    pub description: &'static str,
    /// The description of a stream that `register` creates, where `description` is empty.
    pub first_description: &'static str,
    /// When messages leave the stream; [`Retention::Limits`].
    pub retention: Option<Retention>,
    /// Where messages are kept; [`Storage::File`].
    pub storage: Option<Storage>,
    /// Copies in a cluster, 1 to 5; 1.
    pub replicas: Option<u8>,
    /// Oldest message kept; for ever.
    pub max_age: Option<Duration>,
    /// Bytes kept; no limit.
    pub max_bytes: Option<u64>,
    /// Messages kept; no limit.
    pub max_messages: Option<u64>,
    /// Messages kept for each subject; no limit.
    pub max_messages_per_subject: Option<u64>,
    /// Bytes of one message, headers included; what the server allows.
    pub max_message_size: Option<u32>,
    /// Consumers allowed; no limit.
    pub max_consumers: Option<u32>,
    /// What a full stream does with one message more; [`Discard::Old`].
    pub discard: Option<Discard>,
    /// Whether [`Discard::New`] holds for each subject too.
    pub discard_new_per_subject: bool,
    /// For how long message ids are remembered; 2 minutes, or `max_age` where that is shorter.
    pub duplicate_window: Option<Duration>,
    /// Whether messages may carry a time to live of their own (server 2.11).
    pub message_ttl: bool,
    /// Whether the server may hold messages until a later time (server 2.12).
    pub schedules: bool,
    /// Whether batches may be all or nothing (server 2.12).
    pub atomic: bool,
    /// All other settings: JetStream's name of each, and its value as JSON.
    ///
    /// ```
    /// # use walnats_runtime::StreamDescriptor;
    /// const USERS: StreamDescriptor = StreamDescriptor {
    ///     settings: &[("compression", r#""s2""#), ("placement", r#"{"tags":["ssd"]}"#)],
    ///     ..StreamDescriptor::new("users")
    /// };
    /// ```
    pub settings: &'static [(&'static str, &'static str)],
}

impl StreamDescriptor {
    /// A stream of this name that nothing else is said of.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            subjects: &[],
            external: false,
            expect_stream: true,
            description: "",
            first_description: "",
            retention: None,
            storage: None,
            replicas: None,
            max_age: None,
            max_bytes: None,
            max_messages: None,
            max_messages_per_subject: None,
            max_message_size: None,
            max_consumers: None,
            discard: None,
            discard_new_per_subject: false,
            duplicate_window: None,
            message_ttl: false,
            schedules: false,
            atomic: false,
            settings: &[],
        }
    }

    /// Whether it takes messages of other streams.
    pub(crate) fn copies(&self) -> bool {
        self.settings.iter().any(|(name, _)| matches!(*name, "mirror" | "sources"))
    }

    /// The age at which messages leave the stream, if the package says so.
    pub(crate) fn age_limit(&self) -> Option<Duration> {
        self.max_age.filter(|age| !age.is_zero())
    }

    /// Whether the oldest messages may go before their age, as far as the package says.
    pub(crate) fn drops_oldest(&self) -> bool {
        let limited = [self.max_messages, self.max_bytes].into_iter().flatten().any(|limit| limit > 0);
        limited && self.discard.unwrap_or_default() == Discard::Old
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
