//! Items of arrays.

use std::ops::Range;

use serde_json::Value;

use super::text::written;
use super::{Style, edit, is_json, slice};
use crate::read::diagnostic::Edit;
use crate::read::document::{Document, Node, NodeValue};

/// Takes the item at `at` out of `array`. Comments of YAML stay, on lines of their own.
pub fn remove_item(document: &Document, array: &Node, at: usize) -> Option<Edit> {
    let spans: Vec<Range<usize>> = array.items().iter().map(|item| item.span.clone()).collect();
    if at >= spans.len() || !spans.windows(2).all(|pair| pair[0].end <= pair[1].start) {
        return None;
    }
    if Style::of(document, array) != Style::Block {
        return remove(document, &array.span, &spans, at);
    }
    let text = document.file.text.as_str();
    let own = spans[at].clone();
    let line = text[..own.start].rfind('\n').map_or(0, |newline| newline + 1);
    // The dash stands before the item, and decides which comments are within it.
    let dash = line + text[line..own.start].find('-')?;
    let end = super::end_of_block(text, &(dash..own.end));
    let is_removable = text[line..own.start].trim() == "-" && spans.len() > 1;
    is_removable.then(|| super::remove_lines(document, dash, end))
}

/// Adds an item to the end of `array`, written like those before it; `None` for an empty array.
pub fn append_item(document: &Document, array: &Node, value: &Value) -> Option<Edit> {
    let last = array.items().last()?.span.clone();
    let text = document.file.text.as_str();
    let item = written(document, "", value);
    let line = text[..last.start].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line..last.start];
    if Style::of(document, array) == Style::Block {
        let dash = before.find('-').filter(|_| before.trim() == "-")?;
        let end = super::end_of_block(text, &(line + dash..last.end));
        let rest = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
        let end_of_line = super::comment::end_of_line(document);
        let rest = rest - usize::from(text[..rest].ends_with('\r'));
        return Some(edit(document, rest..rest, format!("{end_of_line}{}- {item}", &before[..dash])));
    }
    // A comment behind the last item would swallow what is added.
    let is_plain = is_json(document) || !text[last.end..array.span.end].contains('#');
    let is_alone = before.trim().is_empty() && line > 0;
    let space = if is_alone { format!("\n{before}") } else { " ".to_owned() };
    is_plain.then(|| edit(document, last.end..last.end, format!(",{space}{item}")))
}

/// Takes the part at `at` out of a collection with brackets and commas, with one of the commas beside it.
pub(super) fn remove(document: &Document, whole: &Range<usize>, parts: &[Range<usize>], at: usize) -> Option<Edit> {
    let inside = whole.start..whole.end;
    let span = match (at.checked_sub(1).and_then(|before| parts.get(before)), parts.get(at + 1)) {
        (Some(before), _) => before.end..parts[at].end,
        (None, Some(next)) => parts[at].start..next.start,
        (None, None) => parts[at].clone(),
    };
    // A comment between the parts would go with them, or swallow what follows it.
    let is_plain = is_json(document) || !slice(document, &span).contains('#');
    (is_plain && inside.start <= span.start && span.end <= inside.end).then(|| edit(document, span, ""))
}

/// Makes `node` the only item of an array in its place.
pub fn wrap_in_array(document: &Document, node: &Node) -> Option<Vec<Edit>> {
    let text = slice(document, &node.span);
    if text.is_empty() {
        return None;
    }
    let is_collection = matches!(node.value, NodeValue::Array(_) | NodeValue::Object(_));
    if is_json(document) || (is_collection && Style::of(document, node) == Style::Flow) {
        let Range { start, end } = node.span;
        return Some(vec![edit(document, start..start, "["), edit(document, end..end, "]")]);
    }
    if !is_collection {
        return super::set(document, node, &Value::Array(vec![node.to_json()])).map(|edit| vec![edit]);
    }
    // A block: its first line gets the dash, the others its width.
    if text.starts_with('&') {
        return None;
    }
    let mut edits = vec![edit(document, node.span.start..node.span.start, "- ")];
    let lines = text.trim_end().match_indices('\n').map(|(newline, _)| node.span.start + newline + 1);
    let is_blank = |at: usize| document.file.text[at..].lines().next().is_none_or(|line| line.trim().is_empty());
    edits.extend(lines.filter(|at| !is_blank(*at)).map(|at| edit(document, at..at, "  ")));
    Some(edits)
}
