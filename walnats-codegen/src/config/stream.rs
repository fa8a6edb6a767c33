//! `[streams.<name>]` and `[defaults]`

use std::num::{NonZeroU32, NonZeroU64};

use serde::{Deserialize, Deserializer};

use super::{Bytes, Span, Text};

/// How JetStream keeps the messages of a stream. What is unset takes the value of `[defaults]`, then the one named here.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct StreamSettings {
    /// Shown by `nats stream info`; that of the event unless set, where the stream has a single one.
    pub description: Option<Text>,
    /// Subjects stored beside those of the events.
    pub subjects: Vec<Text>,
    /// When messages leave the stream; `limits`.
    pub retention: Option<RetentionName>,
    /// Where messages are kept; `file`.
    pub storage: Option<StorageName>,
    /// Copies in a cluster, 1 to 5; 1.
    #[serde(deserialize_with = "replicas")]
    #[cfg_attr(feature = "config-schema", schemars(range(min = 1, max = 5)))]
    pub replicas: Option<u8>,
    /// The oldest message kept; for ever.
    pub max_age: Option<Span>,
    /// Bytes kept; no limit.
    pub max_bytes: Option<Bytes>,
    /// Messages kept; no limit.
    pub max_messages: Option<NonZeroU64>,
    /// Messages kept for each subject; no limit.
    pub max_messages_per_subject: Option<NonZeroU64>,
    /// Bytes of one message; what the server admits.
    pub max_message_size: Option<Bytes>,
    /// Consumers admitted; no limit.
    pub max_consumers: Option<NonZeroU32>,
    /// What a full stream does with one message more; `old`: it drops the oldest.
    pub discard: Option<DiscardName>,
    /// Whether `discard = "new"` holds for each subject too; false.
    pub discard_new_per_subject: Option<bool>,
    /// For how long message ids are remembered; 2 minutes, or `max_age` where that is shorter.
    pub duplicate_window: Option<Span>,
    /// Whether messages may carry a time to live of their own (server 2.11); false.
    pub message_ttl: Option<bool>,
    /// Whether the server may hold messages until a later time (server 2.12); false.
    pub schedules: Option<bool>,
    /// Whether batches may be all or nothing (server 2.12); false.
    pub atomic: Option<bool>,
}

fn replicas<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    match u8::deserialize(deserializer)? {
        replicas @ 1..=5 => Ok(Some(replicas)),
        other => Err(serde::de::Error::custom(format!("a stream has 1 to 5 replicas, not {other}"))),
    }
}

/// When messages leave a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum RetentionName {
    /// When a limit is met.
    Limits,
    /// When every consumer has acknowledged; without a consumer nothing is stored.
    Interest,
    /// When the one consumer has acknowledged.
    WorkQueue,
}

/// Where messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum StorageName {
    /// On disk.
    File,
    /// In memory: gone with the server.
    Memory,
}

/// What a full stream does with one message more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum DiscardName {
    /// Drops the oldest.
    Old,
    /// Refuses the new one.
    New,
}
