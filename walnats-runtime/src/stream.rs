//! A package's declaration of a JetStream stream, as constants in generated code.

use std::time::Duration;

/// A stream for events, and its configuration.
///
/// `register` does not change a setting that is `None` (or `false`, or empty) on an existing stream, and uses JetStream's default
/// when it creates one. A limit of `Some(0)` means unlimited.
///
/// Generated code starts from [`StreamDescriptor::new`] and adds the settings of `walnats.toml`:
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
    /// The stream's name: no space, `.`, `*`, `>`, `/` or `\`.
    pub name: &'static str,
    /// The subject filters whose messages the stream stores.
    pub subjects: &'static [&'static str],
    /// Whether the stream is managed externally. `register` then changes nothing: it checks that the stream meets these
    /// settings.
    pub external: bool,
    /// Whether messages carry `Nats-Expected-Stream`, so that no other stream stores them. The header is stored with each
    /// message; mirrors on servers before 2.11.5 (and sources before 2.10.14) store no message that has it.
    pub expect_stream: bool,
    /// Shown by `nats stream info`; empty leaves an existing description.
    pub description: &'static str,
    /// The description of a stream that `register` creates, where `description` is empty.
    pub first_description: &'static str,
    /// When messages are deleted; default: [`Retention::Limits`].
    pub retention: Option<Retention>,
    /// Where messages are stored; default: [`Storage::File`].
    pub storage: Option<Storage>,
    /// Replicas in a cluster, 1 to 5; default: 1.
    pub replicas: Option<u8>,
    /// The maximum age of messages; default: unlimited.
    pub max_age: Option<Duration>,
    /// The maximum size in bytes; default: unlimited.
    pub max_bytes: Option<u64>,
    /// The maximum number of messages; default: unlimited.
    pub max_messages: Option<u64>,
    /// The maximum number of messages per subject; default: unlimited.
    pub max_messages_per_subject: Option<u64>,
    /// The maximum bytes of a message, headers included; default: the server's limit.
    pub max_message_size: Option<u32>,
    /// The maximum number of consumers; default: unlimited.
    pub max_consumers: Option<u32>,
    /// What a full stream does with a new message; default: [`Discard::Old`].
    pub discard: Option<Discard>,
    /// Whether [`Discard::New`] also applies to the limit per subject.
    pub discard_new_per_subject: bool,
    /// How long message ids are remembered; default: 2 minutes, or `max_age` if that is shorter.
    pub duplicate_window: Option<Duration>,
    /// Whether messages may have their own time to live (server 2.11).
    pub message_ttl: bool,
    /// Whether the server may publish messages at a later time (server 2.12).
    pub schedules: bool,
    /// Whether atomic batches are allowed (server 2.12).
    pub atomic: bool,
    /// All other settings: JetStream's names, and values as JSON.
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
    /// A stream with this name and no settings.
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

    /// Whether it copies messages of other streams.
    pub(crate) fn copies(&self) -> bool {
        self.settings.iter().any(|(name, _)| matches!(*name, "mirror" | "sources"))
    }

    /// The age at which messages are deleted, if the package states it.
    pub(crate) fn age_limit(&self) -> Option<Duration> {
        self.max_age.filter(|age| !age.is_zero())
    }

    /// Whether the oldest messages may be deleted before that age, according to the package.
    pub(crate) fn drops_oldest(&self) -> bool {
        let limited = [self.max_messages, self.max_bytes].into_iter().flatten().any(|limit| limit > 0);
        limited && self.discard.unwrap_or_default() == Discard::Old
    }
}

/// JetStream's retention policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// When a limit is reached.
    #[default]
    Limits,
    /// When every consumer has acknowledged; without a consumer, the server acknowledges messages that it then discards.
    Interest,
    /// When a consumer has acknowledged.
    WorkQueue,
}

/// Where a stream keeps its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// On disk.
    #[default]
    File,
    /// In memory: lost when the server stops.
    Memory,
}

/// What a full stream does with a new message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Discard {
    /// Deletes the oldest.
    #[default]
    Old,
    /// Rejects the new one.
    New,
}
