//! `Duration`: `1.500s`.

use std::fmt::Write;

use prost_types::Duration;

use super::reader::{Fail, Reader, Result};
use super::well_known::WellKnown;
use super::writer::Writer;

/// 10,000 years.
const MAX_SECONDS: i64 = 315_576_000_000;

impl WellKnown for Duration {
    const NAME: &'static str = "google.protobuf.Duration";

    fn write(&self, writer: &mut Writer) {
        let Self { seconds, nanos } = *self;
        let is_mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
        if seconds.unsigned_abs() > MAX_SECONDS.unsigned_abs() || nanos.unsigned_abs() > 999_999_999 || is_mixed {
            return writer.problem("range", "a duration of at most 10,000 years, with nanos of the same sign");
        }
        let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
        let mut text = format!("{sign}{}", seconds.unsigned_abs());
        push_fraction(&mut text, nanos.unsigned_abs());
        text.push('s');
        writer.quoted(&text);
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result {
        const EXPECTED: &str = "a duration in seconds, such as `1.5s`";
        let text = reader.text(EXPECTED)?;
        *self = parse(&text).ok_or_else(|| Fail::value("duration", EXPECTED))?;
        if self.seconds.unsigned_abs() > MAX_SECONDS.unsigned_abs() {
            return Err(Fail::value("range", "a duration of at most 10,000 years"));
        }
        Ok(())
    }
}

fn parse(text: &str) -> Option<Duration> {
    let (negative, text) = match text.strip_suffix('s')?.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_suffix('s')?),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, nanos(fraction)?),
        None => (text, 0),
    };
    // Those beyond are out of range in any case.
    let seconds = digits(whole).map(|()| whole.parse::<i64>().unwrap_or(i64::MAX))?;
    Some(Duration { seconds: i64::from(negative) * seconds, nanos: negative * fraction })
}

/// Whether there is one digit at least, and nothing else.
fn digits(text: &str) -> Option<()> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
}

/// The digits of a fraction of a second as nanoseconds: one to nine of them.
pub(super) fn nanos(fraction: &str) -> Option<i32> {
    digits(fraction).filter(|()| fraction.len() <= 9)?;
    let number: i32 = fraction.parse().ok()?;
    // The length is at most nine.
    Some(number * 10_i32.pow(9 - fraction.len() as u32))
}

/// A fraction of a second with three, six or nine digits; none where it is zero.
pub(super) fn push_fraction(text: &mut String, nanos: u32) {
    // Memory takes everything.
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => write!(text, ".{:06}", nanos / 1_000),
        _ => write!(text, ".{nanos:09}"),
    };
}
