//! `[breaking]`

use serde::Deserialize;

/// What `walnats breaking` takes for a break. `[events.<name>]` can say otherwise for an event: `breaking = { mode = "full" }`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct BreakingSettings {
    /// Whether readers refuse members that their schema does not know where it is closed; they do unless set.
    pub unknown_members: Option<UnknownMembersName>,
    /// Who has to understand whom; `backward` unless set.
    pub mode: Option<ModeName>,
    /// Whether an event is compared with every `--against`, rather than with the first alone; `false` unless set.
    pub transitive: Option<bool>,
}

impl BreakingSettings {
    /// These settings, and those of `fallback` where these say nothing.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            unknown_members: self.unknown_members.or(fallback.unknown_members),
            mode: self.mode.or(fallback.mode),
            transitive: self.transitive.or(fallback.transitive),
        }
    }
}

/// What readers do with members that their schema does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum UnknownMembersName {
    /// They do what the schema says: `"additionalProperties": false` refuses.
    #[default]
    Strict,
    /// They ignore them, whatever the schema says.
    Tolerant,
}

/// Who has to understand whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum ModeName {
    /// New readers understand old events.
    #[default]
    Backward,
    /// Old readers understand new events.
    Forward,
    /// Both.
    Full,
}
