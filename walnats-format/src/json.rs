//! JSON (RFC 8259), laid out as prettier does: what its users have stays as it is.
//!
//! An object is broken into lines if it was, or if it does not fit; an array if it does not fit, or holds several objects or
//! arrays. Blank lines between members stay, one at most.

mod print;
mod tree;

use serde::de::IgnoredAny;

use crate::Style;
use crate::comparison::{self, Part};
use crate::refusal::{self, Refusal};

/// Whether `text` is JSON.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(text) else { return Ok(()) };
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = refusal::on_character(text, line + error.column().saturating_sub(1));
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Err(Refusal::syntax(at, message))
}

/// `text` has to be JSON.
pub(crate) fn lay_out(text: &str, style: &Style) -> Result<String, Refusal> {
    let root = tree::parse(text)?;
    Ok(print::print(&root, style.line_width))
}

/// Whether two texts of JSON have the same tokens.
pub(crate) fn compare(before: &str, after: &str) -> Result<(), Refusal> {
    let parts = |text| tree::tokens(text).map(|token: tree::Token<'_>| Part { value: token.text, at: token.start });
    comparison::compare(parts(before), parts(after))
}
