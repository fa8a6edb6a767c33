//! How events get to their readers: names, subjects, streams, ids.

mod event;
mod stream;

use std::collections::BTreeMap;

use serde_json::Value;
use walnats_codegen::diagnostic::Place;
use walnats_codegen::model::{Event, Payload};

use crate::finding::{About, Direction, Finding, Revision};
use crate::keyword::meaning;
use crate::mark;
use crate::side::Side;

/// Events of the old side that have another name in the new one: old names, each with the new one.
pub(crate) fn renames<'s>(old: &'s Side, new: &'s Side) -> BTreeMap<&'s str, &'s str> {
    let mut fresh: Vec<&Event> = new.model.events.iter().filter(|event| is_fresh(old, event)).collect();
    let mut renames = BTreeMap::new();
    let gone = old.model.events.iter().filter(|event| new.event(&event.name).is_none() && new.loss(event).is_none());
    for event in gone {
        // The one that has most in common with it.
        let ranked = fresh.iter().enumerate().map(|(at, other)| (likeness((old, event), (new, other)), at));
        let best = ranked.max_by_key(|(likeness, at)| (*likeness, std::cmp::Reverse(*at)));
        if let Some((_, at)) = best.filter(|(likeness, _)| *likeness >= 2) {
            renames.insert(event.name.as_str(), fresh.remove(at).name.as_str());
        }
    }
    renames
}

fn is_fresh(old: &Side, event: &Event) -> bool {
    old.event(&event.name).is_none() && old.loss(event).is_none()
}

/// How much two events have in common: the place of the schema, the subject, and what they accept.
fn likeness((old, event): (&Side, &Event), (new, other): (&Side, &Event)) -> u8 {
    let is_same_payload = match (&event.payload, &other.payload) {
        (Payload::Json(one), Payload::Json(two)) => {
            let is_anything = old.model.schemas.get(*one) == &walnats_schema::Schema::default();
            !is_anything && meaning(&old.model.schemas, &[*one]) == meaning(&new.model.schemas, &[*two])
        }
        (Payload::Protobuf(one), Payload::Protobuf(two)) => one == two,
        _ => false,
    };
    let is_same_place = event.place.file.path == other.place.file.path && event.place.span == other.place.span;
    let is_same_subject = event.subject.to_string() == other.subject.to_string();
    2 * u8::from(is_same_payload) + 2 * u8::from(is_same_subject) + 2 * u8::from(is_same_place)
}

/// Everything that keeps events from their readers.
pub(crate) fn compare(old: &Side, new: &Side, renames: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let sides = Sides { old, new };
    let mut findings = Vec::new();
    for event in &old.model.events {
        let successor = renames.get(event.name.as_str()).copied();
        match new.event(successor.unwrap_or(&event.name)) {
            Some(other) => findings.extend(event::changed(&sides, event, other)),
            None => findings.extend(event::deleted(&sides, event)),
        }
    }
    findings.extend(stream::changed(&sides, renames));
    findings
}

/// The two revisions.
struct Sides<'s> {
    old: &'s Side,
    new: &'s Side,
}

impl Sides<'_> {
    /// A finding of the rule `code` about an event or a stream; `terms` are the old and the new value.
    fn finding(&self, code: &str, about: About, message: String, terms: [&Value; 2]) -> Option<Finding> {
        Finding::new(code, (about, Direction::Delivery), message, &terms, &self.new.package.settings)
    }

    /// A finding about an event, with its place in both revisions and what each says there.
    fn of_event(&self, code: &str, (old, new): (&Event, &Event), what: &str, values: [&str; 2]) -> Option<Finding> {
        let message = format!("the {what} was `{}` and is `{}`", values[0], values[1]);
        let terms = values.map(Value::from);
        let finding = self.finding(code, About::Event(old.name.clone()), message, [&terms[0], &terms[1]])?;
        let texts = values.map(|value| format!("{what} `{value}`"));
        let key = if what == "CloudEvents type" { "type" } else { what };
        let is = mark::option((self.new, Revision::New), new, key, "new");
        let was = mark::option((self.old, Revision::Old), old, key, "old");
        let marks = vec![
            is.unwrap_or_else(|| self.new_place(&new.place, &texts[1], "new")),
            was.unwrap_or_else(|| self.old_place(&old.place, &texts[0], "old")),
        ];
        Some(Finding { marks, readers: self.readers(&old.name), ..finding })
    }

    fn old_place(&self, place: &Place, text: &str, note: &str) -> crate::finding::Mark {
        mark::place((self.old, Revision::Old), place, text, note)
    }

    fn new_place(&self, place: &Place, text: &str, note: &str) -> crate::finding::Mark {
        mark::place((self.new, Revision::New), place, text, note)
    }

    /// The services that consume the event, in either revision.
    fn readers(&self, event: &str) -> Vec<String> {
        readers(self.old, self.new, &[event])
    }
}

/// The services that consume one of the events, in either revision.
pub(crate) fn readers(old: &Side, new: &Side, events: &[&str]) -> Vec<String> {
    let services = events.iter().flat_map(|event| old.consumers(event).chain(new.consumers(event)));
    let names: std::collections::BTreeSet<String> = services.map(|service| service.name.clone()).collect();
    names.into_iter().collect()
}
