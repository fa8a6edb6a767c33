//! The day, where it decides what is said.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day, in UTC: the same on every machine.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
