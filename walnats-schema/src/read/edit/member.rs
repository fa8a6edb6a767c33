//! Members of objects.

use serde_json::Value;

use super::text::{quoted, written};
use super::{Style, edit, slice};
use crate::read::diagnostic::Edit;
use crate::read::document::{Document, Member, Node};

/// Gives a member another name.
pub fn rename(document: &Document, member: &Member, name: &str) -> Edit {
    let old = slice(document, &member.name_span);
    edit(document, member.name_span.clone(), quoted(document, old, name))
}

/// Adds a member to `object`, before its member `next`.
pub fn insert_before(document: &Document, object: &Node, next: &str, name: &str, value: &Value) -> Option<Edit> {
    let next = object.member(next)?;
    let at = next.name_span.start;
    let before = document.file.text.get(..at)?;
    let member = format!("{}: {}", quoted(document, "", name), written(document, "", value));
    let text = match Style::of(document, object) {
        Style::Json => {
            let space = &before[before.trim_end().len()..];
            format!("{member},{}", if space.is_empty() { " " } else { space })
        }
        Style::Flow => format!("{member}, "),
        Style::Block => {
            let line = before.rfind('\n').map_or(0, |newline| newline + 1);
            let column = before[line..].chars().count();
            // A tab or an anchor before the name would be part of the next line's indentation.
            let is_known = before[line..].chars().all(|c| matches!(c, ' ' | '-'));
            if !is_known {
                return None;
            }
            let end = super::comment::end_of_line(document);
            format!("{member}{end}{}", " ".repeat(column))
        }
    };
    Some(edit(document, at..at, text))
}

/// Takes the member `name` out of `object`, in YAML with the lines that it stands on. Comments stay, on lines of their own.
pub fn remove_member(document: &Document, object: &Node, name: &str) -> Option<Edit> {
    let members = object.members();
    let at = members.iter().position(|member| member.name == name)?;
    let ends: Vec<std::ops::Range<usize>> = members.iter().map(span).collect::<Option<_>>()?;
    // Members whose values are elsewhere, or that come in another order than their text, are left alone.
    if !ends.windows(2).all(|pair| pair[0].end <= pair[1].start) {
        return None;
    }
    match Style::of(document, object) {
        Style::Json | Style::Flow => super::item::remove(document, &object.span, &ends, at),
        Style::Block => remove_lines(document, &ends, at),
    }
}

/// From the name to the end of the value; `None` for a YAML alias, whose value is elsewhere.
fn span(member: &Member) -> Option<std::ops::Range<usize>> {
    let (name, value) = (&member.name_span, &member.value.span);
    (name.end <= value.start && value.start <= value.end).then_some(name.start..value.end)
}

fn remove_lines(document: &Document, ends: &[std::ops::Range<usize>], at: usize) -> Option<Edit> {
    let text = document.file.text.as_str();
    let own = ends[at].clone();
    let line = text[..own.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = super::end_of_block(text, &own);
    let is_alone = text[line..own.start].trim().is_empty();
    let column = text[line..own.start].chars().count();
    let comments = |end: usize| super::comment::before(document, &(own.start..end), column);
    match (is_alone, ends.get(at + 1)) {
        _ if ends.len() == 1 => Some(edit(document, own.start..end, comments(end) + "{}")),
        (true, _) => Some(super::remove_lines(document, own.start, end)),
        // The first member of an item, behind its `- `: the next one takes its place.
        (false, Some(next)) => Some(edit(document, own.start..next.start, comments(next.start))),
        (false, None) => None,
    }
}
