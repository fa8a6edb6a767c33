//! Changes of a schema's text, in JSON and in YAML. What stands elsewhere keeps its formatting and its comments.
//!
//! Each function returns `None` where the text does not show how to change it safely.

mod comment;
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

/// Takes out the lines of a member or an item of a block, which begins at `start` and ends at `end`.
fn remove_lines(document: &Document, start: usize, end: usize) -> Edit {
    let text = document.file.text.as_str();
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let lines = line..text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
    let comments = comment::as_lines(document, &lines, text[line..start].chars().count());
    edit(document, lines, comments)
}

fn edit(document: &Document, span: Range<usize>, text: impl Into<String>) -> Edit {
    Edit { place: document.place(&span), text: text.into() }
}
