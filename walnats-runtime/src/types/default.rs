//! Defaults of types that are made of text; for generated code.

use std::fmt::Debug;
use std::str::FromStr;

/// The value that a schema's default is written for.
///
/// # Panics
///
/// The text is not one of the type's. Codegen has checked it against the format, and writes no other.
pub fn written<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("codegen checked the text against the format that the type reads")
}
