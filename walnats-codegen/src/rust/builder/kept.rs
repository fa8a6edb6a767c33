//! Enumerations and unions that keep what a newer writer adds: those that a tolerant event reaches, and whose values no other
//! type has to tell apart.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{Kept, SchemaId, reached};

use super::Builder;
use crate::model::EventModel;
use crate::model::Payload;
use crate::rust::conjunction::Conjunction;
use crate::rust::schemas::{Schemas, has_rules};
use crate::rust::types::{Body, Dispatch, EnumKind, ItemId, Type, Typed};

/// What is noted while types are made.
#[derive(Default)]
pub(super) struct Notes {
    /// Schemas that apply alone at some place, and the item that values are there; whether `null` is another value.
    places: BTreeMap<SchemaId, (ItemId, bool)>,
    /// Of enums and unions, the schemas that they are made of.
    parts: BTreeMap<ItemId, BTreeSet<SchemaId>>,
    /// Enums of which nothing is asked but to be listed.
    plain: BTreeSet<ItemId>,
    /// Schemas whose values tell others apart, or which apply together with others.
    fixed: BTreeSet<SchemaId>,
}

impl Notes {
    /// Notes what values are at a place where all of `ids` apply.
    pub(super) fn place(&mut self, schemas: &Schemas<'_>, ids: &[SchemaId], typed: &Typed) {
        let (inner, null) = match &typed.ty {
            Type::Nullable(inner) => (&**inner, true),
            _ => (typed, false),
        };
        match (ids, &inner.ty) {
            ([id], Type::Item(item)) if inner.is_exact() && typed.is_exact() => {
                self.places.insert(*id, (*item, null));
            }
            ([_], _) => {}
            _ => self.fix(schemas, ids),
        }
    }

    /// Notes that what `ids` list is all there is, wherever they apply.
    pub(super) fn fix(&mut self, schemas: &Schemas<'_>, ids: &[SchemaId]) {
        self.fixed.extend(schemas.set.conjuncts(ids));
    }

    /// Notes what an enum or a union is made of.
    pub(super) fn made(&mut self, schemas: &Schemas<'_>, item: ItemId, conjunction: &Conjunction) {
        let groups = conjunction.groups.iter().map(|group| group.id);
        self.parts.entry(item).or_default().extend(conjunction.own.iter().copied().chain(groups));
        if !conjunction.schemas(schemas.set).any(has_rules) {
            self.plain.insert(item);
        }
    }
}

impl Builder<'_> {
    /// Marks the items that keep what they do not know, and notes at which schemas.
    pub(super) fn keep(&mut self, model: &EventModel) {
        let roots = model.events.iter().filter(|event| model.is_read_tolerantly(event));
        let roots = roots.filter_map(|event| match event.payload {
            Payload::Json(id) => Some(id),
            Payload::Protobuf(_) => None,
        });
        let reached = reached(&model.schemas, roots);
        if reached.is_empty() {
            return;
        }
        let Notes { places, parts, plain, mut fixed } = std::mem::take(&mut self.kept);
        let can_keep = |item: ItemId| match &self.types.items[item].body {
            Body::Enum(body) => body.kind == EnumKind::Strings && body.values.len() > 1 && plain.contains(&item),
            Body::Union(body) => matches!(body.dispatch, Dispatch::Tag(_)),
            _ => false,
        };
        let placed: BTreeSet<ItemId> = places.values().map(|(item, _)| *item).collect();
        let others = parts.iter().filter(|(item, _)| !placed.contains(item) || !can_keep(**item));
        fixed.extend(others.flat_map(|(_, ids)| ids));
        let kept: BTreeMap<SchemaId, (ItemId, bool)> = places
            .into_iter()
            .filter(|(id, (item, _))| reached.contains(id) && !fixed.contains(id) && can_keep(*item))
            .collect();
        for (id, (item, null)) in kept {
            let kept = match &mut self.types.items[item].body {
                Body::Enum(body) => {
                    body.keeps_unknown = true;
                    Kept::Value { null }
                }
                Body::Union(body) => {
                    body.keeps_unknown = true;
                    let Dispatch::Tag(tag) = &body.dispatch else { continue };
                    let known = body.variants.iter().flat_map(|variant| variant.tags.iter().cloned()).collect();
                    Kept::Variant { tag: tag.clone(), known }
                }
                _ => continue,
            };
            self.types.kept.insert(id, kept);
        }
    }
}
