//! Where keywords stand in their files.

use walnats_codegen::diagnostic::Place;
use walnats_codegen::load::{Document, Node, NodeValue};
use walnats_codegen::model::{Event, Payload};
use walnats_schema::SchemaId;
use walnats_schema::read::wildcard;

use crate::finding::{Mark, Revision};
use crate::side::Side;

/// The longest text of a mark, in characters.
const LONGEST: usize = 60;

/// The first of `keywords` that the schema has; the one item `item` of its list, where there is one.
pub(crate) fn keyword(
    (side, revision): (&Side, Revision),
    id: SchemaId,
    keywords: &[&str],
    item: Option<&str>,
    note: &str,
) -> Option<Mark> {
    let (document, node) = node(side, id)?;
    let member = keywords.iter().find_map(|keyword| node.member(keyword))?;
    let listed = match &member.value.value {
        NodeValue::Array(items) => items.iter().find(|found| item.is_some() && found.as_str() == item),
        _ => None,
    };
    let name = text(document, member.name_span.clone());
    let (span, text) = match listed {
        Some(listed) => (listed.span.clone(), format!("{name}: {}", text(document, listed.span.clone()))),
        None => {
            let span = member.name_span.start..member.value.span.end.max(member.name_span.end);
            (span.clone(), text(document, span))
        }
    };
    Some(Mark { revision, place: document.place(&span), text, note: note.to_owned() })
}

/// The schema as a whole, by the name that it has where it is declared.
pub(crate) fn declaration((side, revision): (&Side, Revision), id: SchemaId, note: &str) -> Option<Mark> {
    let (document, whole) = node(side, id)?;
    let path = &side.note(id)?.path;
    let member = path.split_last().and_then(|(last, parents)| {
        let parent = document.root.descendant(parents)?;
        parent.member(last)
    });
    let start = member.map_or(whole.span.start, |member| member.name_span.start);
    let span = start..whole.span.end.max(start);
    Some(Mark { revision, place: document.place(&span), text: text(document, span), note: note.to_owned() })
}

/// The schema that lacks a keyword.
pub(crate) fn absent(side: (&Side, Revision), id: SchemaId, keyword: &str, note: &str) -> Option<Mark> {
    let mark = declaration(side, id, note)?;
    let text = if keyword == "false" { mark.text } else { format!("no `{keyword}`") };
    Some(Mark { text, place: first_line(mark.place), ..mark })
}

fn first_line(place: Place) -> Place {
    let length = place.file.text.get(place.span.clone()).and_then(|text| text.find('\n'));
    let end = length.map_or(place.span.end, |length| place.span.start + length);
    Place { span: place.span.start..end, ..place }
}

/// Where an option of an event is written: in `walnats.toml`, which has the last word, or in `x-walnats`.
pub(crate) fn option((side, revision): (&Side, Revision), event: &Event, key: &str, note: &str) -> Option<Mark> {
    let settings = &side.package.settings;
    let matching = settings.events.iter().filter(|(name, _)| wildcard::capture(name.as_str(), &event.name).is_some());
    let mut matching: Vec<_> = matching.collect();
    matching.sort_by_key(|(name, _)| (name.as_str().contains('*'), std::cmp::Reverse(name.as_str().len())));
    let configured = matching.iter().find_map(|(_, entry)| match key {
        "subject" => entry.subject.as_ref(),
        "stream" => entry.stream.as_ref(),
        "uid" => entry.uid.as_ref(),
        "once" => entry.once.as_ref(),
        "type" => entry.r#type.as_ref(),
        _ => None,
    });
    if let Some(value) = configured {
        let text = format!("{key} = {}", serde_json::Value::from(value.as_str()));
        return Some(Mark { revision, place: settings.place(value), text, note: note.to_owned() });
    }
    let Payload::Json(root) = event.payload else { return None };
    let (document, node) = node(side, root)?;
    let member = node.get("x-walnats")?.member(key)?;
    let span = member.name_span.start..member.value.span.end.max(member.name_span.end);
    let text = text(document, span.clone());
    Some(Mark { revision, place: document.place(&span), text, note: note.to_owned() })
}

/// What a schema without a place stands for: the event.
pub(crate) fn place((_, revision): (&Side, Revision), place: &Place, text: &str, note: &str) -> Mark {
    let mut place = place.clone();
    // A schema that is a whole file begins with its first line.
    if place.span == (0..0) {
        let start = place.file.text.len() - place.file.text.trim_start().len();
        let line = place.file.text[start..].lines().next().unwrap_or_default().trim_end();
        place.span = start..start + line.len();
    }
    Mark { revision, place, text: text.to_owned(), note: note.to_owned() }
}

fn node(side: &Side, id: SchemaId) -> Option<(&Document, &Node)> {
    let note = side.note(id)?;
    let document = side.document(note)?;
    Some((document, document.root.descendant(&note.path)?))
}

/// A part of a file on one line, shortened.
fn text(document: &Document, span: std::ops::Range<usize>) -> String {
    one_line(document.file.text.get(span).unwrap_or_default())
}

/// A text on one line, shortened.
pub(crate) fn one_line(text: &str) -> String {
    one_line_of(text, LONGEST)
}

/// A text on one line of at most so many characters.
pub(crate) fn one_line_of(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        return line;
    }
    line.chars().take(longest - 1).chain(['…']).collect()
}
