//! Arithmetic that is checked, and conversions between numbers.

use super::{Failure, Result};

const OVERFLOW: Failure = Failure("integer overflow");
const BY_ZERO: Failure = Failure("division by zero");
const NO_QUOTIENT: Failure = Failure("division by zero, or integer overflow");
const RANGE: Failure = Failure("the number is out of range");
const NOT_A_NUMBER: Failure = Failure("the text is not a number");

macro_rules! checked {
    ($($(#[$doc:meta])* $name:ident($int:ty, $method:ident, $failure:expr);)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// There is no result in this type.
        pub fn $name(a: $int, b: $int) -> Result<$int> {
            a.$method(b).ok_or($failure)
        }
    )*};
}

checked! {
    /// `a + b`
    add_int(i64, checked_add, OVERFLOW);
    /// `a + b`
    add_uint(u64, checked_add, OVERFLOW);
    /// `a - b`
    subtract_int(i64, checked_sub, OVERFLOW);
    /// `a - b`
    subtract_uint(u64, checked_sub, OVERFLOW);
    /// `a * b`
    multiply_int(i64, checked_mul, OVERFLOW);
    /// `a * b`
    multiply_uint(u64, checked_mul, OVERFLOW);
    /// `a / b`
    divide_int(i64, checked_div, NO_QUOTIENT);
    /// `a / b`
    divide_uint(u64, checked_div, BY_ZERO);
    /// `a % b`
    remainder_int(i64, checked_rem, NO_QUOTIENT);
    /// `a % b`
    remainder_uint(u64, checked_rem, BY_ZERO);
}

/// `-a`
///
/// # Errors
///
/// It is the smallest integer.
pub fn negate(a: i64) -> Result<i64> {
    a.checked_neg().ok_or(OVERFLOW)
}

/// `int(a)`
///
/// # Errors
///
/// It is too large.
pub fn uint_to_int(a: u64) -> Result<i64> {
    i64::try_from(a).map_err(|_| RANGE)
}

/// `uint(a)`
///
/// # Errors
///
/// It is negative.
pub fn int_to_uint(a: i64) -> Result<u64> {
    u64::try_from(a).map_err(|_| RANGE)
}

/// `int(a)`, towards zero.
///
/// # Errors
///
/// It is out of range, or not a number.
#[allow(clippy::cast_possible_truncation)]
pub fn double_to_int(a: f64) -> Result<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if a > -LIMIT && a < LIMIT { Ok(a as i64) } else { Err(RANGE) }
}

/// `uint(a)`, towards zero.
///
/// # Errors
///
/// It is out of range, or not a number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn double_to_uint(a: f64) -> Result<u64> {
    const LIMIT: f64 = 18_446_744_073_709_551_616.0;
    if a > -1.0 && a < LIMIT { Ok(a as u64) } else { Err(RANGE) }
}

/// `int(a)`
///
/// # Errors
///
/// It is not the decimal text of an integer.
pub fn text_to_int(a: &str) -> Result<i64> {
    a.parse().map_err(|_| NOT_A_NUMBER)
}

/// `uint(a)`
///
/// # Errors
///
/// It is not the decimal text of an integer.
pub fn text_to_uint(a: &str) -> Result<u64> {
    a.parse().map_err(|_| NOT_A_NUMBER)
}

/// `double(a)`
///
/// # Errors
///
/// It is not the text of a number.
pub fn text_to_double(a: &str) -> Result<f64> {
    a.parse().map_err(|_| NOT_A_NUMBER)
}

/// `bool(a)`
///
/// # Errors
///
/// It is none of the words that mean true or false.
pub fn text_to_bool(a: &str) -> Result<bool> {
    match a {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Failure("the text is not a boolean")),
    }
}
