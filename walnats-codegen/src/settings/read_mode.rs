//! `read`, of events and services.

use serde::Deserialize;

use crate::model::ReadMode;

/// What readers do with members, values of enumerations and variants that their schema does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum ReadName {
    /// They refuse what the schema refuses.
    Strict,
    /// They ignore members, and keep values and variants, which can never be emitted.
    Tolerant,
}

impl ReadName {
    /// The same in the model.
    pub fn mode(self) -> ReadMode {
        match self {
            Self::Strict => ReadMode::Strict,
            Self::Tolerant => ReadMode::Tolerant,
        }
    }
}
