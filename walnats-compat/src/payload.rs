//! What is in an event: whether readers accept everything that is written.

mod culprit;
mod judge;
mod search;

use serde_json::{Value, json};
use walnats_codegen::model::{Event, Payload};
use walnats_codegen::settings::{BreakingSettings, Settings};
use walnats_schema::SchemaId;

use crate::finding::{About, Direction, Finding, Revision};
use crate::json::{Limits, Same};
use crate::side::Side;
use crate::unreadable::{self, Spot};
use crate::{keyword, mark, tolerant};
pub(crate) use judge::Judge;
use search::Search;

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

    fn reading(&self) -> tolerant::Reading {
        tolerant::Reading::of(self.reader.0, self.read, &self.breaking)
    }

    fn is_tolerant(&self) -> bool {
        self.reading() != tolerant::Reading::Strict
    }
}

/// All that readers refuse of what is written, and what is undecided.
pub(crate) fn compare(pair: &Pair<'_>, limits: &Limits) -> Vec<Finding> {
    match (&pair.written.payload, &pair.read.payload) {
        (Payload::Json(written), Payload::Json(read)) => {
            let (spots, mut found) = unreadable(pair);
            if !is_unchanged(pair, *written, *read)
                && let Some(spots) = spots
            {
                found.splice(0..0, Search::new(pair, (*written, *read), &spots, limits).run());
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

/// Where the schemas of both have no meaning.
#[derive(Default)]
struct Spots<'p> {
    writer: Vec<Spot<'p>>,
    reader: Vec<Spot<'p>>,
}

/// Where schemas have no meaning, `None` if it is not known where the writer's is; and that this is undecided, on either side.
fn unreadable<'p>(pair: &Pair<'p>) -> (Option<Spots<'p>>, Vec<Finding>) {
    let mut found = Vec::new();
    let mut all = Some(Spots::default());
    for ((side, revision), event) in [(pair.writer, pair.written), (pair.reader, pair.read)] {
        let parts = unreadable::parts(side, event);
        let Payload::Json(root) = event.payload else { continue };
        if parts.is_empty() {
            continue;
        }
        let spots = unreadable::spots(&side.model.schemas, root, &parts);
        for part in parts {
            let spot = spots.iter().flatten().find(|spot| spot.part == part);
            let whose = revision.name();
            let why = format!("the {whose} schema has an error: {}", part.error.message);
            let pointer = spot.map(Spot::pointer).unwrap_or_default();
            let meaning = keyword::meaning(&side.model.schemas, &[part.schema]);
            let finding = undecided(pair, &pointer, &why, &[json!(part.keyword), meaning]);
            let mark = mark::place((side, revision), &part.error.place, part.error.code, "is wrong here");
            found.extend(finding.map(|finding| Finding { marks: vec![mark], ..finding }));
        }
        match (spots, &mut all) {
            (Some(spots), Some(all)) if revision == pair.writer.1 => all.writer = spots,
            (Some(spots), Some(all)) => all.reader = spots,
            (None, all) if revision == pair.writer.1 => *all = None,
            _ => {}
        }
    }
    (all, found)
}

/// Whether both sides say the same. Readers that ignore unknown members refuse less than what is written says.
fn is_unchanged(pair: &Pair<'_>, written: SchemaId, read: SchemaId) -> bool {
    match pair.writer.1 {
        Revision::Old => pair.same.is_same(written, read),
        Revision::New => pair.same.is_same(read, written),
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
