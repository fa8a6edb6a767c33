//! `[codegen]`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Text;

/// The types of dates and times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum DateTimeName {
    /// `walnats_runtime::DateTime` and `Date`, which lead to jiff's.
    #[default]
    Jiff,
    /// Those of chrono.
    Chrono,
    /// Those of time.
    Time,
    /// `String`, checked.
    String,
}

/// The Rust that comes out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct CodegenSettings {
    /// Derives to add to every generated type, as paths: `Hash`, `my_crate::Redact`.
    pub derives: Vec<Text>,
    /// The crate whose types dates and times are: `jiff` by default, `chrono` or `time` (features of `walnats-runtime`), or
    /// `string` for checked text.
    pub datetime: DateTimeName,
    /// Whether structs get a method `with_<field>` for each optional field: `true` by default.
    pub builders: Option<bool>,
    /// Names of Rust types by file and JSON Pointer: `"common/_address.json#/$defs/zip" = "PostalCode"`.
    pub names: BTreeMap<Text, Text>,
    /// Schemas and messages whose types other crates have: `"_money.json" = "money_events::Money"`, also
    /// `"_money.json#/$defs/currency"`, the message `".acme.money.v1.Money"`, or the package `".acme.money.v1"`.
    #[serde(rename = "extern")]
    pub externs: BTreeMap<Text, Text>,
}
