//! `date-time` and `date` as types of the crate `time`, for `[codegen] datetime = "time"`.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use walnats_schema::Format;

use super::date_time;
use super::verbatim::{Verbatim, Written};

/// A `date-time`: dereferences to and converts from [`time::OffsetDateTime`].
pub type DateTime = Verbatim<OffsetDateTime>;

/// A `date`: dereferences to and converts from [`time::Date`].
pub type Date = Verbatim<time::Date>;

impl Written for OffsetDateTime {
    const FORMAT: Format = Format::DateTime;

    fn read(text: &str) -> Option<Self> {
        Self::parse(text, &Rfc3339).ok()
    }

    fn write(&self) -> String {
        match self.year() {
            ..0 => return date_time::FIRST.to_owned(),
            10_000.. => return date_time::LAST.to_owned(),
            _ => {}
        }
        // RFC 3339 has no seconds in offsets; in UTC, every instant can be written.
        let written = self.format(&Rfc3339).or_else(|_| self.to_offset(UtcOffset::UTC).format(&Rfc3339));
        written.unwrap_or_else(|_| date_time::LAST.to_owned())
    }
}

impl From<DateTime> for OffsetDateTime {
    fn from(value: DateTime) -> Self {
        value.into_inner()
    }
}

impl From<Date> for time::Date {
    fn from(value: Date) -> Self {
        value.into_inner()
    }
}

impl From<OffsetDateTime> for super::DateTime {
    fn from(value: OffsetDateTime) -> Self {
        Self::written(value.write())
    }
}

impl TryFrom<&super::DateTime> for OffsetDateTime {
    type Error = time::error::Parse;

    fn try_from(value: &super::DateTime) -> Result<Self, Self::Error> {
        Self::parse(value.as_str(), &Rfc3339)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in date_time::SPELLINGS {
            let read: DateTime = text.parse().unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), *text);
        }
    }

    #[test]
    fn values_go_both_ways() {
        let utc = OffsetDateTime::from_unix_timestamp(1_717_243_200).unwrap();
        assert_eq!(DateTime::from(utc).as_str(), "2024-06-01T12:00:00Z");
        let read: DateTime = "2024-06-01T14:00:00+02:00".parse().unwrap();
        assert_eq!(*read, utc, "the same instant");
        assert_ne!(read, utc.into(), "written differently");
        assert_eq!(OffsetDateTime::from(read), utc);
        assert_eq!(super::super::DateTime::from(utc).as_str(), "2024-06-01T12:00:00Z");
        let odd = utc.to_offset(UtcOffset::from_hms(1, 2, 3).unwrap());
        assert_eq!(DateTime::from(odd).as_str(), "2024-06-01T12:00:00Z");
    }
}
