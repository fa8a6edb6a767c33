//! Decimal numbers as integers: multiples of a unit that is fine enough for all of them.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};
use serde_json::Number;

/// How many more digits the unit has than the finest number: enough to find one between two neighbours.
const SPARE_DIGITS: u32 = 1;
/// The largest exponent of ten that is calculated with; that of a double is below 400.
const MAX_EXPONENT: u32 = 2_000;

/// How many doubles between two values are listed.
const MAX_DOUBLES: u32 = 5_000;

/// A power of ten that all numbers are multiples of.
pub(super) struct Grid {
    /// `10^-digits` is the unit.
    digits: u32,
    one: BigInt,
}

impl Grid {
    /// For these numbers; `None` if their exponents are too large.
    pub(super) fn new(numbers: &[Number]) -> Option<Self> {
        let mut digits = 0;
        for number in numbers {
            let (_, exponent) = parse(number)?;
            digits = digits.max(exponent.checked_neg().and_then(|digits| u32::try_from(digits).ok()).unwrap_or(0));
        }
        let digits = digits + SPARE_DIGITS;
        Some(Self { digits, one: BigInt::from(10).pow(digits) })
    }

    /// The number 1.
    pub(super) fn one(&self) -> BigInt {
        self.one.clone()
    }

    /// A number in units of the grid.
    pub(super) fn scale(&self, number: &Number) -> Option<BigInt> {
        let (mantissa, exponent) = parse(number)?;
        let power = u32::try_from(exponent.checked_add(i32::try_from(self.digits).ok()?)?).ok()?;
        Some(mantissa * BigInt::from(10).pow(power))
    }

    /// The JSON number, if the machine's numbers have it exactly.
    pub(super) fn number(&self, value: &BigInt) -> Option<Number> {
        let (integer, rest) = value.div_rem(&self.one);
        if rest.is_zero() {
            if let Some(small) = integer.to_i64() {
                return Some(small.into());
            }
            if let Some(small) = integer.to_u64() {
                return Some(small.into());
            }
        }
        let number = Number::from_f64(format!("{value}e-{}", self.digits).parse().ok()?)?;
        (self.scale(&number).as_ref() == Some(value)).then_some(number)
    }

    /// Whether a value, in units of the grid, is one that the machine's integers do not have: only doubles may be there.
    pub(super) fn is_beyond_integers(&self, value: &BigInt) -> bool {
        let integer = value.div_floor(&self.one);
        integer.to_i64().is_none() && integer.to_u64().is_none()
    }

    /// All doubles from one value to another, both beyond the machine's integers on the same side, in units of the grid.
    /// `None` if that is not where they are, or if there are too many.
    pub(super) fn doubles(&self, from: &BigInt, to: &BigInt) -> Option<Vec<BigInt>> {
        if from.sign() != to.sign() || !self.is_beyond_integers(from) || !self.is_beyond_integers(to) {
            return None;
        }
        self.doubles_within(from, to)
    }

    /// All doubles from one value to another, in units of the grid. `None` if there are too many, or some are not on the grid.
    pub(super) fn doubles_within(&self, from: &BigInt, to: &BigInt) -> Option<Vec<BigInt>> {
        // The nearest double may be on either side.
        let mut double = format!("{from}e-{}", self.digits).parse::<f64>().ok()?.next_down();
        let mut doubles = Vec::new();
        for _ in 0..=MAX_DOUBLES {
            let value = self.scale(&Number::from_f64(double)?)?;
            if value > *to {
                return Some(doubles);
            }
            if value >= *from {
                doubles.push(value);
            }
            double = double.next_up();
        }
        None
    }

    /// Doubles near a value, in units of the grid.
    pub(super) fn floats(&self, value: &BigInt) -> Vec<BigInt> {
        let Ok(near) = format!("{value}e-{}", self.digits).parse::<f64>() else { return Vec::new() };
        let numbers = [near.next_up(), near.next_down(), near * 2.0, near / 2.0].map(Number::from_f64);
        numbers.iter().flatten().filter_map(|number| self.scale(number)).collect()
    }
}

/// Mantissa and exponent of what the text of a number says.
fn parse(number: &Number) -> Option<(BigInt, i32)> {
    let text = number.to_string();
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let mantissa: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    if mantissa.is_zero() {
        return Some((mantissa, 0));
    }
    (exponent.unsigned_abs() <= MAX_EXPONENT).then_some((mantissa, exponent))
}
