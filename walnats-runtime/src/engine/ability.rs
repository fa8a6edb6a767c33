//! Features of a stream that a load needs and older servers ignore: they would store and acknowledge the message
//! without honouring them.

use crate::jetstream::KnownStream;

use super::load::Load;

/// A stream setting without which a header has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    MessageTtl,
    Schedules,
    Atomic,
}

impl Ability {
    /// The features that the load needs.
    pub(super) fn needed(load: &Load) -> Vec<Self> {
        let has = |names: &[&str]| {
            load.messages().iter().any(|message| names.iter().any(|name| message.headers.get(name).is_some()))
        };
        let mut needed = Vec::new();
        if matches!(load, Load::Atomic(_)) {
            needed.push(Self::Atomic);
        }
        if has(&["Nats-Schedule"]) {
            needed.push(Self::Schedules);
        }
        if has(&["Nats-TTL", "Nats-Schedule-TTL"]) {
            needed.push(Self::MessageTtl);
        }
        needed
    }

    /// The setting's key in `walnats.toml`.
    pub(super) fn setting(self) -> &'static str {
        match self {
            Self::MessageTtl => "message_ttl",
            Self::Schedules => "schedules",
            Self::Atomic => "atomic",
        }
    }

    /// The first server release that supports it.
    fn since(self) -> (u64, u64) {
        match self {
            Self::MessageTtl => (2, 11),
            Self::Schedules | Self::Atomic => (2, 12),
        }
    }

    pub(super) fn is_of(self, stream: &KnownStream) -> bool {
        match self {
            Self::MessageTtl => stream.message_ttl,
            Self::Schedules => stream.schedules,
            Self::Atomic => stream.atomic,
        }
    }

    /// Whether a server of this version either honours the setting or refuses it.
    pub(super) fn is_known_to(self, version: &str) -> bool {
        let mut numbers = version.split(['.', '-']).map_while(|number| number.parse().ok());
        match (numbers.next(), numbers.next()) {
            (Some(major), Some(minor)) => (major, minor) >= self.since(),
            // Not a version in nats-server's format.
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (version, ttl, atomic) in [
            ("2.9.10", false, false),
            ("2.10.26", false, false),
            ("2.11.0", true, false),
            ("2.12.1-RC.2", true, true),
            ("", true, true),
        ] {
            assert_eq!(Ability::MessageTtl.is_known_to(version), ttl, "{version}");
            assert_eq!(Ability::Atomic.is_known_to(version), atomic, "{version}");
        }
    }
}
