//! The functions that expressions call. They fold constants when code is generated, and run in generated code.

mod format;
mod host;
mod ip;
mod number;
mod text;
mod time;
mod unique;
mod uri;

pub use format::{Show, binary, fixed, hex, hex_text, octal, scientific, shown};
pub use host::{is_email, is_host_and_port, is_hostname};
pub use ip::{is_ip, is_ip_prefix};
pub use number::{
    add_int, add_uint, divide_int, divide_uint, double_to_int, double_to_uint, int_to_uint, multiply_int,
    multiply_uint, negate, remainder_int, remainder_uint, subtract_int, subtract_uint, text_to_bool, text_to_double,
    text_to_int, text_to_uint, uint_to_int,
};
pub use text::{
    Regex, bytes_contain, bytes_to_text, char_at, index_of, is_shorter, join, last_index_of, lower_ascii, quote,
    replace, reverse, split, substring, upper_ascii,
};
pub use time::{Duration, Part, Timestamp};
pub use unique::{is_unique, is_unique_double};
pub use uri::{is_uri, is_uri_ref};

use std::fmt;

/// Why an expression has no value. Says what went wrong, without the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure(pub &'static str);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Failure {}

/// What a function returns that can fail.
pub type Result<T> = std::result::Result<T, Failure>;

/// `a && b && …`, where a term that is false decides, whatever the others come to.
///
/// # Errors
///
/// A term failed, and none is false.
pub fn and<const N: usize>(terms: [&dyn Fn() -> Result<bool>; N]) -> Result<bool> {
    let mut failed = None;
    for term in terms {
        match term() {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    failed.map_or(Ok(true), Err)
}

/// `a || b || …`, where a term that is true decides, whatever the others come to.
///
/// # Errors
///
/// A term failed, and none is true.
pub fn or<const N: usize>(terms: [&dyn Fn() -> Result<bool>; N]) -> Result<bool> {
    let mut failed = None;
    for term in terms {
        match term() {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    failed.map_or(Ok(false), Err)
}

/// `items.all(item, …)`, where an item for which it is false decides.
///
/// # Errors
///
/// It failed for an item, and is false for none.
pub fn all<T>(items: impl IntoIterator<Item = T>, holds: impl Fn(T) -> Result<bool>) -> Result<bool> {
    let mut failed = None;
    for item in items {
        match holds(item) {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    failed.map_or(Ok(true), Err)
}

/// `items.exists(item, …)`, where an item for which it is true decides.
///
/// # Errors
///
/// It failed for an item, and is true for none.
pub fn any<T>(items: impl IntoIterator<Item = T>, holds: impl Fn(T) -> Result<bool>) -> Result<bool> {
    all(items, |item| holds(item).map(|holds| !holds)).map(|none| !none)
}

/// `items.exists_one(item, …)`
///
/// # Errors
///
/// It failed for an item.
pub fn exactly_one<T>(items: impl IntoIterator<Item = T>, holds: impl Fn(T) -> Result<bool>) -> Result<bool> {
    let mut count = 0;
    for item in items {
        count += usize::from(holds(item)?);
    }
    Ok(count == 1)
}

/// The item at `index`.
///
/// # Errors
///
/// There is none.
pub fn item<T>(items: &[T], index: i64) -> Result<&T> {
    usize::try_from(index).ok().and_then(|index| items.get(index)).ok_or(Failure("index out of range"))
}

/// The value of a wrapper or of an entry, which has to be there.
///
/// # Errors
///
/// It is not.
pub fn present<T>(value: Option<T>, missing: &'static str) -> Result<T> {
    value.ok_or(Failure(missing))
}
