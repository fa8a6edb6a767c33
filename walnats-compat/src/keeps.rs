//! Whether a change of schemas keeps every payload valid that was.

use std::collections::HashMap;
use std::time::Duration;

use walnats_codegen::fix::Change;
use walnats_codegen::model::{EventModel, Payload};
use walnats_schema::{Schema, SchemaId};

use crate::json::{Limits, Root, Same, is_contained};

/// How much a proof of one place may take. The steps decide, so that a slow machine comes to the same result; the time is for what
/// no step counts.
const LIMITS: Limits = Limits { steps: 20_000, steps_for_a_place: 5_000, time: Duration::from_secs(20) };
/// How deep schemas that differ are compared part by part.
const DEPTH: usize = 64;

/// Whether it is proven that every payload that was valid stays valid: of each event, and by the schema of each file. Unless the
/// change may widen, no other payload becomes valid either.
pub fn keeps(change: &Change<'_>) -> bool {
    let Change { before, after, .. } = *change;
    let same = Same::new(&before.schemas, &after.schemas);
    let mut proof = Proof { change: *change, same, known: HashMap::new() };
    let Some(mut roots) = roots(before, after) else { return false };
    roots.sort_unstable();
    roots.dedup();
    roots.into_iter().all(|(old, new)| proof.is_kept(old, new, DEPTH))
}

struct Proof<'c> {
    change: Change<'c>,
    same: Same,
    /// What is decided, and `true` for what is being looked at: values are finite, so that what rests on itself holds.
    known: HashMap<(SchemaId, SchemaId), bool>,
}

impl Proof<'_> {
    fn is_kept(&mut self, old: SchemaId, new: SchemaId, depth: usize) -> bool {
        if self.same.is_same(old, new) {
            return true;
        }
        if let Some(known) = self.known.get(&(old, new)) {
            return *known;
        }
        self.known.insert((old, new), true);
        let parts = self.parts(old, new).filter(|_| depth > 0);
        let is_kept = match parts {
            Some(parts) => parts.into_iter().all(|(old, new)| self.is_kept(old, new, depth - 1)),
            None => self.is_contained(old, new),
        };
        self.known.insert((old, new), is_kept);
        is_kept
    }

    fn is_contained(&self, old: SchemaId, new: SchemaId) -> bool {
        let Change { before, after, may_widen } = self.change;
        let (old, new) = (Root { set: &before.schemas, id: old }, Root { set: &after.schemas, id: new });
        is_contained(old, new, &LIMITS) && (may_widen || is_contained(new, old, &LIMITS))
    }

    /// The parts of two schemas that differ in nothing else, if what holds of each part holds of the whole.
    fn parts(&self, old: SchemaId, new: SchemaId) -> Option<Vec<(SchemaId, SchemaId)>> {
        let Change { before, after, may_widen } = self.change;
        let (old, new) = (before.schemas.get(old), after.schemas.get(new));
        // What is evaluated depends on more than which values are valid; so do dynamic references.
        let is_plain = |schema: &Schema| {
            schema.array.unevaluated_items.is_none()
                && schema.object.unevaluated_properties.is_none()
                && schema.dynamic_reference.is_none()
                && schema.resource.is_none()
        };
        if !is_plain(old) || !is_plain(new) || !is_alike(old, new) {
            return None;
        }
        // Where more values count as fewer, or as too many, parts have to stay as they are.
        let is_fixed = !may_widen
            || fixed_parts(old).into_iter().zip(fixed_parts(new)).all(|(old, new)| self.same.is_same(old, new));
        is_fixed.then(|| old.children().into_iter().zip(new.children()).collect())
    }
}

/// Whether two schemas have the same keywords, with the same values but for the schemas in them.
fn is_alike(old: &Schema, new: &Schema) -> bool {
    let without_parts = |schema: &Schema| {
        let mut schema = schema.clone();
        schema.children_mut().into_iter().for_each(|id| *id = SchemaId(0));
        schema
    };
    without_parts(old) == without_parts(new)
}

/// The parts of a schema of which it may refuse more values when they accept more.
fn fixed_parts(schema: &Schema) -> Vec<SchemaId> {
    let condition = schema.condition.iter().map(|condition| condition.if_);
    let contains = schema.array.contains.iter().map(|contains| contains.schema);
    schema.one_of.iter().chain(&schema.not).copied().chain(condition).chain(contains).collect()
}

/// The schemas that payloads are judged by, before and after; `None` if one is gone.
fn roots(before: &EventModel, after: &EventModel) -> Option<Vec<(SchemaId, SchemaId)>> {
    let mut roots = Vec::new();
    for event in &before.events {
        let Payload::Json(old) = event.payload else { continue };
        let now = after.events.iter().find(|now| now.name == event.name)?;
        let Payload::Json(new) = now.payload else { return None };
        roots.push((old, new));
    }
    let of_files = |model: &EventModel| -> HashMap<usize, SchemaId> {
        let notes = (0..).map(SchemaId).zip(&model.notes);
        notes.filter(|(_, note)| note.path.is_empty()).map(|(id, note)| (note.document.0, id)).collect()
    };
    let new = of_files(after);
    // Of a file that nothing refers to any more, no payload is left.
    roots.extend(of_files(before).into_iter().filter_map(|(document, old)| Some((old, *new.get(&document)?))));
    Some(roots)
}
