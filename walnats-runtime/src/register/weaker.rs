//! Changes that weaken a stream's guarantees without deleting stored messages.

use std::fmt;

use super::change::Change;
use super::config::Config;
use super::setting::SETTINGS;

/// A change that weakens the stream's guarantees. Refused unless
/// [`Register::allow_weaker`](super::Register::allow_weaker) allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakening {
    /// The change.
    pub change: Change,
    /// What is weaker then.
    pub why: &'static str,
}

impl fmt::Display for Weakening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (setting, Change { from, to, .. }) = (self.change.key(), &self.change);
        write!(f, "`{setting}` goes from {from} to {to}: {}", self.why)
    }
}

/// The changes that weaken the stream.
pub(super) fn weakenings(changes: &[Change], current: &Config, desired: &Config) -> Vec<Weakening> {
    let weakening = |change: &Change| {
        let setting = SETTINGS.iter().find(|setting| setting.name == change.setting)?;
        let why = setting.weakening(&setting.value(current), &setting.value(desired))?;
        Some(Weakening { change: change.clone(), why })
    };
    changes.iter().filter_map(weakening).collect()
}
