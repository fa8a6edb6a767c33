//! The schemas that generated code asks at run time, by name.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{SchemaId, SchemaSet};

use super::schema_location::SchemaLocation;
use super::types::{Body, Judgement, Type, Typed, Types};
use crate::model::{EventModel, Payload};

/// The name of each schema that is asked: where it stands, which changes with nothing else.
pub fn names(model: &EventModel, types: &Types) -> BTreeMap<SchemaId, String> {
    let mut ids = BTreeSet::new();
    for item in &types.items {
        collect(&item.judgements, &mut ids);
        match &item.body {
            Body::Struct(body) => {
                body.fields
                    .iter()
                    .map(|field| &field.typed)
                    .chain(&body.additional)
                    .for_each(|typed| visit(typed, &mut ids));
            }
            Body::Union(body) => body.variants.iter().for_each(|variant| visit(&variant.typed, &mut ids)),
            Body::Newtype(typed) => visit(typed, &mut ids),
            Body::Enum(_) | Body::Alias(_) => {}
        }
    }
    types.payloads.iter().flatten().for_each(|typed| visit(typed, &mut ids));

    let mut used = super::names::UsedNames::default();
    ids.into_iter().map(|id| (id, used.give(&location(model, id)))).collect()
}

/// What the runtime embeds: the schemas of all events, and by what name each is asked.
pub fn schema_set(model: &EventModel, judged: &BTreeMap<SchemaId, String>, types: &Types) -> SchemaSet {
    let mut set = model.schemas.clone();
    set.kept = types.kept.clone();
    set.roots = judged.iter().map(|(id, name)| (name.clone(), *id)).collect();
    for event in &model.events {
        if let Payload::Json(id) = event.payload {
            set.roots.insert(event.name.clone(), id);
        }
    }
    set
}

/// `common/_address#/$defs/zip`; no event has such a name.
fn location(model: &EventModel, id: SchemaId) -> String {
    let location = SchemaLocation::of(&model.notes, id);
    let source = model.source(location.source).map_or("", |source| source.name.as_str());
    format!("{source}#{}", location.pointer())
}

fn visit(typed: &Typed, ids: &mut BTreeSet<SchemaId>) {
    collect(&typed.judgements, ids);
    match &typed.ty {
        Type::Array(inner) | Type::FixedArray(inner, _) | Type::Map(inner) | Type::Nullable(inner) => visit(inner, ids),
        Type::Tuple(items) => items.iter().for_each(|item| visit(item, ids)),
        _ => {}
    }
}

fn collect(judgements: &[Judgement], ids: &mut BTreeSet<SchemaId>) {
    ids.extend(judgements.iter().map(|judgement| judgement.id));
}
