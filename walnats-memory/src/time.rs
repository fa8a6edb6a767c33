//! Points in time, and how JetStream writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Nanoseconds since 1970.
pub(crate) type Nanos = i64;

/// One second.
pub(crate) const SECOND: Nanos = 1_000_000_000;

/// The present time, twice: as the clock of the test shows it, and as the clock of the machine does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// What streams and consumers live by.
    pub(crate) now: Nanos,
    /// What clients live by, who wait for answers: pulls end by it.
    pub(crate) real: Nanos,
    /// Where a clock that is being moved stops, otherwise `now`. Clients can acknowledge nothing before that.
    pub(crate) until: Nanos,
}

/// The clock of the machine.
pub(crate) fn real() -> Nanos {
    nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A duration in nanoseconds, at most some 290 years.
pub(crate) fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

/// A point in time as text (RFC 3339).
pub(crate) fn text(time: Nanos) -> String {
    Timestamp::from_nanosecond(i128::from(time)).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// A point in time for users.
pub(crate) fn system(time: Nanos) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(u64::try_from(time).unwrap_or_default())
}

/// Reads a point in time (RFC 3339). One that cannot be held is as good as the last or the first one.
pub(crate) fn read(text: &str) -> Option<Nanos> {
    let nanos = text.parse::<Timestamp>().ok()?.as_nanosecond();
    Some(Nanos::try_from(nanos).unwrap_or(if nanos > 0 { Nanos::MAX } else { Nanos::MIN }))
}

/// Reads a duration as Go writes it: `1h30m`, `1.5s`.
pub(crate) fn read_duration(text: &str) -> Option<Nanos> {
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let scale = match unit {
            "h" => 3_600e9,
            "m" => 60e9,
            "s" => 1e9,
            "ms" => 1e6,
            "us" | "\u{b5}s" => 1e3,
            "ns" => 1.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * scale;
        rest = after;
    }
    // Beyond its range, the number is the largest one.
    (!text.is_empty()).then_some(total as Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(read_duration("1h1m1.5s"), Some(3_661_500_000_000));
        assert_eq!(read_duration("250ms"), Some(250_000_000));
        for text in ["", "5", "5x", "s", "1h5"] {
            assert_eq!(read_duration(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(read(&text(1_234_567_890_123_456_789)), Some(1_234_567_890_123_456_789));
        assert_eq!(read("9999-01-01T00:00:00Z"), Some(Nanos::MAX));
        assert_eq!(read("soon"), None);
    }
}
