//! `[lints]`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Text;
use crate::diagnostic::Level;

/// Levels of findings by name, such as `no-description`: those that are not always errors.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "config-schema", schemars(default))]
pub struct LintSettings {
    /// Which of buf's lint rules protobuf files are held against.
    pub protobuf: Option<ProtobufName>,
    /// Levels by name.
    #[cfg_attr(feature = "config-schema", schemars(flatten))]
    pub levels: BTreeMap<Text, LevelName>,
}

/// A set of buf's lint rules. Levels by name have the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum ProtobufName {
    /// None: buf does that.
    Off,
    /// Warnings for the rules of the category MINIMAL, besides those that are warnings anyway.
    Minimal,
    /// The same for the category BASIC.
    Basic,
    /// The same for the category STANDARD.
    Standard,
    /// Warnings for the rules that `buf.yaml` uses, next to `walnats.toml` or in the schema folder.
    #[serde(rename = "buf.yaml")]
    BufYaml,
}

/// How bad a finding is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum LevelName {
    /// It is not mentioned.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

impl LevelName {
    /// The level of this name.
    pub fn level(self) -> Level {
        match self {
            Self::Allow => Level::Allow,
            Self::Warn => Level::Warn,
            Self::Deny => Level::Deny,
        }
    }
}
