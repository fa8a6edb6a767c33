//! `[codegen]`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Text;

/// The Rust that comes out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct CodegenSettings {
    /// Derives to add to every generated type, as paths: `Hash`, `my_crate::Redact`.
    pub derives: Vec<Text>,
    /// Names of Rust types by file and JSON Pointer: `"common/_address.json#/$defs/zip" = "PostalCode"`.
    pub names: BTreeMap<Text, Text>,
}
