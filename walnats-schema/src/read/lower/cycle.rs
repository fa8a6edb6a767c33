//! References that go round without ever looking at a part of the instance: validation would not end.

use std::collections::HashMap;

use super::Annotations;
use crate::{Schema, SchemaId, SchemaSet};

use crate::read::diagnostic::{Diagnostic, Place, Report};

/// How far a schema has been looked at.
#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// Reports every such round, and cuts it where it closes: `true` stands there from then on, so that the schemas
/// stay usable where the finding is only a warning.
pub(super) fn cut(
    set: &mut SchemaSet,
    annotations: &mut Vec<Annotations>,
    references: &HashMap<SchemaId, Place>,
    report: &mut Report,
) {
    let closing = closing(set, annotations, references, report);
    if closing.is_empty() {
        return;
    }
    let accepts_all = SchemaId(u32::try_from(set.schemas.len()).unwrap_or(u32::MAX));
    let place = annotations[closing[0].0].clone();
    for (from, to) in closing {
        let schema = &mut set.schemas[from];
        let ids = schema.reference.iter_mut().chain(&mut schema.not);
        let ids = ids.chain(&mut schema.all_of).chain(&mut schema.any_of).chain(&mut schema.one_of);
        let ids = ids.chain(schema.object.dependent_schemas.iter_mut().map(|(_, dependent)| dependent));
        let condition = schema.condition.iter_mut();
        let ids = ids.chain(condition.flat_map(|condition| {
            std::iter::once(&mut condition.if_).chain(&mut condition.then).chain(&mut condition.else_)
        }));
        let ids = ids.chain(schema.dynamic_reference.iter_mut().map(|reference| &mut reference.fallback));
        ids.filter(|id| id.0 as usize == to).for_each(|id| *id = accepts_all);
    }
    set.schemas.push(Schema::default());
    annotations.push(Annotations {
        document: place.document,
        path: place.path,
        place: place.place,
        ..Annotations::default()
    });
}

/// The last step of each round: from which schema to which.
fn closing(
    set: &SchemaSet,
    annotations: &[Annotations],
    references: &HashMap<SchemaId, Place>,
    report: &mut Report,
) -> Vec<(usize, usize)> {
    let mut closing = Vec::new();
    let mut visits = vec![Visit::Not; set.schemas.len()];
    for start in 0..set.schemas.len() {
        if visits[start] != Visit::Not {
            continue;
        }
        visits[start] = Visit::Open;
        // The way from the start, each schema with what is still to be looked at from there.
        let mut way = vec![(start, in_place(set, start))];
        while let Some((schema, next)) = way.last_mut() {
            let Some(next) = next.pop() else {
                visits[*schema] = Visit::Done;
                way.pop();
                continue;
            };
            let next = next.0 as usize;
            match visits[next] {
                Visit::Not => {
                    visits[next] = Visit::Open;
                    way.push((next, in_place(set, next)));
                }
                Visit::Open => {
                    let begin = way.iter().position(|(schema, _)| *schema == next).unwrap_or(0);
                    let round: Vec<usize> = way[begin..].iter().map(|(schema, _)| *schema).collect();
                    report.push(endless(&round, annotations, references));
                    closing.push((way[way.len() - 1].0, next));
                }
                Visit::Done => {}
            }
        }
    }
    closing
}

/// The schemas that apply to the very instance that a schema applies to.
fn in_place(set: &SchemaSet, index: usize) -> Vec<SchemaId> {
    let schema: &Schema = &set.schemas[index];
    let mut next: Vec<SchemaId> = schema.direct_conjuncts().chain(schema.not).collect();
    next.extend(schema.any_of.iter().chain(&schema.one_of));
    next.extend(schema.object.dependent_schemas.iter().map(|(_, dependent)| dependent));
    if let Some(condition) = &schema.condition {
        next.push(condition.if_);
        next.extend(condition.then.into_iter().chain(condition.else_));
    }
    if let Some(reference) = &schema.dynamic_reference {
        // Where several resources have the anchor, it depends on the instance whether this goes round.
        let has_anchor = |(name, _): &(String, SchemaId)| *name == reference.anchor;
        let anchors = set.resources.iter().filter(|resource| resource.dynamic_anchors.iter().any(has_anchor)).count();
        if anchors <= 1 {
            next.push(reference.fallback);
        }
    }
    next
}

fn endless(round: &[usize], annotations: &[Annotations], references: &HashMap<SchemaId, Place>) -> Diagnostic {
    let ids = round.iter().map(|&index| SchemaId(u32::try_from(index).unwrap_or(u32::MAX)));
    let place = ids.rev().find_map(|id| references.get(&id)).or(round.first().map(|&index| &annotations[index].place));
    let message = "this reference leads back to itself without looking at any part of the value";
    let help = "recursion must go through a property or an item: `properties`, `items`, `additionalProperties`";
    Diagnostic::error("WN0204", place.cloned().unwrap_or_default(), message).help(help)
}
