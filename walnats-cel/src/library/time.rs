//! Durations and timestamps, in nanoseconds.

use jiff::tz::TimeZone;

use super::{Failure, Result};

const NANOS: i128 = 1_000_000_000;
const RANGE: Failure = Failure("the time is out of range");

/// A span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    nanos: i128,
}

/// A point in time, counted from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    nanos: i128,
}

impl Duration {
    /// What `google.protobuf.Duration` carries.
    pub const fn new(seconds: i64, nanos: i32) -> Self {
        Self { nanos: seconds as i128 * NANOS + nanos as i128 }
    }

    /// In nanoseconds.
    pub const fn nanos(self) -> i128 {
        self.nanos
    }

    /// Seconds, and nanoseconds of the same sign.
    #[allow(clippy::cast_possible_truncation)]
    pub const fn parts(self) -> (i64, i32) {
        ((self.nanos / NANOS) as i64, (self.nanos % NANOS) as i32)
    }

    /// `duration(text)`: numbers with units, as `1h30m` or `-1.5s`.
    ///
    /// # Errors
    ///
    /// It is not that, or longer than 64 bits of nanoseconds.
    pub fn parse(text: &str) -> Result<Self> {
        parse_duration(text).ok_or(Failure("the text is not a duration"))
    }

    /// `a + b`
    ///
    /// # Errors
    ///
    /// The result is longer than 64 bits of nanoseconds.
    pub fn plus(self, other: Self) -> Result<Self> {
        ranged(self.nanos + other.nanos)
    }

    /// `a - b`
    ///
    /// # Errors
    ///
    /// The result is longer than 64 bits of nanoseconds.
    pub fn minus(self, other: Self) -> Result<Self> {
        ranged(self.nanos - other.nanos)
    }

    /// `-a`
    ///
    /// # Errors
    ///
    /// The result is longer than 64 bits of nanoseconds.
    pub fn negate(self) -> Result<Self> {
        ranged(-self.nanos)
    }

    /// In whole units of `nanos` nanoseconds, towards zero; milliseconds are those of the last second.
    #[allow(clippy::cast_possible_truncation)]
    pub fn part(self, part: Part) -> i64 {
        match part {
            Part::Hours => (self.nanos / (3600 * NANOS)) as i64,
            Part::Minutes => (self.nanos / (60 * NANOS)) as i64,
            Part::Seconds => (self.nanos / NANOS) as i64,
            _ => ((self.nanos / 1_000_000) % 1000) as i64,
        }
    }
}

fn ranged(nanos: i128) -> Result<Duration> {
    if i64::try_from(nanos).is_ok() { Ok(Duration { nanos }) } else { Err(RANGE) }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::default());
    }
    let mut nanos: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let unit: i128 = match unit {
            "h" => 3600 * NANOS,
            "m" => 60 * NANOS,
            "s" => NANOS,
            "ms" => 1_000_000,
            "us" | "µs" | "μs" => 1000,
            "ns" => 1,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        nanos =
            nanos.checked_add(whole.parse::<i64>().or(whole.is_empty().then_some(0).ok_or(())).ok()? as i128 * unit)?;
        let mut scale = unit;
        for digit in fraction.bytes() {
            scale /= 10;
            nanos += i128::from(char::from(digit).to_digit(10)?) * scale;
        }
        rest = after;
    }
    ranged(sign * nanos).ok()
}

/// What a point in time, or a span, can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Part {
    FullYear,
    /// From 0.
    Month,
    /// From 1.
    Date,
    /// From 0.
    DayOfMonth,
    /// From 0, a Sunday.
    DayOfWeek,
    /// From 0.
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

impl Timestamp {
    /// What `google.protobuf.Timestamp` carries.
    pub const fn new(seconds: i64, nanos: i32) -> Self {
        Self { nanos: seconds as i128 * NANOS + nanos as i128 }
    }

    /// The time now.
    pub fn now() -> Self {
        Self { nanos: jiff::Timestamp::now().as_nanosecond() }
    }

    /// Whole seconds, rounded down, and the nanoseconds above.
    #[allow(clippy::cast_possible_truncation)]
    pub const fn parts(self) -> (i64, i32) {
        (self.nanos.div_euclid(NANOS) as i64, self.nanos.rem_euclid(NANOS) as i32)
    }

    /// `timestamp(text)`, of RFC 3339.
    ///
    /// # Errors
    ///
    /// It is not that, or not between the years 1 and 9999.
    pub fn parse(text: &str) -> Result<Self> {
        let failure = Failure("the text is not a timestamp");
        let parsed: jiff::Timestamp = text.parse().map_err(|_| failure)?;
        Self::ranged(parsed.as_nanosecond())
    }

    /// `timestamp(seconds)`, counted from 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// It is not between the years 1 and 9999.
    pub fn from_seconds(seconds: i64) -> Result<Self> {
        Self::ranged(i128::from(seconds) * NANOS)
    }

    /// `a + b`
    ///
    /// # Errors
    ///
    /// The result is not between the years 1 and 9999.
    pub fn plus(self, duration: Duration) -> Result<Self> {
        Self::ranged(self.nanos + duration.nanos)
    }

    /// `a - b`
    ///
    /// # Errors
    ///
    /// The result is not between the years 1 and 9999.
    pub fn minus(self, duration: Duration) -> Result<Self> {
        Self::ranged(self.nanos - duration.nanos)
    }

    /// `a - b`
    ///
    /// # Errors
    ///
    /// The result is longer than 64 bits of nanoseconds.
    pub fn since(self, other: Self) -> Result<Duration> {
        ranged(self.nanos - other.nanos)
    }

    fn ranged(nanos: i128) -> Result<Self> {
        const FIRST: i128 = -62_135_596_800 * NANOS;
        const END: i128 = 253_402_300_800 * NANOS;
        if (FIRST..END).contains(&nanos) { Ok(Self { nanos }) } else { Err(RANGE) }
    }

    pub(super) fn jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_nanosecond(self.nanos).ok()
    }

    /// A part of it in a time zone: a name as `Europe/Berlin`, or an offset as `+02:00`.
    ///
    /// # Errors
    ///
    /// There is no such time zone, or the time is not between the years 1 and 9999.
    pub fn part(self, part: Part, zone: &str) -> Result<i64> {
        let zone = time_zone(zone).ok_or(Failure("there is no such time zone"))?;
        let time = self.jiff().ok_or(RANGE)?.to_zoned(zone);
        Ok(match part {
            Part::FullYear => time.year().into(),
            Part::Month => i64::from(time.month()) - 1,
            Part::Date => time.day().into(),
            Part::DayOfMonth => i64::from(time.day()) - 1,
            Part::DayOfWeek => time.weekday().to_sunday_zero_offset().into(),
            Part::DayOfYear => i64::from(time.day_of_year()) - 1,
            Part::Hours => time.hour().into(),
            Part::Minutes => time.minute().into(),
            Part::Seconds => time.second().into(),
            Part::Milliseconds => time.millisecond().into(),
        })
    }
}

fn time_zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() || name == "UTC" || name == "Z" {
        return Some(TimeZone::UTC);
    }
    let (sign, offset) = match name.as_bytes()[0] {
        b'-' => (-1, &name[1..]),
        b'+' => (1, &name[1..]),
        b'0'..=b'9' => (1, name),
        _ => return TimeZone::get(name).ok(),
    };
    let (hours, minutes) = offset.split_once(':')?;
    let seconds =
        hours.parse::<i32>().ok()?.checked_mul(3600)?.checked_add(minutes.parse::<i32>().ok()?.checked_mul(60)?)?;
    jiff::tz::Offset::from_seconds(sign * seconds).ok().map(TimeZone::fixed)
}
