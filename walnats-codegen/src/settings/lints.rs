//! `[lints]`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Day, OneOrMany, Text};
use crate::diagnostic::Level;

/// Levels of findings by name, such as `no-description`: those that are not always errors; and findings to ignore.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "config-schema", schemars(default))]
pub struct LintSettings {
    /// The levels of what is not named here.
    pub preset: PresetName,
    /// Findings that are not to be reported, each with a reason.
    pub ignore: Vec<IgnoreSettings>,
    /// Which of buf's lint rules protobuf files are held against.
    pub protobuf: Option<ProtobufName>,
    /// Levels by name.
    #[cfg_attr(feature = "config-schema", schemars(flatten))]
    pub levels: BTreeMap<Text, LevelName>,
}

/// The levels of findings that `[lints]` does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum PresetName {
    /// Those of the table of codes.
    #[default]
    Recommended,
    /// The same, and a warning for whatever the table allows, but for the style of protobuf files.
    Strict,
}

/// `[[lints.ignore]]`: findings that somebody decided to live with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct IgnoreSettings {
    /// The name of what is found, such as `no-description`, or several.
    pub lint: OneOrMany,
    /// Where: files or folders, from the schema folder or from the package's folder on. `*` stands for any text within a part of a
    /// path, `?` for a character, `**` for any parts: `legacy/*.json`, `**/*.yaml`, `walnats.toml`. A pattern such as `*.yaml`, of
    /// one part, is about every folder.
    pub files: OneOrMany,
    /// Why it is not to be reported.
    pub reason: Text,
    /// The last day on which `walnats check` does not report it, such as `2027-01-31`; for ever unless set. Build scripts do not
    /// look at the day.
    #[serde(default)]
    pub until: Option<Day>,
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
