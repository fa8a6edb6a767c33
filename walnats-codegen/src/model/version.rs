//! Versions of an event: `invoice-issued.v2` beside `invoice-issued`.

use std::collections::BTreeMap;

use super::{EventId, EventModel};

impl EventModel {
    /// Of each event with several versions, all of them with their numbers, the oldest first.
    pub fn versions(&self) -> Vec<Vec<(u64, EventId)>> {
        let mut all: BTreeMap<&str, BTreeMap<u64, EventId>> = BTreeMap::new();
        for event in self.event_ids() {
            let name = &self.events[event].name;
            let (base, number) = version(name).unwrap_or((name, 1));
            all.entry(base).or_default().insert(number, event);
        }
        let several = all.into_values().filter(|versions| versions.len() > 1);
        several.map(|versions| versions.into_iter().collect()).collect()
    }
}

/// What `.v2` ends, and its number.
pub fn version(name: &str) -> Option<(&str, u64)> {
    let (base, version) = name.rsplit_once('.')?;
    let digits = version.strip_prefix('v').filter(|digits| !digits.starts_with('0'))?;
    Some((base, digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??))
}
