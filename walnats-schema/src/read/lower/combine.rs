//! `allOf`, `anyOf`, `oneOf`, `not`, `if`; and how parts of a schema become ids.

use crate::{Condition, Schema, SchemaId};

use super::Lowerer;
use super::schema_object::SchemaObject;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn combine(&mut self, object: &SchemaObject<'_, 'a>, schema: &mut Schema) {
        let all_of = self.parts(object, "allOf");
        schema.all_of.extend(all_of);
        schema.any_of = self.parts(object, "anyOf");
        schema.one_of = self.parts(object, "oneOf");
        // A choice between nothing.
        let is_empty = |keyword| object.items(keyword).is_some_and(|items| items.is_empty());
        schema.never |= is_empty("anyOf") || is_empty("oneOf");
        schema.not = self.part(object, "not");
        if let Some(if_) = self.part(object, "if") {
            let (then, else_) = (self.part(object, "then"), self.part(object, "else"));
            schema.condition = Some(Condition { if_, then, else_ });
        }
    }

    /// The schema that a keyword is.
    pub(super) fn part(&mut self, object: &SchemaObject<'_, 'a>, keyword: &str) -> Option<SchemaId> {
        let node = object.value(keyword)?;
        Some(self.id(self.registry.child(object.location, &[keyword], node)))
    }

    /// The schemas that a keyword lists.
    pub(super) fn parts(&mut self, object: &SchemaObject<'_, 'a>, keyword: &str) -> Vec<SchemaId> {
        let items = object.items(keyword).unwrap_or_default().iter().enumerate();
        items
            .map(|(index, node)| self.id(self.registry.child(object.location, &[keyword, &index.to_string()], node)))
            .collect()
    }

    /// The schemas that a keyword has by name.
    pub(super) fn members(&mut self, object: &SchemaObject<'_, 'a>, keyword: &str) -> Vec<(String, SchemaId)> {
        let members = object.value(keyword).map_or(&[][..], |node| node.members()).iter();
        members
            .map(|member| {
                let location = self.registry.child(object.location, &[keyword, &member.name], &member.value);
                (member.name.clone(), self.id(location))
            })
            .collect()
    }
}
