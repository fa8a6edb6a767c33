//! Where something stands in a file, in lines and columns.

use walnats_codegen::diagnostic::Place;

/// A range in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The line of the first character.
    pub line: usize,
    /// The column of the first character.
    pub column: usize,
    /// The line of the last character.
    pub end_line: usize,
    /// The column after the last character.
    pub end_column: usize,
}

impl Region {
    /// The range that a place marks; `None` where the whole file is meant.
    pub fn of(place: &Place) -> Option<Self> {
        let text = place.file.text.as_str();
        if text.is_empty() || (place.span.is_empty() && place.span.start == 0) {
            return None;
        }
        let start = floor(text, place.span.start);
        // A line break at the end belongs to what comes before it.
        let end = floor(text, place.span.end.max(place.span.start));
        let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
        Some(Self::between(place, start, end))
    }

    /// The range of the bytes of a place, with line breaks at its end: what is replaced by a fix.
    pub fn exact(place: &Place) -> Self {
        let text = place.file.text.as_str();
        Self::between(place, floor(text, place.span.start), floor(text, place.span.end.max(place.span.start)))
    }

    fn between(place: &Place, start: usize, end: usize) -> Self {
        let (line, column) = place.line_column_at(start);
        let (end_line, end_column) = place.line_column_at(end);
        Self { line, column, end_line, end_column }
    }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
