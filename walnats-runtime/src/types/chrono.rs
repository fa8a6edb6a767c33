//! `date-time` and `date` as types of chrono, for `[codegen] datetime = "chrono"`.

use chrono::{DateTime as Chrono, Datelike, FixedOffset, Local, NaiveDate, SecondsFormat, Utc};
use walnats_schema::Format;

use super::date_time;
use super::verbatim::{Verbatim, Written};

/// A `date-time`: dereferences to [`chrono::DateTime`], and converts from one in any time zone.
pub type DateTime = Verbatim<Chrono<FixedOffset>>;

/// A `date`: dereferences to and converts from [`chrono::NaiveDate`].
pub type Date = Verbatim<NaiveDate>;

impl Written for Chrono<FixedOffset> {
    const FORMAT: Format = Format::DateTime;

    fn read(text: &str) -> Option<Self> {
        Self::parse_from_rfc3339(text).ok()
    }

    fn write(&self) -> String {
        match self.year() {
            ..0 => date_time::FIRST.to_owned(),
            10_000.. => date_time::LAST.to_owned(),
            _ => self.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        }
    }
}

impl From<Chrono<Utc>> for DateTime {
    fn from(value: Chrono<Utc>) -> Self {
        value.fixed_offset().into()
    }
}

impl From<Chrono<Local>> for DateTime {
    fn from(value: Chrono<Local>) -> Self {
        value.fixed_offset().into()
    }
}

impl From<DateTime> for Chrono<FixedOffset> {
    fn from(value: DateTime) -> Self {
        value.into_inner()
    }
}

impl From<DateTime> for Chrono<Utc> {
    fn from(value: DateTime) -> Self {
        value.into_inner().into()
    }
}

impl From<Date> for NaiveDate {
    fn from(value: Date) -> Self {
        value.into_inner()
    }
}

impl From<Chrono<FixedOffset>> for super::DateTime {
    fn from(value: Chrono<FixedOffset>) -> Self {
        Self::written(value.write())
    }
}

impl From<Chrono<Utc>> for super::DateTime {
    fn from(value: Chrono<Utc>) -> Self {
        value.fixed_offset().into()
    }
}

impl TryFrom<&super::DateTime> for Chrono<FixedOffset> {
    type Error = chrono::ParseError;

    fn try_from(value: &super::DateTime) -> Result<Self, Self::Error> {
        Self::parse_from_rfc3339(value.as_str())
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
        let utc: Chrono<Utc> = "2024-06-01T12:00:00.5Z".parse().unwrap();
        assert_eq!(DateTime::from(utc).as_str(), "2024-06-01T12:00:00.500Z");
        let read: DateTime = "2024-06-01T14:00:00.5+02:00".parse().unwrap();
        assert_eq!(*read, utc, "the same instant");
        assert_ne!(read, utc.into(), "written differently");
        assert_eq!(read.offset().local_minus_utc(), 7_200);
        assert_eq!(Chrono::<Utc>::from(read), utc);
        assert_eq!(super::super::DateTime::from(utc).as_str(), "2024-06-01T12:00:00.500Z");
        assert_eq!(DateTime::from(Chrono::<Utc>::MIN_UTC).as_str(), date_time::FIRST);
        assert_eq!(DateTime::from(Chrono::<Utc>::MAX_UTC).as_str(), date_time::LAST);
    }
}
