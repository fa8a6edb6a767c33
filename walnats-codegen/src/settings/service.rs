//! `[services.<name>]`

use serde::Deserialize;

use super::Text;

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
}
