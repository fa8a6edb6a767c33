//! The search for breaks of one event in one direction.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};
use walnats_schema::pointer::escape;
use walnats_schema::{Schema, SchemaId, SchemaSet};

use super::culprit::{self, Culprit};
use super::judge::Confirmation;
use super::{Pair, Spots, is_unchanged, undecided};
use crate::finding::{Finding, Witness};
use crate::json::{self, Containment, Limits, Reason, Root, Stopwatch, Undecided};
use crate::unreadable::{self, READINGS, Reading, Spot};
use crate::{keyword, mark, reason, tolerant, walk};

/// How many breaks of an event are looked for in one direction.
const MOST: usize = 16;
/// How often a keyword is taken out to look for the next break.
const MOST_ROUNDS: usize = 4 * MOST;
/// The longest reason that another validator gives, in characters.
const LONGEST_REASON: usize = 200;

pub(super) struct Search<'p> {
    pair: &'p Pair<'p>,
    writer: Root<'p>,
    /// As readers apply it.
    reader: Cow<'p, SchemaSet>,
    read: SchemaId,
    spots: &'p Spots<'p>,
    limits: &'p Limits,
    /// The time that is left.
    left: Duration,
    findings: Vec<Finding>,
    /// The places of the breaks among them.
    broken: Vec<String>,
}

/// Both sides by one reading of what has no meaning.
struct Sides<'r> {
    reading: Reading,
    writer: Root<'r>,
    reader: &'r SchemaSet,
    /// Both by each of the readings.
    writers: &'r [Cow<'r, SchemaSet>],
    readers: &'r [Cow<'r, SchemaSet>],
}

impl<'p> Search<'p> {
    pub(super) fn new(
        pair: &'p Pair<'p>,
        (written, read): (SchemaId, SchemaId),
        spots: &'p Spots<'p>,
        limits: &'p Limits,
    ) -> Self {
        let reader = &pair.reader.0.model.schemas;
        Self {
            pair,
            writer: Root { set: &pair.writer.0.model.schemas, id: written },
            reader: match pair.reading() {
                tolerant::Reading::Strict => Cow::Borrowed(reader),
                reading => Cow::Owned(reading.schemas(pair.reader.0)),
            },
            read,
            spots,
            limits,
            left: limits.time,
            findings: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// By each reading of what the writer says without a meaning.
    pub(super) fn run(mut self) -> Vec<Finding> {
        let refused =
            |set: &SchemaSet, spots: &[Spot<'_>]| READINGS.map(|reading| unreadable::refused(set, spots, reading));
        let of_writer = refused(self.writer.set, &self.spots.writer);
        let reader = self.reader.clone();
        let writers = of_writer.each_ref().map(|schemas| unreadable::refusing(self.writer.set, schemas));
        let of_reader = refused(&reader, &self.spots.reader);
        let readers = of_reader.each_ref().map(|schemas| unreadable::refusing(&reader, schemas));
        for (at, reading) in READINGS.into_iter().enumerate() {
            if of_writer[..at].contains(&of_writer[at]) {
                continue;
            }
            let writer = Root { set: &writers[at], id: self.writer.id };
            self.search(&Sides { reading, writer, reader: &reader, writers: &writers, readers: &readers });
        }
        self.findings
    }

    /// Finds a payload that is refused, takes out of the reader what refuses it, and looks again: a break that was accepted on
    /// purpose must not hide another one.
    fn search(&mut self, sides: &Sides<'_>) {
        let mut reader = Cow::Borrowed(sides.reader);
        let assumed = unreadable::assumed(sides.writer.set, Root { set: &reader, id: self.read }, &self.spots.writer);
        let written = Root { set: &assumed, id: self.writer.id };
        for _ in 0..MOST_ROUNDS {
            let limits = Limits { time: self.left, ..*self.limits };
            let (found, used) = json::contained_and_time(written, Root { set: &reader, id: self.read }, &limits);
            self.left = self.left.saturating_sub(used);
            let watch = Stopwatch::start();
            let payload = match found {
                Containment::Contained => break,
                Containment::Undecided(places) => {
                    self.undecided(&places);
                    break;
                }
                Containment::Differs(payload) => payload,
            };
            let culprit = culprit::find(self.writer, Root { set: &reader, id: self.read }, &payload);
            let pointer = culprit.as_ref().map(|culprit| culprit.terms.as_str()).unwrap_or_default();
            // With less in one place, another may refuse what it accepted: readers themselves do not.
            if self.is_difference(sides, pointer, &payload) {
                match self.pair.judge.confirms(self.pair, sides.reading, &payload) {
                    Confirmation::Confirmed => self.breaks(culprit.as_ref(), payload),
                    Confirmation::Denied => self.undecided_at(pointer, reason::words(Reason::ValidatorsDisagree)),
                    Confirmation::Unable(revision, why) => {
                        let whose = revision.name();
                        let why = mark::one_line_of(&why, LONGEST_REASON);
                        let why = format!(
                            "a second validator has to confirm what was found, and cannot read the {whose} schema: {why}"
                        );
                        self.undecided_at(pointer, &why);
                    }
                }
            }
            let is_relaxed = culprit.is_some_and(|culprit| {
                keyword::relax(reader.to_mut(), culprit.schema, culprit.keyword, culprit.detail())
            });
            if !is_relaxed || self.findings.len() >= MOST {
                break;
            }
            self.left = self.left.saturating_sub(watch.used());
        }
    }

    /// Whether the payload is written and refused: refused by each reading, and written by each where the place has to do with
    /// what they disagree on.
    fn is_difference(&self, sides: &Sides<'_>, pointer: &str, payload: &Value) -> bool {
        let is_written = |set: &SchemaSet| set.is_valid(self.writer.id, payload);
        let is_read = |set: &SchemaSet| set.is_valid(self.read, payload);
        let is_related = || unreadable::is_related(&self.spots.writer, &walk::steps(pointer));
        is_written(sides.writer.set)
            && !is_read(sides.reader)
            && (self.spots.reader.is_empty() || !sides.readers.iter().any(|set| is_read(set)))
            && (!is_related() || sides.writers.iter().all(|set| is_written(set)))
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
            self.broken.extend(culprit.map(|culprit| culprit.terms.clone()));
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
            let mut pointer = Cow::Borrowed(place.pointer.as_str());
            let is_cut = matches!(place.reason, Reason::Limits | Reason::Time);
            if pointer.is_empty() && is_cut {
                pointer = self.only_difference().iter().map(|step| format!("/{}", escape(step))).collect();
            }
            let why = match place.reason {
                Reason::Time => Cow::Owned(format!("the time of {:?} for a comparison was used up", self.limits.time)),
                reason => Cow::Borrowed(reason::words(reason)),
            };
            let from = self.findings.len();
            self.undecided_at(&pointer, &why);
            // Where there is a break, it says more.
            let is_rest = is_cut && self.broken.iter().any(|place| is_within(place, &pointer));
            self.findings[from..].iter_mut().for_each(|finding| finding.is_rest = is_rest);
        }
    }

    fn undecided_at(&mut self, pointer: &str, why: &str) {
        let steps = walk::steps(pointer);
        let roots = [(self.pair.reader, self.read), (self.pair.writer, self.writer.id)];
        let roots = roots.map(|(side, root)| {
            let levels = walk::walk(&side.0.model.schemas, root, None, &steps);
            (side, levels.iter().rev().find_map(|level| level.first().copied()))
        });
        // Of what both sides say there, so that an acceptance does not cover the next change.
        let meanings = roots.map(|(side, deepest)| keyword::meaning(&side.0.model.schemas, deepest.as_slice()));
        let finding = undecided(self.pair, pointer, why, &meanings);
        let marks = roots.into_iter().filter_map(|(side, deepest)| {
            let deepest = deepest?;
            let note = if pointer.is_empty() { "undecided".to_owned() } else { format!("undecided: {pointer}") };
            mark::declaration(side, deepest, &note)
        });
        let marks = marks.collect();
        let is_new = |finding: &Finding| self.findings.iter().all(|known| known.fingerprint != finding.fingerprint);
        let finding = finding.filter(is_new);
        self.findings.extend(finding.map(|finding| Finding { marks, ..finding }));
    }
}

/// Whether a place is the one at `pointer`, or in it.
fn is_within(place: &str, pointer: &str) -> bool {
    place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
