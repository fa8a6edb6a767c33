//! Enumerations of strings.

/// A text is not one of the strings that an enumeration lists; from the `FromStr` of generated enums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of `{name}`")]
pub struct ParseEnumError {
    name: &'static str,
}

impl ParseEnumError {
    /// Of the enumeration that is called `name` in Rust.
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }
}
