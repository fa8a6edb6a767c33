//! `allOf`, `anyOf`, `oneOf`, `not`, `if`; and how parts of a schema become ids.

use crate::{Condition, Schema, SchemaId};

use super::Lowerer;
use super::subject::Subject;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn combine(&mut self, subject: &Subject<'_, 'a>, schema: &mut Schema) {
        let all_of = self.parts(subject, "allOf");
        schema.all_of.extend(all_of);
        schema.any_of = self.parts(subject, "anyOf");
        schema.one_of = self.parts(subject, "oneOf");
        // A choice between nothing.
        let is_empty = |keyword| subject.items(keyword).is_some_and(|items| items.is_empty());
        schema.never |= is_empty("anyOf") || is_empty("oneOf");
        schema.not = self.part(subject, "not");
        if let Some(if_) = self.part(subject, "if") {
            let (then, else_) = (self.part(subject, "then"), self.part(subject, "else"));
            schema.condition = Some(Condition { if_, then, else_ });
        }
    }

    /// The schema that a keyword is.
    pub(super) fn part(&mut self, subject: &Subject<'_, 'a>, keyword: &str) -> Option<SchemaId> {
        let node = subject.value(keyword)?;
        Some(self.id(self.registry.child(subject.location, &[keyword], node)))
    }

    /// The schemas that a keyword lists.
    pub(super) fn parts(&mut self, subject: &Subject<'_, 'a>, keyword: &str) -> Vec<SchemaId> {
        let items = subject.items(keyword).unwrap_or_default().iter().enumerate();
        items
            .map(|(index, node)| self.id(self.registry.child(subject.location, &[keyword, &index.to_string()], node)))
            .collect()
    }

    /// The schemas that a keyword has by name.
    pub(super) fn members(&mut self, subject: &Subject<'_, 'a>, keyword: &str) -> Vec<(String, SchemaId)> {
        let members = subject.value(keyword).map_or(&[][..], |node| node.members()).iter();
        members
            .map(|member| {
                let location = self.registry.child(subject.location, &[keyword, &member.name], &member.value);
                (member.name.clone(), self.id(location))
            })
            .collect()
    }
}
