//! `[lints]`

use serde::Deserialize;

use crate::diagnostic::Level;

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
