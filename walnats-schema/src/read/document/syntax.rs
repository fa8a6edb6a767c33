//! Messages and places that the parsers of JSON and YAML share.

use std::ops::Range;

use super::MAX_DEPTH;
use crate::read::diagnostic::{Diagnostic, Place};

/// The byte at `line` and `column`, both from 1; columns count bytes.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    floor_char_boundary(text, start + column.saturating_sub(1))
}

/// `span`, widened to a character where it is empty, and never cutting one in two.
pub(super) fn visible(text: &str, span: Range<usize>) -> Range<usize> {
    let start = floor_char_boundary(text, span.start);
    let end = floor_char_boundary(text, span.end);
    if end > start {
        return start..end;
    }
    start..start + text[start..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8)
}

/// A message of serde_json without its ` at line 1 column 2`: the place is shown anyway.
pub(super) fn without_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(before, _)| before).to_owned()
}

/// Diagnostics begin in lower case, the parsers' messages do not.
pub(super) fn lower_first(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Nested deeper than [`MAX_DEPTH`].
pub(super) fn too_deep(place: Place) -> Diagnostic {
    Diagnostic::error("WN0107", place, format!("nested deeper than {MAX_DEPTH} levels"))
        .help("move the inner schemas under `$defs` and refer to them")
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
