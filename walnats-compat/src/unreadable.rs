//! Parts of schemas that have no meaning: each is undecided at its own place, and hides nothing elsewhere.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use walnats_codegen::lower::Unreadable;
use walnats_codegen::model::Event;
use walnats_codegen::model::Payload;
use walnats_schema::pointer::escape;
use walnats_schema::{Schema, SchemaId, SchemaSet, reached};

use crate::json::Root;
use crate::opinion::{Files, pointer};
use crate::side::Side;
use crate::{keyword, walk};

/// How many ways to such parts are followed.
const MAX_STATES: usize = 5_000;
/// How often one schema may be on a way: once around a recursion.
const MAX_TURNS: usize = 2;

/// Keywords that may ask for whatever other keywords ask for.
const OF_ANYTHING: [&str; 12] =
    ["$dynamicRef", "$recursiveRef", "$ref", "allOf", "anyOf", "const", "else", "enum", "if", "not", "oneOf", "then"];

/// A part that has no meaning, at a place of payloads.
pub(crate) struct Spot<'s> {
    pub(crate) part: &'s Unreadable,
    steps: Vec<String>,
    /// Whether more is accepted where the part accepts less: below a `oneOf`, a `not` or an `if`.
    is_asked: bool,
}

/// A reading of the parts below a `oneOf`, a `not` or an `if`: none of them decides more than the others for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// They accept everything.
    Anything,
    /// They accept nothing.
    Nothing,
    /// The first alternative of each `oneOf` that has no meaning accepts everything, and other parts accept nothing.
    First,
}

/// All readings.
pub(crate) const READINGS: [Reading; 3] = [Reading::Anything, Reading::Nothing, Reading::First];

/// The schemas of a set that accept nothing by a reading.
pub(crate) fn refused(set: &SchemaSet, spots: &[Spot<'_>], reading: Reading) -> BTreeSet<SchemaId> {
    let is_always_asked = |spot: &&Spot<'_>| {
        spots.iter().filter(|other| other.part.schema == spot.part.schema).all(|other| other.is_asked)
    };
    let asked = spots.iter().filter(|_| reading != Reading::Anything).filter(is_always_asked);
    let mut refused: BTreeSet<SchemaId> = asked.map(|spot| spot.part.schema).collect();
    if reading == Reading::First {
        let firsts = set.schemas.iter().filter_map(|schema| schema.one_of.iter().find(|id| refused.contains(id)));
        let firsts: Vec<SchemaId> = firsts.copied().collect();
        refused.retain(|id| !firsts.contains(id));
    }
    refused
}

/// The set with schemas that accept nothing.
pub(crate) fn refusing<'s>(set: &'s SchemaSet, schemas: &BTreeSet<SchemaId>) -> Cow<'s, SchemaSet> {
    if schemas.is_empty() {
        return Cow::Borrowed(set);
    }
    let mut set = set.clone();
    for id in schemas {
        if let Some(schema) = set.schemas.get_mut(id.0 as usize) {
            *schema = Schema { never: true, resource: schema.resource, ..Schema::default() };
        }
    }
    Cow::Owned(set)
}

/// Whether a place of payloads holds such a part, or is in one.
pub(crate) fn is_related(spots: &[Spot<'_>], place: &[String]) -> bool {
    let is_same = |(one, other): (&String, &String)| one == other || one == "*" || other == "*";
    spots.iter().any(|spot| spot.is_asked && spot.steps.iter().zip(place).all(is_same))
}

impl Spot<'_> {
    /// The place as a JSON Pointer, with `*` for any item or member.
    pub(crate) fn pointer(&self) -> String {
        self.steps.iter().map(|step| format!("/{}", escape(step))).collect()
    }
}

/// The parts without a meaning that an event's schema reaches.
pub(crate) fn parts<'s>(side: &'s Side, event: &Event) -> Vec<&'s Unreadable> {
    let Payload::Json(root) = event.payload else { return Vec::new() };
    if side.unreadable.is_empty() {
        return Vec::new();
    }
    let reached = reached(&side.model.schemas, [root]);
    side.unreadable.iter().filter(|part| reached.contains(&part.schema)).collect()
}

/// Where in payloads they are, every place of each; `None` if there are too many ways to follow.
pub(crate) fn spots<'s>(set: &SchemaSet, root: SchemaId, parts: &[&'s Unreadable]) -> Option<Vec<Spot<'s>>> {
    let wanted: BTreeSet<SchemaId> = parts.iter().map(|part| part.schema).collect();
    let leads: BTreeSet<SchemaId> = reached(set, [root])
        .into_iter()
        .filter(|id| reached(set, [*id]).iter().any(|inner| wanted.contains(inner)))
        .collect();
    let mut spots: Vec<Spot<'s>> = Vec::new();
    let mut waiting = std::collections::VecDeque::from([(vec![root], Vec::<String>::new(), false)]);
    let mut states = 0;
    while let Some((way, steps, is_asked)) = waiting.pop_front() {
        states += 1;
        if states > MAX_STATES {
            return None;
        }
        let Some(&id) = way.last() else { continue };
        for part in parts.iter().filter(|part| part.schema == id) {
            match spots.iter_mut().find(|known| known.part == *part && known.steps == steps) {
                Some(known) => known.is_asked &= is_asked,
                None => spots.push(Spot { part, steps: steps.clone(), is_asked }),
            }
        }
        for (step, child) in below(set.get(id)) {
            let turns = way.iter().filter(|other| **other == child).count();
            if !leads.contains(&child) || turns >= MAX_TURNS {
                continue;
            }
            let schema = set.get(id);
            let is_condition = schema.condition.as_ref().is_some_and(|condition| condition.if_ == child);
            let is_asked = is_asked || is_condition || schema.not == Some(child) || schema.one_of.contains(&child);
            let way = way.iter().copied().chain([child]).collect();
            waiting.push_back((way, steps.iter().cloned().chain(step).collect(), is_asked));
        }
    }
    Some(spots)
}

/// The schemas that one names, each with the step that leads to what it is asked of.
fn below(schema: &Schema) -> Vec<(Option<String>, SchemaId)> {
    let Schema { array, object, .. } = schema;
    let any = || Some("*".to_owned());
    let mut below: Vec<(Option<String>, SchemaId)> = Vec::new();
    below.extend(object.properties.iter().map(|(name, id)| (Some(name.clone()), *id)));
    below.extend(object.pattern_properties.iter().map(|(_, id)| (any(), *id)));
    let others = [object.additional_properties, object.unevaluated_properties, array.items, array.unevaluated_items];
    below.extend(others.into_iter().flatten().map(|id| (any(), id)));
    below.extend(array.contains.iter().map(|contains| (any(), contains.schema)));
    below.extend(array.prefix_items.iter().enumerate().map(|(at, id)| (Some(at.to_string()), *id)));
    let known: BTreeSet<SchemaId> = below.iter().map(|(_, id)| *id).collect();
    below.extend(schema.children().into_iter().filter(|id| !known.contains(id)).map(|id| (None, id)));
    below
}

/// The writer's schemas with what the reader says in the places of parts without a meaning: what is written there is taken to
/// be what is read, so that only what differs elsewhere is a difference. Where a part that accepts less makes others accept
/// more, this would be no such assumption: it stays as `writer` has it.
pub(crate) fn assumed<'w>(writer: &'w SchemaSet, reader: Root<'_>, spots: &[Spot<'_>]) -> Cow<'w, SchemaSet> {
    if spots.iter().all(|spot| spot.is_asked) {
        return Cow::Borrowed(writer);
    }
    let mut set = writer.clone();
    let offset = set.schemas.len() as u32;
    let moved = |mut schema: Schema| {
        schema.children_mut().into_iter().for_each(|id| id.0 += offset);
        if let Some(dynamic) = schema.dynamic_reference.take() {
            schema.all_of.push(dynamic.fallback);
        }
        schema.resource = None;
        schema
    };
    set.schemas.extend(reader.set.schemas.iter().cloned().map(moved));
    for Spot { part, steps, .. } in spots.iter().filter(|spot| !spot.is_asked) {
        let levels = walk::walk(reader.set, reader.id, None, steps);
        let level = levels.last().map(Vec::as_slice).unwrap_or_default();
        let asked: Vec<SchemaId> = match part.keyword.as_deref().filter(|keyword| !OF_ANYTHING.contains(keyword)) {
            Some(keyword) => {
                let parts = level.iter().map(|id| keyword::only(reader.set.get(*id), keyword));
                let parts: Vec<Schema> = parts.filter(|part| *part != Schema::default()).map(moved).collect();
                let first = set.schemas.len() as u32;
                set.schemas.extend(parts);
                (first..set.schemas.len() as u32).map(SchemaId).collect()
            }
            None => outermost(reader.set, level).into_iter().map(|id| SchemaId(id.0 + offset)).collect(),
        };
        if let Some(schema) = set.schemas.get_mut(part.schema.0 as usize) {
            schema.all_of.extend(asked);
        }
    }
    Cow::Owned(set)
}

/// Those that are not part of another one at the same place.
fn outermost(set: &SchemaSet, level: &[SchemaId]) -> Vec<SchemaId> {
    let (mut kept, mut inner): (Vec<SchemaId>, BTreeSet<SchemaId>) = Default::default();
    for &id in level {
        if !inner.contains(&id) {
            kept.push(id);
            inner.extend(walk::applied(set, [id]));
        }
    }
    kept
}

/// The files of a side without the parts that have no meaning, which another validator refuses to read.
pub(crate) fn without_parts(side: &Side, event: &Event, reading: Reading, files: &mut Files) {
    let parts = parts(side, event);
    let set = &side.model.schemas;
    let spots = match &event.payload {
        Payload::Json(root) if reading != Reading::Anything => spots(set, *root, &parts).unwrap_or_default(),
        _ => Vec::new(),
    };
    let refusing = refused(set, &spots, reading);
    for part in parts {
        let Some(note) = side.note(part.schema) else { continue };
        let Some(content) = side.document(note).and_then(|document| files.content(&document.name)) else { continue };
        let Some(schema) = content.pointer_mut(&pointer(&note.path)) else { continue };
        let stands_alone = part.keyword.as_deref() == Some("$ref") && note.draft.reference_stands_alone();
        if refusing.contains(&part.schema) {
            *schema = json!({ "not": {} });
            continue;
        }
        match (&part.keyword, schema) {
            (Some(keyword), Value::Object(members)) if !stands_alone => drop(members.remove(keyword)),
            (_, schema) => *schema = json!({}),
        }
    }
}
