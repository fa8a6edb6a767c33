//! Compact JSON, in which a whole number looks like one.

use std::io;

use serde_json::ser::Formatter;

/// Writes `3.0` as `3`: to JSON they are the same number, and other languages write it like that.
pub(super) struct Compact;

impl Formatter for Compact {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // Beyond 2^53 the digits of an integer would claim more than a float knows.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() < EXACT && !(value == 0.0 && value.is_sign_negative()) {
            return write!(writer, "{}", value as i64);
        }
        serde_json::ser::CompactFormatter.write_f64(writer, value)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (value, expected) in [
            (3.0, "3"),
            (-3.0, "-3"),
            (0.0, "0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e300, "1e+300"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(String::from_utf8(crate::json::encode(&value).unwrap()).unwrap(), expected);
        }
    }
}
