//! Where to start and where to end.

use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The first event to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The next one.
    New,
    /// The oldest.
    First,
    /// The one with this sequence.
    Sequence(u64),
    /// The first one stored at this time or later.
    Time(Timestamp),
}

/// The last event to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until(pub Timestamp);

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if matches!(text, "first" | "start" | "all") {
            return Ok(Self::First);
        }
        if let Ok(sequence) = text.parse() {
            return Ok(Self::Sequence(sequence));
        }
        if let Some(time) = time(text) {
            return Ok(Self::Time(time));
        }
        Err(format!(
            "`{text}` is not `first`, a sequence, a time such as `2026-01-31T12:00:00Z`, or how long ago: `10m`"
        ))
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = if text == "now" { Some(Timestamp::now()) } else { time(text) };
        time.map(Self).ok_or_else(|| {
            format!("`{text}` is not `now`, a time such as `2026-01-31T12:00:00Z`, or how long ago: `10m`")
        })
    }
}

impl Until {
    /// Whether it is over already.
    pub fn is_past(self) -> bool {
        self.0 <= Timestamp::now()
    }

    /// When to stop waiting, if that is in the future.
    pub fn wait(self) -> Option<Instant> {
        let left = Duration::try_from(self.0.duration_since(Timestamp::now())).ok().filter(|left| !left.is_zero())?;
        Instant::now().checked_add(left)
    }
}

/// A time, or how long ago it was.
pub fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let ago: SignedDuration = text.parse().ok()?;
    Timestamp::now().checked_sub(ago.abs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_read() {
        assert_eq!("first".parse(), Ok(Start::First));
        assert_eq!("17".parse(), Ok(Start::Sequence(17)));
        assert_eq!("2026-01-31T12:00:00Z".parse(), Ok(Start::Time("2026-01-31T12:00:00Z".parse().expect("a time"))));
        let Ok(Start::Time(time)) = "10m".parse() else { panic!("a time") };
        let ago = Timestamp::now().duration_since(time).as_secs();
        assert!((600..700).contains(&ago), "{ago}");
        for text in ["", "yesterday", "-"] {
            assert!(text.parse::<Start>().is_err(), "{text}");
        }
    }
}
