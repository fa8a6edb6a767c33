//! Why a file is left alone.

use std::error::Error;
use std::fmt;

/// Why a file has to stay as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of reason.
    pub cause: Cause,
    /// What is in the way: lower case, no full stop.
    pub message: String,
    /// Where, in bytes of the text.
    pub at: usize,
}

/// The kind of reason why a file is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is not valid.
    Syntax,
    /// It is valid, but would not mean or say the same, or is nested too deep.
    Unsafe,
}

impl Refusal {
    pub(crate) fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self { cause: Cause::Syntax, message: message.into(), at }
    }

    pub(crate) fn unsafe_at(at: usize, message: impl Into<String>) -> Self {
        Self { cause: Cause::Unsafe, message: message.into(), at }
    }

    pub(crate) fn too_deep(at: usize) -> Self {
        Self::unsafe_at(at, format!("nested deeper than {} levels", crate::MAX_DEPTH))
    }

    /// The same in a text with `bytes` more before it.
    pub(crate) fn after(self, bytes: usize) -> Self {
        Self { at: self.at + bytes, ..self }
    }
}

/// The byte at which the character begins that `at` is in.
pub(crate) fn on_character(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Refusal {}
