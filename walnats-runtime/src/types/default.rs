//! Defaults of types that are read from text, for generated code.

use std::fmt::Debug;
use std::str::FromStr;

/// Reads a schema's default.
///
/// # Panics
///
/// The text is invalid. Codegen checks defaults against the format, so generated code never panics.
pub fn written<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("codegen checked the text against the format that the type reads")
}
