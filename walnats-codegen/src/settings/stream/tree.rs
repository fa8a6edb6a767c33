//! Settings of streams that have members, by JetStream's names.

use std::fmt;
use std::num::NonZeroU64;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

use crate::settings::Span;

/// Which servers of a cluster a stream may be on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a table such as `{ tags = [\"ssd\"] }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Placement {
    /// The name of a cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Tags that each server has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A stream that another one copies.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ name = \"orders\" }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Origin {
    /// Its name.
    pub name: String,
    /// The messages that are copied; all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_subject: Option<String>,
    /// The first sequence number that is copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_start_seq: Option<NonZeroU64>,
    /// The time of the first message that is copied, as in RFC 3339.
    #[serde(default, deserialize_with = "time", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "config-schema", schemars(with = "Option<String>"))]
    pub opt_start_time: Option<String>,
    /// Which messages are copied, and under which subjects; in place of `filter_subject`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_transforms: Vec<Mapping>,
    /// How the stream is reached, where it is in another account or domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
}

/// How a stream of another account or domain is reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ api = \"$JS.hub.API\" }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct External {
    /// The prefix of JetStream's API there: `$JS.hub.API`.
    pub api: String,
    /// The prefix of the subjects that messages are delivered on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliver: Option<String>,
}

/// From subjects to subjects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ src = \"orders.>\", dest = \"copies.>\" }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Mapping {
    /// The filter of the subjects that change.
    pub src: String,
    /// What they become; `{{wildcard(1)}}` is what the first `*` matches.
    pub dest: String,
}

/// Where stored messages are published again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ src = \"orders.>\", dest = \"copies.>\" }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Republish {
    /// The filter of the messages; all.
    #[serde(default = "all")]
    pub src: String,
    /// The subject of the copies; `{{wildcard(1)}}` is what the first `*` matches.
    pub dest: String,
    /// Whether copies come without their payload; false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub headers_only: bool,
}

/// Defaults and bounds of consumers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a table such as `{ max_ack_pending = 1000 }`")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct ConsumerLimits {
    /// After how long without a client a consumer goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactive_threshold: Option<Span>,
    /// Messages without an acknowledgement that a consumer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ack_pending: Option<NonZeroU64>,
}

fn all() -> String {
    ">".to_owned()
}

/// As TOML has a type of its own for times, what is wanted is said.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct TimeVisitor;
    impl Visitor<'_> for TimeVisitor {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a time in quotes, such as `\"2026-01-31T12:00:00Z\"`")
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }
    deserializer.deserialize_any(TimeVisitor).map(Some)
}
