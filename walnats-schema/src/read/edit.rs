//! Changes of a schema's text, in JSON and in YAML. What stands elsewhere keeps its formatting and its comments.
//!
//! Each function returns `None` where the text does not show how to change it safely.

mod item;
mod member;
mod text;

pub use item::{append_item, remove_item, wrap_in_array};
pub use member::{insert_before, remove_member, rename};
pub use text::set;

use std::ops::Range;

use super::diagnostic::Edit;
use super::document::{Document, Node};

/// How a file, or a collection in it, is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// JSON.
    Json,
    /// YAML with brackets and commas.
    Flow,
    /// YAML by indentation.
    Block,
}

impl Style {
    /// The style of the collection `node`.
    fn of(document: &Document, node: &Node) -> Self {
        if is_json(document) {
            return Self::Json;
        }
        match after_anchor(slice(document, &node.span)).chars().next() {
            Some('{' | '[') => Self::Flow,
            _ => Self::Block,
        }
    }
}

fn is_json(document: &Document) -> bool {
    document.name.ends_with(".json")
}

fn slice<'d>(document: &'d Document, span: &Range<usize>) -> &'d str {
    document.file.text.get(span.clone()).unwrap_or_default()
}

/// What follows the anchor (`&name`) of a YAML value.
fn after_anchor(text: &str) -> &str {
    match text.strip_prefix('&') {
        Some(rest) => rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start()),
        None => text,
    }
}

/// Where the text of a member or an item of a block ends. The comments that follow it, which stand no deeper than it begins,
/// are about what comes next.
fn end_of_block(text: &str, span: &Range<usize>) -> usize {
    let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = span.start - line;
    let mut end = span.start + text[span.clone()].trim_end().len();
    while let Some(newline) = text[span.start..end].rfind('\n') {
        let last = &text[span.start + newline + 1..end];
        let depth = last.len() - last.trim_start().len();
        if !(last.trim_start().starts_with('#') && depth <= column) {
            break;
        }
        end = span.start + text[span.start..span.start + newline].trim_end().len();
    }
    end
}

/// The lines of a member or an item of a block, which begins at `start` and ends at `end`, with the comments about it: those
/// directly above it, and those after it that stand deeper.
fn lines_with_comments(text: &str, start: usize, end: usize) -> Range<usize> {
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = start - line;
    let depth = |line: &str| line.len() - line.trim_start().len();
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let mut first = line;
    while let Some(before) = text[..first].strip_suffix('\n') {
        let above = before.rfind('\n').map_or(0, |newline| newline + 1);
        if !is_comment(&before[above..]) || depth(&before[above..]) != column {
            break;
        }
        first = above;
    }
    // What a file begins with is about the file.
    if first == 0 {
        first = line;
    }
    let end_of_line = |at: usize| text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
    let mut rest = end_of_line(end);
    let mut next = rest;
    while next < text.len() {
        let after = end_of_line(next);
        let line = &text[next..after];
        if is_comment(line) && depth(line) > column {
            rest = after;
        } else if !line.trim().is_empty() {
            break;
        }
        next = after;
    }
    first..rest
}

fn edit(document: &Document, span: Range<usize>, text: impl Into<String>) -> Edit {
    Edit { place: document.place(&span), text: text.into() }
}
