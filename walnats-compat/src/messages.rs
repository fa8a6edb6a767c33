//! Events whose payload is a protobuf message: what the rules for protobuf say about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use walnats_codegen::diagnostic::Place;
use walnats_codegen::model::{Payload, ProtobufEncoding, UnknownMembers};
use walnats_codegen::settings::{ModeName, UnknownMembersName};

use crate::delivery;
use crate::finding::{About, Direction, Finding, Mark, Revision, Witness};
use crate::moved::moved;
use crate::protobuf::{self, Category, Encoding, Location, compare as judge};
use crate::side::Side;

/// Rules that are about delivery: they are judged for events of any encoding.
const DELIVERY: [&str; 2] = ["EVENT_NO_DELETE", "EVENT_SAME_OPTION"];

/// What changed in messages that events carry, and in other messages of the package; and the events, by their new names, whose
/// message has another name than before and was compared nevertheless.
pub(crate) fn compare(old: &Side, new: &Side, renames: &BTreeMap<&str, &str>) -> (Vec<Finding>, BTreeSet<String>) {
    let (Some(former), Some(latter)) = (&old.protobuf, &new.protobuf) else { return Default::default() };
    let moved = moved(old, new, renames);
    let named = judged((old, former), (new, latter));
    let renamed = moved.as_ref().map(|moved| judged((old, &moved.old), (new, latter))).unwrap_or_default();
    let mut changes: Vec<Change<'_>> = Vec::new();
    for (about, found) in &named {
        changes.push(Change::new(new, about, found));
    }
    // Of what has moved, what hurts readers; the rest is about files.
    let is_read = |found: &protobuf::Finding| {
        [Category::Wire, Category::WireJson, Category::Event].into_iter().any(|category| found.rule.is_in(category))
    };
    let has_moved = |about: &About| moved.iter().any(|moved| moved.events.contains_key(about.name()));
    for (about, found) in renamed.iter().filter(|(about, found)| has_moved(about) && is_read(found)) {
        let is_same = |other: &Change<'_>| {
            other.about == *about && other.found.subject == found.subject && other.found.rule.id == found.rule.id
        };
        if !changes.iter().any(is_same) {
            changes.push(Change::new(new, about, found));
        }
    }
    let compared = moved.iter().flat_map(|moved| moved.events.keys().cloned()).collect();
    (grouped(old, new, changes), compared)
}

/// What the rules find, with the events or definitions that it is about.
fn judged(
    (old, former): (&Side, &protobuf::Package),
    (new, latter): (&Side, &protobuf::Package),
) -> Vec<(About, protobuf::Finding)> {
    // Each event has readers of its own kind.
    let mut judged = Vec::new();
    for is_tolerant in [false, true] {
        let options = protobuf::Options { ignore_unknown_members: is_tolerant, ..protobuf::Options::default() };
        for found in judge(former, latter, &options) {
            if DELIVERY.contains(&found.rule.id) {
                continue;
            }
            let about = subjects(old, new, &found).into_iter();
            let about = about.filter(|about| readers_ignore(new, about) == is_tolerant);
            judged.extend(about.map(|about| (about, found.clone())));
        }
    }
    judged
}

fn grouped(old: &Side, new: &Side, mut changes: Vec<Change<'_>>) -> Vec<Finding> {
    // Several rules may be about one change: the one that says most of its harm speaks for all.
    changes.sort_by_key(|change| (change.code, change.found.witness.is_none()));
    let mut grouped: Vec<Change<'_>> = Vec::new();
    for change in changes {
        let is_same = |other: &&mut Change<'_>| {
            let is_one_way = change.found.witness.is_none() || other.direction == change.direction;
            is_one_way && other.about == change.about && other.found.subject == change.found.subject
        };
        match grouped.iter_mut().find(is_same) {
            Some(other) => other.rules.extend(change.rules),
            None => grouped.push(change),
        }
    }
    grouped.into_iter().filter_map(|change| finding(old, new, change)).collect()
}

/// What rules say about one change.
struct Change<'f> {
    about: About,
    direction: Direction,
    code: &'static str,
    found: &'f protobuf::Finding,
    rules: Vec<&'static str>,
}

impl<'f> Change<'f> {
    fn new(side: &Side, about: &About, found: &'f protobuf::Finding) -> Self {
        let code = code(side, about, found);
        Self { about: about.clone(), direction: direction(found), code, found, rules: vec![found.rule.id] }
    }
}

/// The events that contain what changed; if none does, the definition itself.
fn subjects(old: &Side, new: &Side, found: &protobuf::Finding) -> Vec<About> {
    let carries = |side: &Side, message: &str| {
        let mut events = side.model.events.iter();
        events.find(|event| event.payload == Payload::Protobuf(message.to_owned())).map(|event| event.name.clone())
    };
    let messages = found.events.iter().chain([&found.subject]);
    let events: BTreeSet<String> =
        messages.filter_map(|message| carries(new, message).or_else(|| carries(old, message))).collect();
    if events.is_empty() {
        return vec![About::Definition(found.subject.clone())];
    }
    events.into_iter().filter(|event| is_asked(new, event, found)).map(About::Event).collect()
}

/// Whether the readers ignore members that they do not know.
fn readers_ignore(new: &Side, about: &About) -> bool {
    let settings = &new.package.settings;
    let breaking = match about {
        About::Event(event) => settings.breaking(event),
        _ => settings.breaking,
    };
    let own = match about {
        About::Event(event) => new.event(event).map(|event| event.protobuf_encoding),
        _ => None,
    };
    match breaking.unknown_members {
        Some(said) => said == UnknownMembersName::Tolerant,
        None => own == Some(ProtobufEncoding::Json(UnknownMembers::Tolerant)),
    }
}

/// Whether the mode of the event asks for this direction. A rule of buf's that was broken is mentioned in any case.
fn is_asked(new: &Side, event: &str, found: &protobuf::Finding) -> bool {
    let mode = new.package.settings.breaking(event).mode.unwrap_or_default();
    !found.rule.needs_witness
        || mode == ModeName::Full
        || (direction(found) == Direction::Backward) == (mode == ModeName::Backward)
}

fn direction(found: &protobuf::Finding) -> Direction {
    match found.witness.as_ref().map(|witness| witness.direction) {
        Some(protobuf::Direction::NewToOld) => Direction::Forward,
        _ => Direction::Backward,
    }
}

/// What an event is published in comes first; its readers may read the other encoding as well.
fn code(new: &Side, about: &About, found: &protobuf::Finding) -> &'static str {
    if let About::Event(event) = about
        && let Some(ProtobufEncoding::Json(_)) = new.event(event).map(|event| event.protobuf_encoding)
    {
        return match &found.witness {
            Some(witness) if witness.encoding == Encoding::Json => "WN0821",
            Some(_) => "WN0822",
            None => "WN0823",
        };
    }
    match (about, &found.witness) {
        (About::Definition(_), _) => "WN0823",
        (_, Some(witness)) if witness.encoding == Encoding::Json => "WN0822",
        (_, Some(_)) => "WN0821",
        // Nobody is known to read anything else.
        (_, None) => "WN0823",
    }
}

fn finding(old: &Side, new: &Side, change: Change<'_>) -> Option<Finding> {
    let Change { about, direction, code, found, mut rules } = change;
    rules.sort_unstable();
    rules.dedup();
    let message = format!("{} ({})", found.message, rules.join(", "));
    let terms = [json!(rules), json!(found.subject), json!(found.message)];
    let terms: Vec<_> = terms.iter().collect();
    let readers = match &about {
        About::Event(event) => delivery::readers(old, new, &[event]),
        _ => Vec::new(),
    };
    let finding = Finding::new(code, (about, direction), message, &terms, &new.package.settings)?;
    let witness = found.witness.clone().map(Witness::Protobuf);
    let is = found.new.as_ref().and_then(|location| mark((new, Revision::New), location, "new"));
    let was = found.old.as_ref().and_then(|location| mark((old, Revision::Old), location, "old"));
    let marks = is.into_iter().chain(was).collect();
    let help = (!found.rule.cure.is_empty()).then(|| found.rule.cure.to_owned());
    Some(Finding { witness, marks, readers, help, rules, ..finding })
}

/// A place by lines and columns, which count bytes from 1.
fn mark((side, revision): (&Side, Revision), location: &Location, note: &str) -> Option<Mark> {
    let source = side.package.sources.protobuf.iter().find(|source| source.name == location.file)?;
    let text = source.file.text.as_str();
    let offset = |line: u32, column: u32| {
        let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        let wanted = (start + column.saturating_sub(1) as usize).min(text.len());
        (0..=wanted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
    };
    let span = location.span.map_or(0..0, |span| {
        let start = offset(span.line, span.column);
        start..offset(span.end_line, span.end_column).max(start)
    });
    let shown = text.get(span.clone()).unwrap_or_default();
    let text = if shown.is_empty() { location.file.clone() } else { crate::mark::one_line(shown) };
    Some(Mark { revision, place: Place { file: Arc::clone(&source.file), span }, text, note: note.to_owned() })
}
