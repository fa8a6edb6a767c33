//! What is in an event: whether readers accept everything that is written.

mod culprit;
mod judge;

use std::borrow::Cow;
use std::time::Instant;

use serde_json::{Value, json};
use walnats_codegen::model::{Event, Payload};
use walnats_codegen::settings::{BreakingSettings, Settings, UnknownMembersName};
use walnats_schema::pointer::escape;
use walnats_schema::{Schema, SchemaId, SchemaSet};

use crate::finding::{About, Direction, Finding, Revision, Witness};
use crate::json::{self, Containment, Limits, Reason, Root, Same, Undecided};
use crate::side::Side;
use crate::unreadable::{self, Spot};
use crate::{keyword, mark, reason, tolerant, walk};
use culprit::Culprit;
pub(crate) use judge::Judge;

/// How many breaks of an event are looked for in one direction.
const MOST: usize = 16;
/// How often a keyword is taken out to look for the next break.
const MOST_ROUNDS: usize = 4 * MOST;
/// What is said of an event whose message has another name.
pub(crate) const ANOTHER_MESSAGE: &str = "the event was another message";

/// Who writes and who reads an event.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'p> {
    pub(crate) writer: (&'p Side, Revision),
    pub(crate) reader: (&'p Side, Revision),
    pub(crate) written: &'p Event,
    pub(crate) read: &'p Event,
    /// The event's name in the new revision.
    pub(crate) name: &'p str,
    pub(crate) direction: Direction,
    /// Of the new revision.
    pub(crate) settings: &'p Settings,
    pub(crate) breaking: BreakingSettings,
    /// Which schemas of the old and the new side say the same.
    pub(crate) same: &'p Same,
    pub(crate) judge: &'p Judge,
}

impl Pair<'_> {
    pub(crate) fn about(&self) -> (About, Direction) {
        (About::Event(self.name.to_owned()), self.direction)
    }

    fn is_tolerant(&self) -> bool {
        self.breaking.unknown_members == Some(UnknownMembersName::Tolerant)
    }
}

/// All that readers refuse of what is written, and what is undecided.
pub(crate) fn compare(pair: &Pair<'_>, limits: &Limits) -> Vec<Finding> {
    match (&pair.written.payload, &pair.read.payload) {
        (Payload::Json(written), Payload::Json(read)) => {
            let (spots, mut found) = unreadable(pair, *written);
            if !is_unchanged(pair, *written, *read)
                && let Some(spots) = spots
            {
                found.splice(0..0, Search::new(pair, *written, *read).run(&spots, limits));
            }
            found
        }
        // Messages are compared by their names.
        (Payload::Protobuf(written), Payload::Protobuf(read)) if written != read => {
            let why = format!("{ANOTHER_MESSAGE}: `{written}` is written, `{read}` is read");
            let marks = [(pair.reader, pair.read, read), (pair.writer, pair.written, written)]
                .map(|(side, event, name)| mark::place(side, &event.place, &format!("message `{name}`"), "undecided"));
            let finding = undecided(pair, "", &why, &[json!(written), json!(read)]);
            finding.map(|finding| Finding { marks: marks.to_vec(), ..finding }).into_iter().collect()
        }
        // Of another encoding, the rules of delivery speak.
        _ => Vec::new(),
    }
}

/// Where the writer's schema has no meaning, `None` if it is not known where; and that this is undecided, on either side.
fn unreadable<'p>(pair: &Pair<'p>, written: SchemaId) -> (Option<Vec<Spot<'p>>>, Vec<Finding>) {
    let mut found = Vec::new();
    let mut of_writer = Some(Vec::new());
    for ((side, revision), event) in [(pair.writer, pair.written), (pair.reader, pair.read)] {
        let parts = unreadable::parts(side, event);
        let Payload::Json(root) = event.payload else { continue };
        if parts.is_empty() {
            continue;
        }
        let spots = unreadable::spots(&side.model.schemas, root, &parts);
        for part in parts {
            let spot = spots.iter().flatten().find(|spot| spot.part == part);
            let whose = if revision == Revision::Old { "old" } else { "new" };
            let why = format!("the {whose} schema has an error: {}", part.error.message);
            let pointer = spot.map(Spot::pointer).unwrap_or_default();
            let meaning = keyword::meaning(&side.model.schemas, &[part.schema]);
            let finding = undecided(pair, &pointer, &why, &[json!(part.keyword), meaning]);
            let mark = mark::place((side, revision), &part.error.place, part.error.code, "is wrong here");
            found.extend(finding.map(|finding| Finding { marks: vec![mark], ..finding }));
        }
        if root == written && revision == pair.writer.1 {
            of_writer = spots;
        }
    }
    (of_writer, found)
}

/// Whether both sides say the same. Readers that ignore unknown members refuse less than what is written says.
fn is_unchanged(pair: &Pair<'_>, written: SchemaId, read: SchemaId) -> bool {
    match pair.writer.1 {
        Revision::Old => pair.same.is_same(written, read),
        Revision::New => pair.same.is_same(read, written),
    }
}

struct Search<'p> {
    pair: &'p Pair<'p>,
    writer: Root<'p>,
    /// As readers apply it.
    reader: Cow<'p, SchemaSet>,
    read: SchemaId,
    findings: Vec<Finding>,
}

impl<'p> Search<'p> {
    fn new(pair: &'p Pair<'p>, written: SchemaId, read: SchemaId) -> Self {
        let reader = &pair.reader.0.model.schemas;
        Self {
            pair,
            writer: Root { set: &pair.writer.0.model.schemas, id: written },
            reader: if pair.is_tolerant() { Cow::Owned(tolerant::tolerant(reader)) } else { Cow::Borrowed(reader) },
            read,
            findings: Vec::new(),
        }
    }

    /// Finds a payload that is refused, takes out of the reader what refuses it, and looks again: a break that was accepted on
    /// purpose must not hide another one.
    fn run(mut self, spots: &[Spot<'_>], limits: &Limits) -> Vec<Finding> {
        let mut reader = self.reader.clone();
        let assumed = unreadable::assumed(self.writer.set, Root { set: &reader, id: self.read }, spots);
        let written = Root { set: &assumed, id: self.writer.id };
        let start = Instant::now();
        for _ in 0..MOST_ROUNDS {
            let limits = Limits { time: limits.time.saturating_sub(start.elapsed()), ..*limits };
            let payload = match json::contained(written, Root { set: &reader, id: self.read }, &limits) {
                Containment::Contained => break,
                Containment::Undecided(places) => {
                    self.undecided(&places);
                    break;
                }
                Containment::Differs(payload) => payload,
            };
            let culprit = culprit::find(self.writer, Root { set: &reader, id: self.read }, &payload);
            // With less in one place, another may refuse what it accepted: readers themselves do not.
            if self.is_difference(&payload) {
                if self.pair.judge.confirms(self.pair, &payload) {
                    self.breaks(culprit.as_ref(), payload);
                } else {
                    let pointer = culprit.as_ref().map(|culprit| culprit.terms.clone()).unwrap_or_default();
                    self.undecided(&[Undecided { pointer, reason: Reason::ValidatorsDisagree }]);
                }
            }
            let is_relaxed = culprit.is_some_and(|culprit| {
                keyword::relax(reader.to_mut(), culprit.schema, culprit.keyword, culprit.detail())
            });
            if !is_relaxed || self.findings.len() >= MOST {
                break;
            }
        }
        self.findings
    }

    fn is_difference(&self, payload: &Value) -> bool {
        self.writer.set.is_valid(self.writer.id, payload) && !self.reader.is_valid(self.read, payload)
    }

    fn breaks(&mut self, culprit: Option<&Culprit>, payload: Value) {
        let pair = self.pair;
        let finding = match culprit {
            Some(culprit) => culprit.finding(pair),
            None => {
                let message = "a payload that is written is refused".to_owned();
                let terms = json!(keyword::meaning(&pair.reader.0.model.schemas, &[self.read]));
                Finding::new("WN0801", pair.about(), message, &[&terms], pair.settings)
            }
        };
        let Some(mut finding) = finding else { return };
        if !self.findings.iter().any(|known| known.fingerprint == finding.fingerprint) {
            finding.witness = Some(Witness::Json(payload));
            self.findings.push(finding);
        }
    }

    /// The way to the innermost place that holds all that differs, as far as members and items lead there.
    fn only_difference(&self) -> Vec<String> {
        let (writer, reader) = (self.writer.set, &self.pair.reader.0.model.schemas);
        let (mut written, mut read, mut steps) = (self.writer.id, self.read, Vec::new());
        let mut turns = 0..writer.schemas.len();
        while turns.next().is_some() {
            let [one, other] = [(writer, &mut written), (reader, &mut read)].map(|(set, id)| {
                while let Some(target) = set.get(*id).reference
                    && *set.get(*id) == (Schema { reference: Some(target), ..Schema::default() })
                {
                    *id = target;
                }
                set.get(*id)
            });
            let members = one.object.properties.iter().filter_map(|(name, id)| {
                let (_, other) = other.object.properties.iter().find(|(known, _)| known == name)?;
                Some((name.as_str(), *id, *other))
            });
            let items = one.array.items.zip(other.array.items).map(|(id, other)| ("*", id, other));
            let mut differing = members.chain(items).filter(|(_, id, other)| !is_unchanged(self.pair, *id, *other));
            let (Some((step, id, other)), None) = (differing.next(), differing.next()) else { break };
            steps.push(step.to_owned());
            (written, read) = (id, other);
        }
        steps
    }

    fn undecided(&mut self, places: &[Undecided]) {
        for place in places {
            let mut steps = walk::steps(&place.pointer);
            if steps.is_empty() && place.reason == Reason::Limits {
                steps = self.only_difference();
            }
            let pointer: String = steps.iter().map(|step| format!("/{}", escape(step))).collect();
            let roots = [(self.pair.reader, self.read), (self.pair.writer, self.writer.id)];
            let roots = roots.map(|(side, root)| {
                let levels = walk::walk(&side.0.model.schemas, root, None, &steps);
                (side, levels.iter().rev().find_map(|level| level.first().copied()))
            });
            // Of what both sides say there, so that an acceptance does not cover the next change.
            let meanings = roots.map(|(side, deepest)| keyword::meaning(&side.0.model.schemas, deepest.as_slice()));
            let finding = undecided(self.pair, &pointer, reason::words(place.reason), &meanings);
            let marks = roots.into_iter().filter_map(|(side, deepest)| {
                let deepest = deepest?;
                let note = if pointer.is_empty() { "undecided".to_owned() } else { format!("undecided: {pointer}") };
                mark::declaration(side, deepest, &note)
            });
            let marks = marks.collect();
            self.findings.extend(finding.map(|finding| Finding { marks, ..finding }));
        }
    }
}

/// What was not decided, at a place of payloads, for a change between schemas that mean this. The reason is no part of the
/// fingerprint: how far a search comes depends on more than the schemas.
pub(crate) fn undecided(pair: &Pair<'_>, pointer: &str, why: &str, meanings: &[Value]) -> Option<Finding> {
    let at = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
    let message = format!("undecided{at}: {why}");
    let pointer = json!(pointer);
    let terms: Vec<&Value> = [&pointer].into_iter().chain(meanings).collect();
    Finding::new("WN0809", pair.about(), message, &terms, pair.settings)
}
