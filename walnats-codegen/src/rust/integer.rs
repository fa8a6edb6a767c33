//! Integer types, and the integers that JSON numbers are.

use serde_json::{Number, Value};
use walnats_schema::{Decimal, IntegerFormat};

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

impl Integer {
    /// The type for the values of a format.
    pub fn of_format(format: IntegerFormat) -> Self {
        match format {
            IntegerFormat::Int8 => Self::I8,
            IntegerFormat::Int16 => Self::I16,
            IntegerFormat::Int32 => Self::I32,
            IntegerFormat::Int64 => Self::I64,
            IntegerFormat::Uint8 => Self::U8,
            IntegerFormat::Uint16 => Self::U16,
            IntegerFormat::Uint32 => Self::U32,
            IntegerFormat::Uint64 => Self::U64,
        }
    }

    /// The smallest and the largest value.
    pub fn range(self) -> (i128, i128) {
        match self {
            Self::U8 => (0, u8::MAX.into()),
            Self::U16 => (0, u16::MAX.into()),
            Self::U32 => (0, u32::MAX.into()),
            Self::U64 => (0, u64::MAX.into()),
            Self::I8 => (i8::MIN.into(), i8::MAX.into()),
            Self::I16 => (i16::MIN.into(), i16::MAX.into()),
            Self::I32 => (i32::MIN.into(), i32::MAX.into()),
            Self::I64 => (i64::MIN.into(), i64::MAX.into()),
            Self::I128 => (i128::MIN, i128::MAX),
        }
    }

    /// Whether `value` is one of the type's values.
    pub fn holds(self, value: i128) -> bool {
        let (least, most) = self.range();
        (least..=most).contains(&value)
    }
}

/// The integer that a number is: that of the digits which are written for it, not of the bits of a float.
pub fn whole(number: &Number) -> Option<i128> {
    Decimal::from(number).to_integer()
}

/// The integer that a value is.
pub fn integral(value: &Value) -> Option<i128> {
    value.as_number().and_then(whole)
}
