//! Comments of YAML: they stay when what they stand next to is removed.

use std::ops::Range;

use super::{after_anchor, is_json, slice};
use crate::read::document::{Document, Node, NodeValue};

/// The comments in a part of a file, each from its `#` to the end of its line.
pub(super) fn comments<'d>(document: &'d Document, part: &Range<usize>) -> Vec<&'d str> {
    let text = slice(document, part);
    if is_json(document) || !text.contains('#') {
        return Vec::new();
    }
    let mut scalars = Vec::new();
    collect(document, &document.root, part, &mut scalars);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(sign) = text.get(at..).and_then(|rest| rest.find('#')).map(|sign| at + sign) {
        let place = part.start + sign;
        let begins = document.file.text[..place].chars().next_back().is_none_or(char::is_whitespace);
        if !begins || scalars.iter().any(|scalar| scalar.contains(&place)) {
            at = sign + 1;
            continue;
        }
        let end = text[sign..].find('\n').map_or(text.len(), |newline| sign + newline);
        found.push(text[sign..end].trim_end());
        at = end;
    }
    found
}

/// The comments in a part of a file as lines of their own, each indented by `column`.
pub(super) fn as_lines(document: &Document, part: &Range<usize>, column: usize) -> String {
    let lines = comments(document, part).into_iter();
    lines.map(|comment| format!("{}{comment}{}", " ".repeat(column), end_of_line(document))).collect()
}

/// The same for where a line is indented already: what follows them begins at `column`, too.
pub(super) fn before(document: &Document, part: &Range<usize>, column: usize) -> String {
    let lines = comments(document, part).into_iter();
    lines.map(|comment| format!("{comment}{}{}", end_of_line(document), " ".repeat(column))).collect()
}

/// How the lines of a file end.
pub(super) fn end_of_line(document: &Document) -> &'static str {
    if document.file.text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The names and scalars in a part of a file: a `#` in them begins no comment.
fn collect(document: &Document, node: &Node, part: &Range<usize>, scalars: &mut Vec<Range<usize>>) {
    let meets = |span: &Range<usize>| span.start < part.end && part.start < span.end;
    match &node.value {
        NodeValue::Array(items) => {
            items.iter().filter(|item| meets(&item.span)).for_each(|item| collect(document, item, part, scalars));
        }
        NodeValue::Object(members) => {
            for member in members {
                scalars.extend(Some(member.name_span.clone()).filter(meets));
                if meets(&member.value.span) {
                    collect(document, &member.value, part, scalars);
                }
            }
        }
        _ => {
            // A comment may follow the `|` of a block.
            let text = slice(document, &node.span);
            let is_block = after_anchor(text).starts_with(['|', '>']);
            let header = text.find('\n').filter(|_| is_block).unwrap_or_default();
            scalars.push(node.span.start + header..node.span.end);
        }
    }
}
