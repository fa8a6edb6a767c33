//! How values become text: `string(…)` and `'…'.format([…])`.

use std::fmt::Write as _;

use super::{Duration, Timestamp};

/// A value as text.
pub trait Show {
    /// Adds the text to `into`.
    fn show(&self, into: &mut String);
}

/// A value as text.
pub fn shown(value: &(impl Show + ?Sized)) -> String {
    let mut text = String::new();
    value.show(&mut text);
    text
}

macro_rules! show_by_display {
    ($($type:ty),*) => {$(
        impl Show for $type {
            fn show(&self, into: &mut String) {
                let _ = write!(into, "{self}");
            }
        }
    )*};
}

show_by_display!(bool, i32, i64, u32, u64, str, String);

impl Show for f64 {
    fn show(&self, into: &mut String) {
        let _ = match *self {
            number if number.is_nan() => write!(into, "NaN"),
            number if number.is_infinite() => write!(into, "{}", if number > 0.0 { "Infinity" } else { "-Infinity" }),
            number => write!(into, "{number}"),
        };
    }
}

impl Show for f32 {
    fn show(&self, into: &mut String) {
        f64::from(*self).show(into);
    }
}

impl Show for [u8] {
    fn show(&self, into: &mut String) {
        into.push_str(&String::from_utf8_lossy(self));
    }
}

impl Show for Vec<u8> {
    fn show(&self, into: &mut String) {
        self.as_slice().show(into);
    }
}

impl Show for Duration {
    fn show(&self, into: &mut String) {
        let nanos = self.nanos();
        let (seconds, rest) = (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
        let _ = write!(into, "{}{seconds}", if nanos < 0 { "-" } else { "" });
        if rest > 0 {
            let _ = write!(into, ".{}", format!("{rest:09}").trim_end_matches('0'));
        }
        into.push('s');
    }
}

impl Show for Timestamp {
    fn show(&self, into: &mut String) {
        if let Some(time) = self.jiff() {
            let _ = write!(into, "{time}");
        }
    }
}

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, into: &mut String) {
        (**self).show(into);
    }
}

macro_rules! show_list {
    ($($type:ty),*) => {$(
        impl Show for [$type] {
            fn show(&self, into: &mut String) {
                into.push('[');
                for (index, item) in self.iter().enumerate() {
                    if index > 0 {
                        into.push_str(", ");
                    }
                    item.show(into);
                }
                into.push(']');
            }
        }
    )*};
}

show_list!(bool, i32, i64, u32, u64, f32, f64, String, &str, Vec<u8>, &[u8], Duration, Timestamp, crate::Value);

/// `%x` of bytes, and of the bytes of text.
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn signed(value: i128, digits: String) -> String {
    if value < 0 { format!("-{digits}") } else { digits }
}

/// `%x` of an integer.
pub fn hex(value: i128) -> String {
    signed(value, format!("{:x}", value.unsigned_abs()))
}

/// `%o`
pub fn octal(value: i128) -> String {
    signed(value, format!("{:o}", value.unsigned_abs()))
}

/// `%b`
pub fn binary(value: i128) -> String {
    signed(value, format!("{:b}", value.unsigned_abs()))
}

/// `%f`: with `precision` digits after the point.
pub fn fixed(value: f64, precision: usize) -> String {
    if value.is_finite() { format!("{value:.precision$}") } else { shown(&value) }
}

/// `%e`: with `precision` digits after the point, and an exponent of at least two.
pub fn scientific(value: f64, precision: usize) -> String {
    if !value.is_finite() {
        return shown(&value);
    }
    let text = format!("{value:.precision$e}");
    let (number, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{number}e{sign}{exponent:0>2}")
}
