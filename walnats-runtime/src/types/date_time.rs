//! `date-time` of JSON Schema: RFC 3339 with its offset, fraction and spelling kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use walnats_schema::Format;

/// A point in time that preserves its text: `2024-01-01T00:00:00.000+02:00` is written as it was read.
///
/// Converts from and to [`jiff::Timestamp`]. Two values that are written differently are not equal, even if they denote the
/// same instant: compare timestamps for that.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct DateTime(Box<str>);

/// The first instant that can be written.
pub(super) const FIRST: &str = "0000-01-01T00:00:00Z";

/// The last second that can be written in UTC.
#[cfg(any(feature = "chrono", feature = "time"))]
pub(super) const LAST: &str = "9999-12-31T23:59:59Z";

impl DateTime {
    /// The current time, in UTC with microseconds.
    pub fn now() -> Self {
        let now = jiff::Timestamp::now();
        now.round(jiff::Unit::Microsecond).unwrap_or(now).into()
    }

    /// The text, in the form of RFC 3339.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps a text that is valid already.
    #[cfg(any(feature = "chrono", feature = "time"))]
    pub(super) fn written(text: String) -> Self {
        Self(text.into())
    }

    /// The instant that it denotes.
    ///
    /// # Errors
    ///
    /// The instant is later than jiff's last, 9999-12-30T22:00:00Z.
    pub fn timestamp(&self) -> Result<jiff::Timestamp, jiff::Error> {
        self.0.parse()
    }
}

/// The text is not a date-time of RFC 3339, such as `2026-01-02T03:04:05Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date-time of RFC 3339, such as 2026-01-02T03:04:05Z")]
#[non_exhaustive]
pub struct ParseDateTimeError;

impl FromStr for DateTime {
    type Err = ParseDateTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if Format::DateTime.check(text) { Ok(Self(text.into())) } else { Err(ParseDateTimeError) }
    }
}

impl From<jiff::Timestamp> for DateTime {
    /// In UTC. RFC 3339 has no years before 0: earlier instants become the first of year 0.
    fn from(timestamp: jiff::Timestamp) -> Self {
        // `FIRST` in seconds.
        if timestamp.as_second() < -62_167_219_200 {
            return Self(FIRST.into());
        }
        Self(timestamp.to_string().into())
    }
}

impl TryFrom<&DateTime> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(value: &DateTime) -> Result<Self, Self::Error> {
        value.timestamp()
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(super::TextVisitor::default())
    }
}

/// Spellings of instants that RFC 3339 permits.
#[cfg(test)]
pub(super) const SPELLINGS: &[&str] = &[
    "2024-01-01T00:00:00.000+02:00",
    "2024-01-01t00:00:00z",
    "2024-01-01T00:00:00-00:00",
    "2016-12-31T23:59:60Z",
    "2016-12-31T15:59:60.5-08:00",
    "2024-02-29T00:00:00.123456789012345Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999-23:59",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_to_the_letter() {
        for text in SPELLINGS {
            assert_eq!(text.parse::<DateTime>().unwrap().to_string(), *text);
        }
        for text in ["", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2024-01-01 00:00:00Z"] {
            assert_eq!(text.parse::<DateTime>(), Err(ParseDateTimeError), "{text}");
        }
    }

    #[test]
    fn timestamps_go_both_ways() {
        let timestamp: jiff::Timestamp = "2024-06-01T12:00:00.5Z".parse().unwrap();
        assert_eq!(DateTime::from(timestamp).timestamp().unwrap(), timestamp);
        assert_eq!("2024-06-01T14:00:00.500+02:00".parse::<DateTime>().unwrap().timestamp().unwrap(), timestamp);
        let early = DateTime::from(jiff::Timestamp::MIN);
        assert_eq!(early.to_string().parse::<DateTime>(), Ok(early));
        assert!("9999-12-31T23:59:59Z".parse::<DateTime>().unwrap().timestamp().is_err());
    }
}
