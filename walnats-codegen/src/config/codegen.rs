//! `[codegen]`, and the choices of `[schemas]`

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

/// Whether `format` asserts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum Formats {
    /// A payload that does not have the format is refused.
    #[default]
    Assert,
    /// The format is documentation.
    Annotate,
}

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub enum DraftName {
    #[serde(rename = "4")]
    Draft4,
    #[serde(rename = "6")]
    Draft6,
    #[serde(rename = "7")]
    Draft7,
    #[serde(rename = "2019-09")]
    Draft201909,
    #[default]
    #[serde(rename = "2020-12")]
    Draft202012,
}
