//! `[schemas]`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Text;

/// Where the schemas are, and how to read them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct SchemaSettings {
    /// Folders inside of the package; `["schemas"]` unless set.
    pub folders: Option<Vec<String>>,
    /// The draft of JSON Schema for files without `$schema`; 2020-12 unless set.
    pub draft: Option<DraftName>,
    /// Whether `format` asserts, or is a mere annotation; it asserts unless set.
    pub formats: Option<Formats>,
    /// What happens to keywords that no draft has; they are judged unless set.
    pub unknown_keywords: Option<UnknownKeywordsName>,
    /// Where copies of schemas of other hosts are: prefixes of URIs, each with the folder, from the schema folder on,
    /// that stands for it: `"https://example.com/schemas/" = "vendor/example/"`. Nothing is fetched.
    pub remotes: BTreeMap<String, String>,
    /// Files that nobody here may edit, from the schema folder on; one `*` in each stands for any text: `"vendor/*"`. What
    /// looks like a misspelt keyword there is an annotation, and of a repeated name the last counts; warnings say so.
    pub foreign: Vec<Text>,
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

/// What happens to keywords that no draft has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum UnknownKeywordsName {
    /// What looks like a misspelt keyword is an error; the rest are annotations, and a warning lists them.
    #[default]
    Judge,
    /// All are annotations, and none is reported.
    Ignore,
}
