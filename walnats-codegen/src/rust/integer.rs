//! Integer types, and the integers that JSON numbers are.

use serde_json::{Number, Value};

/// Integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Integer {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    I128,
}

/// With the smallest and the largest value, narrowest first; where both signs fit, unsigned comes first.
pub const INTEGERS: [(Integer, i128, i128); 9] = [
    (Integer::U8, 0, u8::MAX as i128),
    (Integer::I8, i8::MIN as i128, i8::MAX as i128),
    (Integer::U16, 0, u16::MAX as i128),
    (Integer::I16, i16::MIN as i128, i16::MAX as i128),
    (Integer::U32, 0, u32::MAX as i128),
    (Integer::I32, i32::MIN as i128, i32::MAX as i128),
    (Integer::U64, 0, u64::MAX as i128),
    (Integer::I64, i64::MIN as i128, i64::MAX as i128),
    (Integer::I128, i128::MIN, i128::MAX),
];

impl Integer {
    /// Whether `value` is one of the type's values.
    pub fn holds(self, value: i128) -> bool {
        INTEGERS.iter().any(|(integer, least, most)| *integer == self && (*least..=*most).contains(&value))
    }
}

/// The integer that a number is.
pub fn whole(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_u64() {
        return Some(integer.into());
    }
    if let Some(integer) = number.as_i64() {
        return Some(integer.into());
    }
    number.as_f64().and_then(written)
}

/// The integer that a float stands for: the one of the digits that are written for it, not of its bits.
pub fn written(float: f64) -> Option<i128> {
    if float.fract() == 0.0 { float.to_string().parse().ok() } else { None }
}

/// The integer that a value is.
pub fn integral(value: &Value) -> Option<i128> {
    value.as_number().and_then(whole)
}
