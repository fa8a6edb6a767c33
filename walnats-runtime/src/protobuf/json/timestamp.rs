//! `Timestamp`: a time of RFC 3339, of the years 1 to 9999, in UTC.

use std::fmt::Write;

use prost_types::Timestamp;

use super::duration::{nanos, push_fraction};
use super::reader::{Fail, Reader, Result};
use super::well_known::WellKnown;
use super::writer::Writer;

/// `0001-01-01T00:00:00Z`
const MIN_SECONDS: i64 = -62_135_596_800;
/// `9999-12-31T23:59:59Z`
const MAX_SECONDS: i64 = 253_402_300_799;
const DAY: i64 = 86_400;

impl WellKnown for Timestamp {
    const NAME: &'static str = "google.protobuf.Timestamp";

    fn write(&self, writer: &mut Writer) {
        let nanos = u32::try_from(self.nanos).ok().filter(|nanos| *nanos <= 999_999_999);
        match nanos.filter(|_| (MIN_SECONDS..=MAX_SECONDS).contains(&self.seconds)) {
            Some(nanos) => writer.quoted(&text(self.seconds, nanos)),
            None => writer.problem("range", "a time of the years 1 to 9999, with nanos from 0 to 999,999,999"),
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        const EXPECTED: &str = "a time such as `2026-01-02T03:04:05Z`";
        let text = reader.text(EXPECTED)?;
        *self = parse(&text).ok_or_else(|| Fail::value("date-time", EXPECTED))?;
        if !(MIN_SECONDS..=MAX_SECONDS).contains(&self.seconds) {
            return Err(Fail::value("range", "a time of the years 1 to 9999"));
        }
        Ok(())
    }
}

fn text(seconds: i64, nanos: u32) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let mut text = String::with_capacity(30);
    // Memory takes everything.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    push_fraction(&mut text, nanos);
    text.push('Z');
    text
}

fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let number = |from: usize, length: usize| {
        bytes
            .get(from..from + length)?
            .iter()
            .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, byte: u8| (bytes.get(at) == Some(&byte)).then_some(());
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    for (at, byte) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        is(at, byte)?;
    }
    if hour > 23 || minute > 59 || second > 59 || !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let mut zone = 19;
    let mut fraction = 0;
    if is(zone, b'.').is_some() {
        let digits = bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        fraction = nanos(text.get(20..20 + digits)?)?;
        zone += 1 + digits;
    }
    let (offset, end) = match bytes.get(zone)? {
        b'Z' => (0, zone + 1),
        sign @ (b'+' | b'-') => {
            let (hours, minutes) = (number(zone + 1, 2)?, number(zone + 4, 2)?);
            is(zone + 3, b':').filter(|()| hours <= 23 && minutes <= 59)?;
            let offset = hours * 3_600 + minutes * 60;
            (if *sign == b'+' { offset } else { -offset }, zone + 6)
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * DAY + hour * 3_600 + minute * 60 + second - offset;
    (end == bytes.len()).then_some(Timestamp { seconds, nanos: fraction })
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Of the Gregorian calendar; years begin in March, so that the leap day is the last of one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

/// Year, month and day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
