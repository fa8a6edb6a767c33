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
        changes.extend(changes_of(old, new, about, found));
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
            changes.extend(changes_of(old, new, about, found));
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
    changes.sort_by_key(|change| (change.code, change.witness.is_none()));
    let mut grouped: Vec<Change<'_>> = Vec::new();
    for change in changes {
        let is_same = |other: &&mut Change<'_>| {
            let is_one_way = change.witness.is_none() || other.direction == change.direction;
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
    witness: Option<&'f protobuf::Witness>,
    rules: Vec<&'static str>,
}

/// What one rule says about an event, or about a definition that no event contains.
///
/// What the event is published in comes first, in each direction that its mode asks for; its readers may read the other encoding
/// as well. A rule of buf's that was broken is mentioned even if its harm is in a direction that nobody asks for.
fn changes_of<'f>(old: &Side, new: &Side, about: &About, found: &'f protobuf::Finding) -> Vec<Change<'f>> {
    let change = |code, witness: Option<&'f protobuf::Witness>| Change {
        about: about.clone(),
        direction: direction(witness),
        code,
        found,
        witness,
        rules: vec![found.rule.id],
    };
    let About::Event(event) = about else { return vec![change("WN0823", found.witness())] };
    let Some((message, encoding)) = published(old, new, event) else { return Vec::new() };
    let witnesses = found.witnesses_of(message);
    let mode = new.package.settings.breaking(event).mode.unwrap_or_default();
    let is_asked = |witness: &&&protobuf::Witness| {
        let direction = direction(Some(**witness));
        mode == ModeName::Full || (direction == Direction::Backward) == (mode == ModeName::Backward)
    };
    let (own, other): (Vec<&protobuf::Witness>, Vec<_>) =
        witnesses.into_iter().partition(|witness| witness.encoding == encoding);
    let chosen = |witnesses: &[&'f protobuf::Witness]| -> Vec<&'f protobuf::Witness> {
        let asked: Vec<_> = witnesses.iter().filter(is_asked).copied().collect();
        let any = witnesses.iter().take(usize::from(asked.is_empty() && !found.rule.needs_witness));
        asked.iter().chain(any).copied().collect()
    };
    let mut changes: Vec<Change<'f>> =
        chosen(&own).into_iter().map(|witness| change("WN0821", Some(witness))).collect();
    changes.extend(chosen(&other).into_iter().take(1).map(|witness| change("WN0822", Some(witness))));
    if changes.is_empty() && !found.rule.needs_witness {
        // Nobody is known to read anything else.
        changes.push(change("WN0823", None));
    }
    changes
}

/// The message of an event, and what it is published in.
fn published<'s>(old: &'s Side, new: &'s Side, event: &str) -> Option<(&'s str, Encoding)> {
    let event = new.event(event).or_else(|| old.event(event))?;
    let Payload::Protobuf(message) = &event.payload else { return None };
    let encoding = match event.protobuf_encoding {
        ProtobufEncoding::Json(_) => Encoding::Json,
        ProtobufEncoding::Binary => Encoding::Binary,
    };
    Some((message, encoding))
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
    events.into_iter().map(About::Event).collect()
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

fn direction(witness: Option<&protobuf::Witness>) -> Direction {
    match witness.map(|witness| witness.direction) {
        Some(protobuf::Direction::NewToOld) => Direction::Forward,
        _ => Direction::Backward,
    }
}

fn finding(old: &Side, new: &Side, change: Change<'_>) -> Option<Finding> {
    let Change { about, direction, code, found, witness, mut rules } = change;
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
    let witness = witness.cloned().map(Witness::Protobuf);
    let is = found.new.as_ref().and_then(|location| mark((new, Revision::New), location, "new"));
    let was = found.old.as_ref().and_then(|location| mark((old, Revision::Old), location, "old"));
    let marks = is.into_iter().chain(was).collect();
    let help = (!found.rule.cure.is_empty()).then(|| found.rule.cure.to_owned());
    Some(Finding { witness, marks, readers, help, rules, ..finding })
}

/// A place by lines and columns, which count bytes from 1.
pub(crate) fn mark((side, revision): (&Side, Revision), location: &Location, note: &str) -> Option<Mark> {
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
