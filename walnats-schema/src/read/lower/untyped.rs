//! Schemas behind a `$ref` or in an `allOf` that stand for a whole value, and leave its type open.

use std::collections::HashSet;

use super::Lowerer;
use super::doubtful::{OF_OBJECTS, OF_TYPES, asks_something, is_composed, is_whole_value, without_type};
use crate::read::document::{Document, Member, Node};
use crate::{ArrayRules, JsonType, NumberRules, ObjectRules, Schema, SchemaId, StringRules};

/// A keyword that asks something of values of one type.
struct Asking<'a> {
    document: &'a Document,
    schema: &'a Node,
    keyword: &'a Member,
    /// `object`
    name: &'static str,
    /// `an object`
    article: &'static str,
}

impl<'a> Lowerer<'a, '_> {
    /// What a schema leaves open by itself is reported where it is read; here it takes all that apply together.
    pub(super) fn note_untyped(&mut self, roots: &[Option<SchemaId>]) {
        let mut seen = HashSet::new();
        let besides_null: HashSet<SchemaId> =
            self.set.schemas.iter().filter_map(|schema| self.besides_null(schema)).collect();
        for id in (0..).map(SchemaId).take(self.set.schemas.len()) {
            let is_whole = is_whole_value(&self.annotations[id.0 as usize].path);
            let is_seen_alone = is_whole && self.is_alone(id);
            let is_value = is_whole || roots.contains(&Some(id)) || besides_null.contains(&id);
            if is_seen_alone || !is_value {
                continue;
            }
            let parts = self.set.conjuncts(&[id]);
            if parts.iter().any(|part| says_type(self.set.get(*part))) {
                continue;
            }
            let composed = is_composed(&self.annotations[id.0 as usize].path);
            let asking = parts.into_iter().find_map(|part| Some((part, self.asking(part, composed)?)));
            let Some((part, asking)) = asking else { continue };
            let is_reported = is_whole_value(&self.annotations[part.0 as usize].path) && self.is_alone(part);
            if !is_reported && seen.insert(part) {
                let Asking { document, schema, keyword, name, article } = asking;
                self.warn_of_unknown(without_type(document, schema, keyword, (name, article)));
            }
        }
    }

    /// The one branch next to `null`, of a choice that says nothing more.
    fn besides_null(&self, schema: &Schema) -> Option<SchemaId> {
        let is_null = |id: &&SchemaId| self.set.get(**id).types.as_deref() == Some(&[JsonType::Null]);
        let branches = [&schema.any_of, &schema.one_of].into_iter().find(|branches| branches.len() == 2)?;
        let (null, others): (Vec<&SchemaId>, Vec<&SchemaId>) = branches.iter().partition(is_null);
        let is_free = schema.types.is_none() && schema.direct_conjuncts().next().is_none();
        others.first().filter(|_| null.len() == 1 && is_free).map(|id| **id)
    }

    /// Whether nothing applies together with the schema.
    fn is_alone(&self, id: SchemaId) -> bool {
        self.set.get(id).direct_conjuncts().next().is_none()
    }

    /// The first keyword of the schema that asks something of values of one type.
    fn asking(&self, id: SchemaId, is_composed: bool) -> Option<Asking<'a>> {
        let note = &self.annotations[id.0 as usize];
        let document = self.registry.document(note.document);
        let schema = document.root.descendant(&note.path).filter(|_| self.registry.is_given(note.document))?;
        let rules = self.set.get(id);
        let kinds =
            [("object", "an object", &OF_OBJECTS[..])].into_iter().chain(OF_TYPES.into_iter().filter(|_| !is_composed));
        kinds.filter(|(name, ..)| asks(rules, name)).find_map(|(name, article, keywords)| {
            let mut present = keywords.iter().filter_map(|keyword| schema.member(keyword));
            let keyword = present.find(|member| asks_something(member))?;
            Some(Asking { document, schema, keyword, name, article })
        })
    }
}

/// Whether a schema says what type its values are of, or leaves that to others that are not looked into.
fn says_type(schema: &Schema) -> bool {
    schema.never
        || schema.types.is_some()
        || schema.enumeration.is_some()
        || schema.dynamic_reference.is_some()
        || schema.not.is_some()
        || !schema.any_of.is_empty()
        || !schema.one_of.is_empty()
}

fn asks(schema: &Schema, name: &str) -> bool {
    match name {
        "object" => schema.object != ObjectRules::default(),
        "array" => schema.array != ArrayRules::default(),
        "string" => schema.string != StringRules::default(),
        _ => schema.number != NumberRules::default(),
    }
}
