//! Versions and releases of nats-server.

use std::fmt;

/// The version that is downloaded if none is installed.
pub const PINNED_VERSION: Version = NEWEST.version();

pub(crate) const NEWEST: Release = Release::V2_15;

/// The oldest version accepted from `PATH`: the first with schedules and atomic batches.
pub const MINIMUM_VERSION: Version = Version { major: 2, minor: 12, patch: 0 };

/// A release of nats-server that can be downloaded: the newest patch of a minor version, verified by SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    /// 2.10.26
    V2_10,
    /// 2.11.11
    V2_11,
    /// 2.12.8
    V2_12,
    /// 2.14.6
    V2_14,
    /// 2.15.1
    V2_15,
}

impl Release {
    /// Every release, oldest first.
    pub const ALL: [Self; 5] = [Self::V2_10, Self::V2_11, Self::V2_12, Self::V2_14, Self::V2_15];

    /// The exact version.
    pub const fn version(self) -> Version {
        let (minor, patch) = match self {
            Self::V2_10 => (10, 26),
            Self::V2_11 => (11, 11),
            Self::V2_12 => (12, 8),
            Self::V2_14 => (14, 6),
            Self::V2_15 => (15, 1),
        };
        Version { major: 2, minor, patch }
    }
}

/// The version of a nats-server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Incremented by breaking changes.
    pub major: u32,
    /// Incremented by new features.
    pub minor: u32,
    /// Incremented by fixes.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl Version {
    /// Reads `nats-server: v2.15.1`; a suffix, as in `2.12.0-RC.1`, is ignored.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let numbers = text.trim().strip_prefix("nats-server: v")?;
        let mut numbers = numbers.split(['.', '-']).map(|number| number.parse().ok());
        Some(Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? })
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_and_ordered() {
        let version = |major, minor, patch| Some(Version { major, minor, patch });
        assert_eq!(Version::read("nats-server: v2.15.1\n"), version(2, 15, 1));
        assert_eq!(Version::read("nats-server: v2.12.0-RC.1\n"), version(2, 12, 0));
        assert_eq!(Version::read("gnatsd: v1.0.0"), None);
        assert_eq!(Version::read("nats-server: v2"), None);
        assert!(version(2, 9, 10) < version(2, 12, 0));
    }
}
