//! Numbers and booleans.

use serde_json::ser::Formatter;

use super::kind::Kind;
use super::reader::{Fail, NumberText, Reader, Result};
use super::writer::Writer;
use crate::json::reader::{has_fraction, whole};

/// Reads an integer: a number without a fraction, or one in quotes.
pub(super) fn integer(text: &str) -> Option<i128> {
    // Most are not written with a point or an exponent.
    match text.parse::<i64>() {
        Ok(value) => Some(value.into()),
        Err(_) => whole(text),
    }
}

/// Why a number that is not an integer of 128 bits is not one: it is between two of them, or out of any range.
pub(super) fn not_an_integer(text: &str, expected: &str, range: &str) -> Fail {
    if has_fraction(text) { Fail::value("type", expected.to_owned()) } else { Fail::value("range", range.to_owned()) }
}

macro_rules! integers {
    ($($(#[$docs:meta])* $kind:ident $type:ident $quotes:literal $write:ident $least:literal $most:literal)*) => {$(
        $(#[$docs])*
        #[derive(Debug)]
        pub enum $kind {}

        impl Kind<$type> for $kind {
            fn write(value: &$type, writer: &mut Writer) {
                if $quotes {
                    writer.out.push(b'"');
                }
                writer.format(|mut formatter, out| formatter.$write(out, *value));
                if $quotes {
                    writer.out.push(b'"');
                }
            }

            fn read(value: &mut $type, reader: &mut Reader<'_>) -> Result {
                const EXPECTED: &str = "an integer, as a number or as a string";
                match reader.number(EXPECTED)? {
                    NumberText::Number(text) => {
                        if let Ok(number) = text.parse() {
                            *value = number;
                            return Ok(());
                        }
                        let number = integer(&text).and_then(|number| $type::try_from(number).ok());
                        *value = number.ok_or_else(|| {
                            not_an_integer(&text, EXPECTED, concat!("an integer from ", $least, " to ", $most))
                        })?;
                        Ok(())
                    }
                    NumberText::Other(_) => Err(Fail::expected(EXPECTED)),
                }
            }

            fn is_default(value: &$type) -> bool {
                *value == 0
            }
        }
    )*};
}

integers! {
    /// `int32`, `sint32` and `sfixed32`.
    Int32 i32 false write_i32 "-2147483648" "2147483647"
    /// `uint32` and `fixed32`.
    Uint32 u32 false write_u32 "0" "4294967295"
    /// `int64`, `sint64` and `sfixed64`, which are strings: other languages have no such numbers.
    Int64 i64 true write_i64 "-9223372036854775808" "9223372036854775807"
    /// `uint64` and `fixed64`, which are strings.
    Uint64 u64 true write_u64 "0" "18446744073709551615"
}

macro_rules! floats {
    ($($(#[$docs:meta])* $kind:ident $type:ident $write:ident $expected:literal)*) => {$(
        $(#[$docs])*
        #[derive(Debug)]
        pub enum $kind {}

        impl Kind<$type> for $kind {
            fn write(value: &$type, writer: &mut Writer) {
                if value.is_finite() {
                    writer.format(|mut formatter, out| formatter.$write(out, *value));
                } else {
                    writer.quoted(if value.is_nan() {
                        "NaN"
                    } else if *value > 0.0 {
                        "Infinity"
                    } else {
                        "-Infinity"
                    });
                }
            }

            fn read(value: &mut $type, reader: &mut Reader<'_>) -> Result {
                const EXPECTED: &str = "a number, or one of `NaN`, `Infinity` and `-Infinity` as a string";
                *value = match reader.number(EXPECTED)? {
                    NumberText::Number(text) => match text.parse::<$type>() {
                        Ok(value) if value.is_finite() => value,
                        _ => return Err(Fail::value("range", $expected)),
                    },
                    NumberText::Other(text) => match &*text {
                        "NaN" => $type::NAN,
                        "Infinity" => $type::INFINITY,
                        "-Infinity" => $type::NEG_INFINITY,
                        _ => return Err(Fail::expected(EXPECTED)),
                    },
                };
                Ok(())
            }

            /// By its bits: that a zero is negative would be lost.
            fn is_default(value: &$type) -> bool {
                value.to_bits() == 0
            }
        }
    )*};
}

floats! {
    /// `double`.
    Double f64 write_f64 "a number of 64 bits"
    /// `float`.
    Float f32 write_f32 "a number of 32 bits"
}

/// `bool`.
#[derive(Debug)]
pub enum Bool {}

impl Kind<bool> for Bool {
    fn write(value: &bool, writer: &mut Writer) {
        writer.out.extend_from_slice(if *value { b"true" } else { b"false" });
    }

    fn read(value: &mut bool, reader: &mut Reader<'_>) -> Result {
        if !matches!(reader.json.next_byte(), Some(b't' | b'f')) {
            return Err(Fail::expected("`true` or `false`"));
        }
        *value = reader.json.boolean()?;
        Ok(())
    }

    fn is_default(value: &bool) -> bool {
        !*value
    }
}
