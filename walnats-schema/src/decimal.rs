//! Numbers by value: what the text of a JSON number says, whichever machine type carries it.

#[cfg(feature = "read")]
mod digits;

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde_json::Number;

#[cfg(feature = "read")]
pub(crate) use digits::Digits;

/// A decimal number, `mantissa × 10^exponent`.
///
/// Exact for every integer of 64 bits, and for the shortest text that stands for an `f64`: `0.1` is one tenth, which is
/// what the author of a schema means by it, and not the binary fraction nearest to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Without trailing zeros, so that equal numbers have equal fields.
    mantissa: u64,
    exponent: i64,
}

impl Decimal {
    /// The number that `value` stands for; `None` for infinities and NaN, which JSON does not have.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // Integers below 2^53 are exact, and by far the most frequent.
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            return Some(Self::from(value as i64));
        }
        let mut text = Text::default();
        write!(text, "{value:e}").ok()?;
        Self::parse(&text.bytes[..text.length])
    }

    /// The number that a JSON text such as `-1.5e3` stands for. Digits after the nineteenth are not read.
    fn parse(text: &[u8]) -> Option<Self> {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let (mut mantissa, mut exponent, mut after_point) = (0_u64, 0_i64, false);
        let mut rest = text;
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match byte {
                b'0'..=b'9' => match mantissa.checked_mul(10).and_then(|m| m.checked_add(u64::from(byte - b'0'))) {
                    Some(longer) => {
                        mantissa = longer;
                        exponent -= i64::from(after_point);
                    }
                    None => exponent += i64::from(!after_point),
                },
                b'.' => after_point = true,
                b'e' | b'E' => {
                    exponent = exponent.saturating_add(std::str::from_utf8(rest).ok()?.parse().ok()?);
                    break;
                }
                _ => return None,
            }
        }
        Some(Self::normal(negative, mantissa, exponent))
    }

    fn normal(negative: bool, mut mantissa: u64, mut exponent: i64) -> Self {
        if mantissa == 0 {
            return Self { negative: false, mantissa: 0, exponent: 0 };
        }
        while mantissa.is_multiple_of(10) {
            mantissa /= 10;
            exponent += 1;
        }
        Self { negative, mantissa, exponent }
    }

    /// Whether there is no fraction: `1.0` is an integer.
    pub fn is_integer(self) -> bool {
        self.exponent >= 0
    }

    /// The integer that this is; `None` for a fraction, and for what 128 bits do not hold.
    pub fn to_integer(self) -> Option<i128> {
        let power = 10_i128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        let absolute = i128::from(self.mantissa).checked_mul(power)?;
        Some(if self.negative { -absolute } else { absolute })
    }

    /// Whether this is an integer times `divisor`, exactly.
    pub fn is_multiple_of(self, divisor: Self) -> bool {
        if self.mantissa == 0 {
            return true;
        }
        if divisor.mantissa == 0 || self.exponent < divisor.exponent {
            // A mantissa has no factor of ten, so that a finer fraction is never a multiple of a coarser one.
            return false;
        }
        let modulus = u128::from(divisor.mantissa);
        let power = power_modulo(10, self.exponent.abs_diff(divisor.exponent), modulus);
        (u128::from(self.mantissa) % modulus * power).is_multiple_of(modulus)
    }

    /// Where the first digit stands, counted in powers of ten.
    fn magnitude(self) -> i64 {
        self.exponent.saturating_add(i64::from(self.mantissa.ilog10()))
    }

    fn compare_magnitude(self, other: Self) -> Ordering {
        match (self.mantissa, other.mantissa) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            _ => self.magnitude().cmp(&other.magnitude()).then_with(|| {
                // Both are brought to twenty digits, which 128 bits hold.
                let aligned =
                    |decimal: Self| u128::from(decimal.mantissa) * 10_u128.pow(19 - decimal.mantissa.ilog10());
                aligned(self).cmp(&aligned(other))
            }),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_magnitude(*other),
            (true, true) => other.compare_magnitude(*self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self::normal(false, value, 0)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::normal(value < 0, value.unsigned_abs(), 0)
    }
}

impl From<&Number> for Decimal {
    fn from(value: &Number) -> Self {
        if let Some(integer) = value.as_u64() {
            return Self::from(integer);
        }
        if let Some(integer) = value.as_i64() {
            return Self::from(integer);
        }
        value
            .as_f64()
            .and_then(Self::from_f64)
            // Only where another crate switched on arbitrary precision can a number be outside of `f64`.
            .or_else(|| Self::parse(value.to_string().as_bytes()))
            .unwrap_or(Self::from(0_u64))
    }
}

fn power_modulo(base: u128, mut exponent: u64, modulus: u128) -> u128 {
    let (mut result, mut square) = (1 % modulus, base % modulus);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        exponent /= 2;
    }
    result
}

/// Room for the text of one `f64`, without allocation.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(json: &str) -> Decimal {
        Decimal::from(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            "-1e308",
            "-9223372036854775808",
            "-1.5",
            "-1",
            "0",
            "5e-324",
            "0.1",
            "1",
            "1.0000000000000002",
            "9007199254740992.0",
            "9007199254740993",
            "18446744073709551615",
            "1e20",
        ];
        for pair in ascending.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        for (a, b) in [("1", "1.0"), ("0", "-0.0"), ("100", "1e2"), ("0.1", "10e-2")] {
            assert_eq!(decimal(a), decimal(b));
        }
    }

    #[test]
    fn multiples_are_decimal() {
        for (number, divisor, multiple) in [
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("4.35", "0.01", true),
            ("1.1", "0.1", true),
            ("1e308", "0.123456789", false),
            ("1e308", "0.5", true),
            ("12391239123", "1e-8", true),
            ("7", "2", false),
            ("-4", "2", true),
            ("0", "3.7", true),
            ("18446744073709551615", "5", true),
            ("5", "10", false),
        ] {
            assert_eq!(decimal(number).is_multiple_of(decimal(divisor)), multiple, "{number} / {divisor}");
        }
    }

    #[test]
    fn an_integer_has_no_fraction() {
        for (number, is_integer, integer) in [
            ("1.0", true, Some(1)),
            ("-0.0", true, Some(0)),
            ("-9223372036854775808", true, Some(i64::MIN.into())),
            ("18446744073709551615", true, Some(u64::MAX.into())),
            ("1e19", true, Some(10_000_000_000_000_000_000)),
            // The digits that are written for it, not those of the binary value.
            ("1e23", true, Some(100_000_000_000_000_000_000_000)),
            ("1.7e38", true, Some(170_000_000_000_000_000_000_000_000_000_000_000_000)),
            ("1.8e38", true, None),
            ("1e300", true, None),
            ("1.5", false, None),
            ("1e-1", false, None),
        ] {
            assert_eq!(decimal(number).is_integer(), is_integer, "{number}");
            assert_eq!(decimal(number).to_integer(), integer, "{number}");
        }
    }
}
