//! `[services.<name>]`

use serde::Deserialize;

use super::{ReadName, Text};

/// A part of the system that emits or consumes events.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct ServiceSettings {
    /// For documentation.
    pub description: Option<String>,
    /// Names of events, or patterns with `*`; its emitter type has these alone.
    pub emits: Vec<Text>,
    /// Names of events, or patterns with `*`.
    pub consumes: Vec<Text>,
    /// How it reads events: the schema of each decides (`strict`), or what a newer writer added is ignored or kept (`tolerant`).
    /// Where it is not said, each event's own `read` counts.
    pub read: Option<ReadName>,
}
