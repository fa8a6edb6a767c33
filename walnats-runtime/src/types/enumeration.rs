//! Enumerations of strings.

/// The text is not a value of an enumeration; the error of `FromStr` of generated enums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of `{name}`")]
pub struct ParseEnumError {
    name: &'static str,
}

impl ParseEnumError {
    /// The error of the enumeration with this name in Rust.
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }
}
