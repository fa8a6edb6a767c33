//! Decimal numbers of any length, to compare what is written with what is kept of it.

/// All digits of a number, where [`super::Decimal`] keeps nineteen, in their one normal form: sign, digits without zeros at
/// either end, power of ten.
#[derive(PartialEq)]
pub(crate) struct Digits {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Digits {
    pub(crate) fn of(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let exponent = exponent.parse::<i64>().unwrap_or(i64::MIN / 2);
        let digits_dropped = (all.len() - digits.len()) as i64;
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Self { negative: false, digits: String::new(), exponent: 0 };
        }
        Self { negative, digits: digits.to_owned(), exponent: exponent - fraction.len() as i64 + digits_dropped }
    }
}
