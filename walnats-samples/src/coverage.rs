//! Which keywords of an event's schema its payloads test.
//!
//! A keyword is tested if a payload is judged differently without it: every keyword is taken out of the schema, and the payloads
//! are validated again.

mod keyword;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;
use walnats_codegen::diagnostic::Place;
use walnats_codegen::model::{Event, EventModel, Payload as Carried};
use walnats_schema::pointer::join;
use walnats_schema::{Schema, SchemaId, SchemaSet, Violations};

use crate::judge::Judge;

/// The code of coverage that is lower than what was asked for.
pub const TOO_LOW: &str = "WN1112";

/// How far the schemas of a package are tested.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How many keywords there are, of all events.
    pub keywords: usize,
    /// Those that no payload tests, in the order of events and schemas.
    pub untested: Vec<Untested>,
}

/// A keyword that no payload tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untested {
    /// The event.
    pub event: String,
    /// The keyword; of `required`, with the member that it is about.
    pub keyword: String,
    /// Where the schema that has it stands in its file, as a JSON Pointer.
    pub pointer: String,
    /// Where the keyword stands.
    pub place: Place,
}

impl Coverage {
    /// How many keywords are tested.
    pub fn tested(&self) -> usize {
        self.keywords - self.untested.len()
    }

    /// How many of a hundred keywords are tested, rounded down; 100 where there are none.
    pub fn percent(&self) -> usize {
        (self.tested() * 100).checked_div(self.keywords).unwrap_or(100)
    }
}

/// Takes every keyword of the `events` out, and judges their payloads again: those given by event, and the schemas' own examples.
/// Protobuf messages have no keywords.
pub fn coverage<'e>(
    judge: &Judge<'_>,
    events: impl IntoIterator<Item = &'e Event>,
    payloads: &HashMap<&str, Vec<Value>>,
) -> Coverage {
    let mut set = judge.model.schemas.clone();
    let mut coverage = Coverage::default();
    for event in events {
        let Carried::Json(root) = event.payload else { continue };
        let mut instances: Vec<&Value> = payloads.get(event.name.as_str()).into_iter().flatten().collect();
        instances.extend(judge.model.notes.get(root.0 as usize).into_iter().flat_map(|note| &note.examples));
        let points = points(&set, root);
        coverage.keywords += points.len();
        for point in untested(&mut set, root, points, &instances) {
            coverage.untested.push(named(judge, event, &set, &point));
        }
    }
    coverage
}

/// A keyword of a schema.
#[derive(Clone, Debug)]
struct Point {
    schema: SchemaId,
    keyword: keyword::Keyword,
    /// Whether a schema without it accepts no less.
    only_widens: bool,
}

/// The keywords of the schemas that `root` reaches.
fn points(set: &SchemaSet, root: SchemaId) -> Vec<Point> {
    let negated = negated(set, root);
    let (mut queue, mut seen) = (VecDeque::from([root]), HashSet::from([root]));
    let mut points = Vec::new();
    while let Some(id) = queue.pop_front() {
        let schema = set.get(id);
        let only_widens = !negated.contains(&id);
        points.extend(keyword::of(schema).into_iter().map(|keyword| Point { schema: id, keyword, only_widens }));
        queue.extend(schema.children().into_iter().filter(|child| seen.insert(*child)));
    }
    points
}

/// The schemas of which it matters, too, that they refuse: those under `not`, `if`, `oneOf` and counted `contains`.
fn negated(set: &SchemaSet, root: SchemaId) -> HashSet<SchemaId> {
    let mut queue = vec![(root, false)];
    let mut seen: HashSet<(SchemaId, bool)> = HashSet::from([(root, false)]);
    while let Some((id, is_negated)) = queue.pop() {
        let schema = set.get(id);
        let turns: HashSet<SchemaId> = turning(schema).collect();
        for child in schema.children() {
            let next = (child, is_negated || turns.contains(&child));
            if seen.insert(next) {
                queue.push(next);
            }
        }
    }
    seen.into_iter().filter(|(_, is_negated)| *is_negated).map(|(id, _)| id).collect()
}

fn turning(schema: &Schema) -> impl Iterator<Item = SchemaId> + '_ {
    let condition = schema.condition.as_ref().map(|condition| condition.if_);
    let counted = schema.array.contains.as_ref().filter(|contains| contains.max.is_some()).map(|found| found.schema);
    schema.not.into_iter().chain(condition).chain(counted).chain(schema.one_of.iter().copied())
}

/// The points without which every instance is judged as before.
fn untested(set: &mut SchemaSet, root: SchemaId, points: Vec<Point>, instances: &[&Value]) -> Vec<Point> {
    let mut left = points;
    for instance in instances {
        let before = set.validate(root, instance);
        let is_valid = before.is_empty();
        // What only makes the schema wider changes nothing about a payload that is accepted.
        let (mut asked, skipped): (Vec<Point>, Vec<Point>) =
            std::mem::take(&mut left).into_iter().partition(|point| !(is_valid && point.only_widens));
        // In groups: of most keywords an instance says nothing.
        asked.sort_by_key(|point| !point.only_widens);
        let groups = asked.partition_point(|point| point.only_widens);
        let (widening, others) = asked.split_at(groups);
        let trial = Trial { root, instance, before: &before };
        let mut found = vec![false; asked.len()];
        let (of_widening, of_others) = found.split_at_mut(groups);
        trial.search(set, widening, of_widening);
        for (point, found) in others.iter().zip(of_others) {
            trial.search(set, std::slice::from_ref(point), std::slice::from_mut(found));
        }
        let kept = asked.into_iter().zip(found).filter(|(_, found)| !found).map(|(point, _)| point);
        left = kept.chain(skipped).collect();
    }
    left.sort_by_key(|point| point.schema);
    left
}

/// An instance that is judged again.
struct Trial<'a> {
    root: SchemaId,
    instance: &'a Value,
    before: &'a Violations,
}

impl Trial<'_> {
    /// Notes for each of `points` whether the instance is judged differently without it.
    fn search(&self, set: &mut SchemaSet, points: &[Point], found: &mut [bool]) {
        if points.is_empty() || !self.differs(set, points) {
            return;
        }
        if let [only] = found {
            *only = true;
            return;
        }
        let middle = points.len() / 2;
        let (first, second) = found.split_at_mut(middle);
        self.search(set, &points[..middle], first);
        self.search(set, &points[middle..], second);
    }

    fn differs(&self, set: &mut SchemaSet, without: &[Point]) -> bool {
        let mut originals: HashMap<SchemaId, Schema> = HashMap::new();
        for point in without {
            let schema = &mut set.schemas[point.schema.0 as usize];
            originals.entry(point.schema).or_insert_with(|| schema.clone());
            point.keyword.remove(schema);
        }
        let differs = set.validate(self.root, self.instance) != *self.before;
        for (id, schema) in originals {
            set.schemas[id.0 as usize] = schema;
        }
        differs
    }
}

/// What a keyword is called in the file that it stands in.
fn named(judge: &Judge<'_>, event: &Event, set: &SchemaSet, point: &Point) -> Untested {
    let EventModel { notes, .. } = judge.model;
    let note = notes.get(point.schema.0 as usize).cloned().unwrap_or_default();
    let document = judge.package.sources.documents.get(note.document.0);
    let node = document.and_then(|document| document.root.descendant(&note.path));
    let member = node.and_then(|node| point.keyword.names().iter().find_map(|name| node.member(name)));
    let (keyword, path) = match set.get(point.schema).never.then(|| note.path.split_last()).flatten() {
        // Of `additionalProperties: false` that is the keyword, and its schema has it.
        Some((last, above)) => (last.clone(), above.to_vec()),
        None => (point.keyword.called(member.map(|member| member.name.as_str())), note.path.clone()),
    };
    let place = match (document, member) {
        (Some(document), Some(member)) => document.place(&member.name_span),
        _ => note.place.clone(),
    };
    Untested { event: event.name.clone(), keyword, pointer: join(path.iter().map(String::as_str)), place }
}
