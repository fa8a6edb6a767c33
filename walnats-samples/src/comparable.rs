//! What the crate `jsonschema` is known to judge in another way than walnats.

use std::collections::HashSet;

use walnats_codegen::load::{Node, NodeValue, SourceSet};
use walnats_codegen::model::EventModel;
use walnats_schema::SchemaId;
use walnats_schema::read::Draft;

/// Keywords that stand next to a `$ref` in an early draft and refuse nothing.
const NEUTRAL: [&str; 8] = ["$comment", "$defs", "$id", "$schema", "definitions", "description", "id", "title"];

/// Whether both validators are to agree on the schema `id`, with all that it refers to: formats of integers, and what stands
/// next to a `$ref` in the drafts before 2019-09, are judged differently.
pub fn is_comparable(id: SchemaId, model: &EventModel, sources: &SourceSet) -> bool {
    let (mut seen, mut waiting) = (HashSet::from([id]), vec![id]);
    while let Some(id) = waiting.pop() {
        if differs(id, model, sources) {
            return false;
        }
        let children = model.schemas.schemas.get(id.0 as usize).map(|schema| schema.children()).unwrap_or_default();
        waiting.extend(children.into_iter().filter(|child| seen.insert(*child)));
    }
    true
}

fn differs(id: SchemaId, model: &EventModel, sources: &SourceSet) -> bool {
    let schema = model.schemas.schemas.get(id.0 as usize);
    if schema.is_some_and(|schema| schema.number.format.is_some()) {
        return true;
    }
    let Some(note) = model.notes.get(id.0 as usize).filter(|note| note.draft < Draft::Draft201909) else {
        return false;
    };
    let Some(document) = sources.documents.get(note.document.0) else { return false };
    // A schema within one that is overruled by a `$ref` is asked for by nobody, but its own place is below the `$ref`.
    let mut node = Some(&document.root);
    let mut steps = note.path.iter();
    while let Some(here) = node {
        if has_overruled(here) {
            return true;
        }
        let Some(step) = steps.next() else { break };
        node = match &here.value {
            NodeValue::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => here.get(step),
        };
    }
    false
}

fn has_overruled(node: &Node) -> bool {
    let has_reference = node.get("$ref").is_some_and(|reference| reference.as_str().is_some());
    has_reference
        && node.members().iter().any(|member| member.name != "$ref" && !NEUTRAL.contains(&member.name.as_str()))
}
