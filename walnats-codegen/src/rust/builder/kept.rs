//! Enumerations and unions that keep what a newer writer adds: those that a tolerant event reaches, and whose values no other
//! type has to tell apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Number;
use walnats_schema::{JsonType, Kept, SchemaId, reached};

use super::Builder;
use crate::model::EventModel;
use crate::model::Payload;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schemas::{Schemas, has_rules};
use crate::rust::types::{Adjacent, Body, Dispatch, Enum, EnumKind, Form, ItemId, Type, Typed, Types, Union, Variant};

/// What is noted while types are made.
#[derive(Default)]
pub(super) struct Notes {
    /// Schemas that apply alone at some place, and the item that values are there; whether `null` is another value.
    places: BTreeMap<SchemaId, (ItemId, bool)>,
    /// Schemas that list numbers which are floats in Rust, and whether they list `null`.
    floats: BTreeMap<SchemaId, bool>,
    /// Of enums and unions, the schemas that they are made of.
    parts: BTreeMap<ItemId, BTreeSet<SchemaId>>,
    /// Enums of which nothing is asked but to be listed.
    plain: BTreeSet<ItemId>,
    /// Unions of the types of values that one schema lists, with these types.
    mixed: BTreeMap<ItemId, JsonTypes>,
    /// Schemas whose values tell others apart, or which apply together with others.
    fixed: BTreeSet<SchemaId>,
}

impl Notes {
    /// Notes what values are at a place where all of `ids` apply, and whether they only have to be among several that are listed.
    pub(super) fn place(&mut self, schemas: &Schemas<'_>, ids: &[SchemaId], typed: &Typed, is_list: bool) {
        let (inner, null) = match &typed.ty {
            Type::Nullable(inner) => (&**inner, true),
            _ => (typed, false),
        };
        match (ids, &inner.ty) {
            ([id], Type::Item(item)) if inner.is_exact() && typed.is_exact() => {
                self.places.insert(*id, (*item, null));
            }
            ([id], Type::Float) if is_list => drop(self.floats.insert(*id, null)),
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

    /// Notes a union of the types of values that a schema lists.
    pub(super) fn mixed(&mut self, item: ItemId, json_types: JsonTypes) {
        self.mixed.insert(item, json_types);
    }

    /// Notes that `part` lists some of the values of a union, which keeps what neither of them lists.
    pub(super) fn part_of_mixed(&mut self, part: &Typed) {
        if let Type::Item(item) = part.ty {
            self.parts.remove(&item);
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
        let notes = std::mem::take(&mut self.kept);
        let keepable: BTreeMap<ItemId, Kept> =
            self.types.ids().filter_map(|item| Some((item, notes.keepable(&self.types, item)?))).collect();
        let placed: BTreeSet<ItemId> = notes.places.values().map(|(item, _)| *item).collect();
        let others = notes.parts.iter().filter(|(item, _)| !placed.contains(item) || !keepable.contains_key(item));
        let fixed: BTreeSet<SchemaId> = others.flat_map(|(_, ids)| ids).chain(&notes.fixed).copied().collect();
        let is_kept = |id: &SchemaId| reached.contains(id) && !fixed.contains(id);
        for (id, (item, null)) in notes.places.into_iter().filter(|(id, _)| is_kept(id)) {
            let Some(kept) = keepable.get(&item) else { continue };
            match &mut self.types.items[item].body {
                Body::Enum(body) => body.keeps_unknown = true,
                Body::Union(body) => body.keeps_unknown = true,
                _ => continue,
            }
            self.types.kept.insert(id, or_null(kept.clone(), null));
        }
        for (id, null) in notes.floats.into_iter().filter(|(id, _)| is_kept(id)) {
            self.types.kept.insert(id, or_null(Kept::Value { types: vec![JsonType::Number], range: None }, null));
        }
    }
}

impl Notes {
    /// What an item keeps, if it can keep anything.
    fn keepable(&self, types: &Types, item: ItemId) -> Option<Kept> {
        match &types.items[item].body {
            Body::Enum(body) if body.values.len() > 1 && self.plain.contains(&item) => of_enum(body),
            Body::Union(body) => match &body.dispatch {
                Dispatch::Tag(tag) => {
                    let known = body.variants.iter().flat_map(|variant| variant.tags.iter().cloned()).collect();
                    Some(Kept::Variant { tag: tag.clone(), known })
                }
                Dispatch::Wrapped => of_wrapped(body),
                Dispatch::Member => of_members(types, body),
                Dispatch::JsonType => {
                    self.mixed.get(&item).map(|mixed| Kept::Value { types: mixed.names(), range: None })
                }
                Dispatch::Attempt => None,
            },
            _ => None,
        }
    }
}

fn of_enum(body: &Enum) -> Option<Kept> {
    match body.kind {
        EnumKind::Strings => Some(Kept::Value { types: vec![JsonType::String], range: None }),
        EnumKind::OpenStrings => None,
        EnumKind::Integers(integer) => {
            let (least, most) = integer.range();
            let range = Some([Number::from_i128(least)?, Number::from_i128(most)?]);
            Some(Kept::Value { types: vec![JsonType::Integer], range })
        }
    }
}

/// Of an enum as serde writes it.
fn of_wrapped(body: &Union) -> Option<Kept> {
    let (mut tag, mut tagged) = (None, Vec::new());
    let (mut known, mut strings) = (Vec::new(), Vec::new());
    for variant in &body.variants {
        match variant.form.clone() {
            Form::Plain => return None,
            Form::Unit(text, _) => strings.push(text),
            Form::Member(name) => known.push(name),
            Form::Adjacent(Adjacent { tag: name, text, .. }) => {
                tag = Some(name);
                tagged.push(text);
            }
        }
    }
    Some(match tag {
        Some(tag) => Kept::Variant { tag, known: tagged },
        None => Kept::Member { known, strings },
    })
}

/// Of a union of objects that have one member each, and no other.
fn of_members(types: &Types, body: &Union) -> Option<Kept> {
    let only_member = |variant: &Variant| {
        let Type::Item(item) = variant.typed.ty else { return None };
        let Body::Struct(object) = &types.items[item].body else { return None };
        let [field] = object.fields.as_slice() else { return None };
        let is_only = variant.typed.is_exact() && object.additional.is_none() && field.required;
        (is_only && variant.tags == [field.name.clone()]).then(|| field.name.clone())
    };
    let known = body.variants.iter().map(only_member).collect::<Option<_>>()?;
    Some(Kept::Member { known, strings: Vec::new() })
}

/// The same of a schema that accepts `null`, too, or does not.
fn or_null(kept: Kept, null: bool) -> Kept {
    match kept {
        Kept::Value { mut types, range } if null => {
            types.push(JsonType::Null);
            Kept::Value { types, range }
        }
        kept => kept,
    }
}
