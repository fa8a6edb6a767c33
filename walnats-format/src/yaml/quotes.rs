//! The library turns `'text'` into `"text"` where that means the same; here quotes stay as they were.

use yaml_parser::SyntaxKind;

use super::tree;
use crate::refusal::Refusal;

/// `formatted` with the quotes of `original`.
pub(super) fn restore(original: &str, formatted: String) -> Result<String, Refusal> {
    if !original.contains('\'') {
        return Ok(formatted);
    }
    let originals = quoted(original)?;
    let changed = quoted(&formatted)?;
    let mut bytes = formatted.into_bytes();
    for ((old, _), (new, range)) in originals.iter().zip(&changed) {
        if (old, new) == (&SyntaxKind::SINGLE_QUOTED_SCALAR, &SyntaxKind::DOUBLE_QUOTED_SCALAR) {
            bytes[range.start] = b'\'';
            bytes[range.end - 1] = b'\'';
        }
    }
    // One ASCII character replaces another.
    String::from_utf8(bytes).map_err(|_| Refusal::unsafe_at(0, "the YAML formatter moves quotes"))
}

/// Each quoted scalar: how it is quoted, and where it is.
fn quoted(text: &str) -> Result<Vec<(SyntaxKind, std::ops::Range<usize>)>, Refusal> {
    let root = tree::parse(text)?;
    let is_quoted = |kind| matches!(kind, SyntaxKind::SINGLE_QUOTED_SCALAR | SyntaxKind::DOUBLE_QUOTED_SCALAR);
    let tokens = tree::tokens(&root).filter(|token| is_quoted(token.kind()));
    Ok(tokens.map(|token| (token.kind(), token.text_range().into())).collect())
}
