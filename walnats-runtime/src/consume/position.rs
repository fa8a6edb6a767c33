//! Where a message is, read from the subject of its acknowledgement.

use std::sync::Arc;

use jiff::Timestamp;

use super::delivery::Position;

impl Position {
    /// Reads the subject of an acknowledgement (ADR-15):
    /// `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>[.<token>]`.
    ///
    /// `stream` is the name that is expected: it is shared, where it is that.
    pub(super) fn of(reply: &str, stream: &Arc<str>) -> Option<Self> {
        let rest = reply.strip_prefix("$JS.ACK.")?;
        // Each message takes it: in one pass over the bytes.
        let bytes = rest.as_bytes();
        let (mut tokens, mut count, mut begin) = ([&[][..]; 9], 0, 0);
        for end in 0..=bytes.len() {
            if bytes.get(end).is_none_or(|byte| *byte == b'.') {
                if let Some(place) = tokens.get_mut(count) {
                    *place = &bytes[begin..end];
                }
                (count, begin) = (count + 1, end + 1);
            }
        }
        let (name, numbers) = match (count, &tokens) {
            (7, [name, _, numbers @ .., _, _]) | (9.., [_, _, name, _, numbers @ ..]) => (*name, numbers),
            _ => return None,
        };
        let [attempt, sequence, delivery, time, pending] = numbers;
        let nanos = number(time)?;
        let (seconds, rest) = (i64::try_from(nanos / 1_000_000_000).ok()?, i32::try_from(nanos % 1_000_000_000).ok()?);
        Some(Self {
            stream: if name == stream.as_bytes() { stream.clone() } else { str::from_utf8(name).ok()?.into() },
            attempt: number(attempt)?,
            sequence: number(sequence)?,
            delivery: number(delivery)?,
            time: Timestamp::new(seconds, rest).ok()?,
            pending: number(pending)?,
            replay: None,
        })
    }
}

/// Of decimal digits.
fn number(digits: &[u8]) -> Option<u64> {
    let add = |number: u64, byte: &u8| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(digit.into())
    };
    digits.iter().try_fold(0, add).filter(|_| !digits.is_empty())
}
