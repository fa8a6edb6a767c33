//! `[fmt]`

use std::num::NonZeroU16;

use serde::Deserialize;

/// How `walnats fmt` lays files out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct FmtSettings {
    /// The columns that a line of JSON or YAML should have at most; 80 unless set.
    pub line_width: Option<NonZeroU16>,
}
