//! `[streams.<name>]` and `[defaults]`

mod keys;
mod tree;

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use serde::{Deserialize, Deserializer, Serialize};

use super::{Bytes, Limit, Span, Text};

pub use keys::Keys;
pub use tree::{ConsumerLimits, External, Mapping, Origin, Placement, Republish};

/// How JetStream keeps the messages of a stream. What is unset takes the value of `[defaults]`; what is unset there, too, is
/// left alone where the stream exists, and takes the value named here where `register` creates it.
///
/// The serialised settings are passed to JetStream unchanged, under its own names.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of settings")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct StreamSettings {
    /// Who makes and changes the stream; `register`. With `external`, somebody else does: `register` writes nothing and
    /// checks that the stream is as its own section needs it; other keys of `[defaults]` do not count then.
    #[serde(skip_serializing)]
    pub managed: Option<ManagedName>,
    /// Whether messages say which stream they are for (`Nats-Expected-Stream`), so that no other one stores them; true. The
    /// header is stored with each message, and mirrors on servers before 2.11.5 then store none.
    #[serde(skip_serializing)]
    pub expected_stream: Option<bool>,
    /// Shown by `nats stream info`; where `register` creates a stream with a single event, that of the event unless set.
    #[serde(skip_serializing)]
    pub description: Option<Text>,
    /// Subjects stored in addition to those of the events.
    #[serde(skip_serializing)]
    pub subjects: Vec<Text>,
    /// When messages leave the stream; `limits`.
    #[serde(skip_serializing)]
    pub retention: Option<RetentionName>,
    /// Where messages are kept; `file`.
    #[serde(skip_serializing)]
    pub storage: Option<StorageName>,
    /// Copies in a cluster, 1 to 5; 1.
    #[serde(deserialize_with = "replicas", skip_serializing)]
    #[cfg_attr(feature = "config-schema", schemars(range(min = 1, max = 5)))]
    pub replicas: Option<u8>,
    /// The oldest message kept, or `"unlimited"`; for ever.
    #[serde(skip_serializing)]
    pub max_age: Option<Limit<Span>>,
    /// Bytes kept, or `"unlimited"`; no limit.
    #[serde(skip_serializing)]
    pub max_bytes: Option<Limit<Bytes>>,
    /// Messages kept, or `"unlimited"`; no limit.
    #[serde(skip_serializing)]
    pub max_messages: Option<Limit<NonZeroU64>>,
    /// Messages kept for each subject, or `"unlimited"`; no limit.
    #[serde(skip_serializing)]
    pub max_messages_per_subject: Option<Limit<NonZeroU64>>,
    /// Bytes of one message, or `"unlimited"`; what the server allows.
    #[serde(skip_serializing)]
    pub max_message_size: Option<Limit<Bytes>>,
    /// Consumers allowed, or `"unlimited"`; no limit.
    #[serde(skip_serializing)]
    pub max_consumers: Option<Limit<NonZeroU32>>,
    /// What a full stream does with one message more; `old`: it drops the oldest.
    #[serde(skip_serializing)]
    pub discard: Option<DiscardName>,
    /// Whether `discard = "new"` holds for each subject too; false.
    #[serde(skip_serializing)]
    pub discard_new_per_subject: Option<bool>,
    /// For how long message ids are remembered; 2 minutes, or `max_age` where that is shorter.
    #[serde(skip_serializing)]
    pub duplicate_window: Option<Span>,
    /// Whether messages may carry a time to live of their own (server 2.11); false. It cannot be switched off again.
    #[serde(skip_serializing)]
    pub message_ttl: Option<bool>,
    /// Whether the server may hold messages until a later time (server 2.12); false. It cannot be switched off again.
    #[serde(skip_serializing)]
    pub schedules: Option<bool>,
    /// Whether batches may be all or nothing (server 2.12); false.
    #[serde(skip_serializing)]
    pub atomic: Option<bool>,
    /// How messages are compressed on disk (server 2.10); `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<CompressionName>,
    /// Which servers of a cluster the stream may be on; any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Whether every replica answers reads of single messages; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_direct: Option<bool>,
    /// Whether a mirror answers reads of single messages in the place of its origin; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirror_direct: Option<bool>,
    /// Names and values for people and tools (server 2.10). Names that others have set stay.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Whether single messages cannot be deleted; false. It cannot be switched off again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_delete: Option<bool>,
    /// Whether the stream cannot be purged; false. It cannot be switched off again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deny_purge: Option<bool>,
    /// Whether the header `Nats-Rollup` lets a message replace all before it; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_rollup_hdrs: Option<bool>,
    /// Other streams whose messages this one copies in addition to its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Origin>,
    /// The stream that this one is a copy of. A mirror stores no events of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Origin>,
    /// Where stored messages are published again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub republish: Option<Republish>,
    /// Under which subjects messages are stored, in place of those that they are published on (server 2.10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_transform: Option<Mapping>,
    /// Defaults and bounds of consumers (server 2.10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_limits: Option<ConsumerLimits>,
    /// Whether messages are on disk when they are acknowledged, or some time later (server 2.12); `default`. It cannot change
    /// later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persist_mode: Option<PersistModeName>,
    /// The sequence number of the first message of a stream that `register` creates (server 2.10); 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seq: Option<NonZeroU64>,
    /// Whether messages may be published in fast batches (server 2.14); false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_batched: Option<bool>,
    /// Whether the stream counts (server 2.12); false. Such a stream takes increments, and no events. It cannot change later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_msg_counter: Option<bool>,
    /// For how long a marker shows readers that the last message of a subject expired (server 2.11); no markers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_delete_marker_ttl: Option<Span>,
    /// Whether the stream acknowledges nothing; false. It has to be false where events are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_ack: Option<bool>,
    /// Whether the stream takes no messages any more; false. For a stream that exists and stores no events; it cannot be
    /// switched off again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<bool>,
    /// Where the keys stand.
    #[serde(skip)]
    pub keys: Keys,
}

impl StreamSettings {
    /// What JetStream gets unchanged: its names of settings, and their values as JSON.
    pub fn others(&self) -> serde_json::Map<String, serde_json::Value> {
        // All keys are strings, and no value fails to be written.
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(others)) => others,
            _ => serde_json::Map::new(),
        }
    }
}

/// Who makes and changes a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum ManagedName {
    /// `register` of this package.
    Register,
    /// Somebody else.
    External,
}

/// How messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum CompressionName {
    /// Not at all.
    None,
    /// With S2, a kind of Snappy.
    S2,
}

/// When messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum PersistModeName {
    /// Before they are acknowledged.
    Default,
    /// After that: a crash of the server loses some.
    Async,
}

fn replicas<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let number = i64::deserialize(deserializer)?;
    match u8::try_from(number) {
        Ok(replicas @ 1..=5) => Ok(Some(replicas)),
        _ => Err(serde::de::Error::invalid_value(serde::de::Unexpected::Signed(number), &"1 to 5 replicas")),
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
