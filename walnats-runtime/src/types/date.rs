//! `date` of JSON Schema: a day of RFC 3339, in the types of jiff, chrono and time.

use walnats_schema::Format;

use super::verbatim::{Verbatim, Written};

/// A day: `2024-02-29`. Dereferences to and converts from [`jiff::civil::Date`].
pub type Date = Verbatim<jiff::civil::Date>;

/// Year, month and day of a text that is a `date`.
fn parts(text: &str) -> Option<(i16, u8, u8)> {
    Some((text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..10)?.parse().ok()?))
}

/// Writes a `date`; the first or the last valid one if the year is negative or has more than four digits.
fn text(year: i32, month: u8, day: u8) -> String {
    match year {
        ..0 => "0000-01-01".to_owned(),
        10_000.. => "9999-12-31".to_owned(),
        _ => format!("{year:04}-{month:02}-{day:02}"),
    }
}

impl Written for jiff::civil::Date {
    const FORMAT: Format = Format::Date;

    fn read(text: &str) -> Option<Self> {
        let (year, month, day) = parts(text)?;
        // jiff represents months and days as `i8`.
        Self::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
    }

    fn write(&self) -> String {
        text(self.year().into(), self.month().unsigned_abs(), self.day().unsigned_abs())
    }
}

#[cfg(feature = "chrono")]
impl Written for chrono::NaiveDate {
    const FORMAT: Format = Format::Date;

    fn read(text: &str) -> Option<Self> {
        let (year, month, day) = parts(text)?;
        Self::from_ymd_opt(year.into(), month.into(), day.into())
    }

    fn write(&self) -> String {
        use chrono::Datelike;
        text(self.year(), self.month() as u8, self.day() as u8)
    }
}

#[cfg(feature = "time")]
impl Written for time::Date {
    const FORMAT: Format = Format::Date;

    fn read(text: &str) -> Option<Self> {
        let (year, month, day) = parts(text)?;
        Self::from_calendar_date(year.into(), month.try_into().ok()?, day).ok()
    }

    fn write(&self) -> String {
        text(self.year(), self.month().into(), self.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_kept<T: Written>() {
        for text in ["2024-02-29", "0000-01-01", "9999-12-31", "1970-01-01"] {
            let date: Verbatim<T> = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(Verbatim::from(date.into_inner()).as_str(), text);
        }
        for text in ["", "2023-02-29", "2024-2-29", "24-02-29", "2024-02-29Z", "+02024-02-29"] {
            assert!(text.parse::<Verbatim<T>>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_kept_to_the_letter() {
        is_kept::<jiff::civil::Date>();
        #[cfg(feature = "chrono")]
        is_kept::<chrono::NaiveDate>();
        #[cfg(feature = "time")]
        is_kept::<time::Date>();
    }

    #[test]
    fn a_day_that_rfc_3339_cannot_write_becomes_the_nearest() {
        assert_eq!(Date::from(jiff::civil::date(-1, 5, 5)).as_str(), "0000-01-01");
        #[cfg(feature = "chrono")]
        assert_eq!(Verbatim::from(chrono::NaiveDate::MAX).as_str(), "9999-12-31");
    }
}
