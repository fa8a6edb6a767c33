//! Numbers: by value, whatever way they are written.

use serde::de::Visitor;

use super::{Reader, Result};

/// A number as serde's visitors take it.
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Below this, every integer is an `f64`.
const EXACT: u64 = 1 << 53;

/// Whether these are the digits that will be written for the float. Those of its bits may be others: 2^63 is written as
/// 9.223372036854776e18.
fn is_written(float: f64, integer: impl std::fmt::Display) -> bool {
    float.to_string() == integer.to_string()
}

/// The float next to the number that `text` is; the last one where there is none beyond.
pub(in crate::json) fn nearest(text: &str) -> f64 {
    text.parse::<f64>().unwrap_or_default().clamp(f64::MIN, f64::MAX)
}

/// Whether the number that `text` is can be written again by the float that is read of it.
pub(in crate::json) fn is_exact(text: &str) -> bool {
    let number = digits_of(text);
    let value = nearest(text);
    // Of so few digits, all are kept, unless the float is one of the smallest.
    let is_short = number.0.len() <= 15 && (value == 0.0 || value.abs() >= f64::MIN_POSITIVE) && value.abs() < f64::MAX;
    (is_short && (value != 0.0 || number.0.is_empty())) || digits_of(&format!("{value:e}")) == number
}

/// A number's digits without zeros at their ends, and the power of ten by which the first of them counts; none for zero.
fn digits_of(text: &str) -> (String, Option<i64>) {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{}{fraction}", integer.trim_start_matches('-'));
    let leading = all.len() - all.trim_start_matches('0').len();
    let significant = all.trim_matches('0').to_owned();
    if significant.is_empty() {
        return (significant, None);
    }
    let places = integer.trim_start_matches('-').len() as i64 - leading as i64;
    // An exponent that is no `i64` is one of no float.
    (significant, exponent.parse::<i64>().ok().and_then(|exponent| exponent.checked_add(places)))
}

/// The integer that the text of a number stands for, by its digits and not by those of a float.
pub(crate) fn whole(text: &str) -> Option<i128> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa: i128 = format!("{integer}{}", fraction.trim_end_matches('0')).parse().ok()?;
    let places = i64::try_from(fraction.trim_end_matches('0').len()).ok()?;
    if mantissa == 0 {
        return Some(0);
    }
    // An exponent that is no `i64` belongs to what 128 bits do not hold.
    let exponent = exponent.parse::<i64>().ok()?.checked_sub(places)?;
    let scale = 10_i128.checked_pow(u32::try_from(exponent.unsigned_abs()).ok()?)?;
    if exponent >= 0 { mantissa.checked_mul(scale) } else { (mantissa % scale == 0).then(|| mantissa / scale) }
}

/// Whether the number that `text` is lies between two integers, however many digits it has.
#[cfg(feature = "protobuf")]
pub(crate) fn has_fraction(text: &str) -> bool {
    let (digits, places) = digits_of(text);
    match places {
        Some(places) => i64::try_from(digits.len()).is_ok_and(|length| length > places),
        // Zero, or a number whose exponent is no `i64`.
        None => !digits.is_empty() && (text.contains("e-") || text.contains("E-")),
    }
}

impl<'de> Reader<'de> {
    /// Reads a number for an integer: one without a fraction, which `1.0` and `1.7e18` are, too.
    pub(super) fn integer<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.whole_number()? {
            Some(value) => match (u64::try_from(value), i64::try_from(value)) {
                (Ok(value), _) => visitor.visit_u64(value),
                (_, Ok(value)) => visitor.visit_i64(value),
                _ => Err(self.expected("an integer of 64 bits")),
            },
            None => Err(self.expected("an integer of 64 bits")),
        }
    }

    /// Reads a number for an integer of 128 bits.
    pub(super) fn wide_integer<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.whole_number()? {
            Some(value) => visitor.visit_i128(value),
            None => Err(self.expected("an integer of 128 bits")),
        }
    }

    /// Reads a number that is an integer of 128 bits, whichever way it is written; `None` where it is another one.
    fn whole_number(&mut self) -> Result<Option<i128>> {
        self.next_byte();
        let start = self.position;
        Ok(match self.number()? {
            Number::Unsigned(value) => Some(value.into()),
            Number::Signed(value) => Some(value.into()),
            Number::Float(_) => whole(&self.text[start..self.position]),
        })
    }

    /// Reads a number for a float, unless the float would be another number and the reader does not round.
    pub(super) fn float<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.number()? {
            Number::Unsigned(value) if value <= EXACT || is_written(value as f64, value) => {
                visitor.visit_f64(value as f64)
            }
            Number::Signed(value) if value.unsigned_abs() <= EXACT || is_written(value as f64, value) => {
                visitor.visit_f64(value as f64)
            }
            Number::Float(value) => visitor.visit_f64(value),
            Number::Unsigned(value) if self.rounds => visitor.visit_f64(value as f64),
            Number::Signed(value) if self.rounds => visitor.visit_f64(value as f64),
            Number::Unsigned(_) | Number::Signed(_) => Err(self.expected("a number with no more digits than a float")),
        }
    }

    /// Reads a number (RFC 8259, section 6).
    pub(super) fn number(&mut self) -> Result<Number> {
        let (text, integer) = self.scan_number()?;
        let negative = text.starts_with('-');
        if integer && text != "-0" {
            if negative {
                if let Ok(value) = text.parse() {
                    return Ok(Number::Signed(value));
                }
            } else if let Ok(value) = text.parse() {
                return Ok(Number::Unsigned(value));
            }
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Number::Float(value)),
            Ok(value) if self.rounds_all => Ok(Number::Float(f64::MAX.copysign(value))),
            _ => Err(self.expected("a number within the range of a float")),
        }
    }

    /// The text of the number that is next, and whether it has neither a fraction nor an exponent.
    pub(super) fn scan_number(&mut self) -> Result<(&'de str, bool)> {
        self.next_byte();
        let start = self.position;
        let mut integer = true;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            integer = false;
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            integer = false;
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok((&self.text[start..self.position], integer))
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.text.as_bytes().get(self.position) == Some(&byte);
        self.position += usize::from(found);
        found
    }

    fn digits(&mut self) -> Result<()> {
        let rest = self.rest();
        match rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len()) {
            0 => Err(self.expected("a digit")),
            count => {
                self.position += count;
                Ok(())
            }
        }
    }
}
