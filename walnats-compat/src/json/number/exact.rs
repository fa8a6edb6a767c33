//! Decimal numbers as integers: multiples of a unit that is fine enough for all of them.

use serde_json::Number;

/// How many more digits the unit has than the finest number: enough to find one between two neighbours.
const SPARE_DIGITS: u32 = 1;
/// The largest number that is calculated with; products of such numbers with small ones fit.
const MAX: i128 = i128::MAX / 1_000_000;

/// A number in units of a grid.
pub(super) struct Scaled(pub(super) i128);

/// A power of ten that all numbers are multiples of.
pub(super) struct Grid {
    /// `10^-digits` is the unit.
    digits: u32,
}

impl Grid {
    /// For these numbers; `None` if 128 bits do not hold them in one unit.
    pub(super) fn new(numbers: &[Number]) -> Option<Self> {
        let mut digits = 0;
        for number in numbers {
            let (_, exponent) = parse(number)?;
            digits = digits.max(u32::try_from(-exponent).unwrap_or(0));
        }
        let grid = Self { digits: digits.checked_add(SPARE_DIGITS).filter(|digits| *digits < 30)? };
        numbers.iter().all(|number| grid.scale(number).is_some()).then_some(grid)
    }

    /// The number 1.
    pub(super) fn one(&self) -> i128 {
        10_i128.pow(self.digits)
    }

    /// A number in units of the grid.
    pub(super) fn scale(&self, number: &Number) -> Option<i128> {
        let (mantissa, exponent) = parse(number)?;
        let power = u32::try_from(exponent.checked_add(i32::try_from(self.digits).ok()?)?).ok()?;
        let scaled = mantissa.checked_mul(10_i128.checked_pow(power)?)?;
        (scaled.abs() < MAX).then_some(scaled)
    }

    /// The JSON number, if the machine's numbers have it exactly.
    pub(super) fn number(&self, Scaled(value): Scaled) -> Option<Number> {
        let one = self.one();
        if value % one == 0 {
            let integer = value / one;
            if let Ok(small) = i64::try_from(integer) {
                return Some(small.into());
            }
            if let Ok(small) = u64::try_from(integer) {
                return Some(small.into());
            }
        }
        let text = format!("{value}e-{}", self.digits);
        let number = Number::from_f64(text.parse().ok()?)?;
        (self.scale(&number) == Some(value)).then_some(number)
    }
}

/// Mantissa and exponent of what the text of a number says.
fn parse(number: &Number) -> Option<(i128, i32)> {
    let text = number.to_string();
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let mut exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    while mantissa % 10 == 0 && mantissa != 0 {
        mantissa /= 10;
        exponent += 1;
    }
    Some(if mantissa == 0 { (0, 0) } else { (mantissa, exponent) })
}
