//! Lints that take the search for differences: branches of `oneOf` that accept the same.

use std::collections::BTreeSet;
use std::time::Duration;

use walnats_codegen::diagnostic::{Diagnostic, Report};
use walnats_codegen::load::SourceSet;
use walnats_codegen::model::EventModel;
use walnats_schema::read::Contradictions;
use walnats_schema::{JsonType, Schema, SchemaId, SchemaSet, equal};

use crate::json::{Containment, Limits, Root, contained, is_contained};

/// How many questions are asked about a package at most, so that large unions do not hold up a check.
const MAX_QUESTIONS: usize = 400;
/// Unions of more branches are left alone.
const MAX_BRANCHES: usize = 32;
/// How deep members are looked at before a question is asked.
const DEPTH: usize = 6;
/// How much a question may take: what is not decided by then is not reported. The time is for the slowest machines.
const LIMITS: Limits = Limits { steps: 1_000, steps_for_a_place: 500, time: Duration::from_secs(5) };

/// Adds a finding for each branch of a `oneOf` that another one contains, and for branches that overlap.
pub fn check(model: &EventModel, sources: &SourceSet, report: &mut Report) {
    let (contains, overlaps) = (report.wants("WN0739"), report.wants("WN0740"));
    if !contains && !overlaps {
        return;
    }
    // The schemas of the package, and those that are negations of them.
    let mut negations = SchemaSet::default();
    if overlaps {
        negations.schemas.clone_from(&model.schemas.schemas);
    }
    let mut lint =
        Lint { set: &model.schemas, negations, contradictions: Contradictions::new(&model.schemas), questions: 0 };
    for (schema, note) in model.schemas.schemas.iter().zip(&model.notes) {
        if note.document.0 >= sources.documents.len() || schema.one_of.len() > MAX_BRANCHES {
            continue;
        }
        let place = |id: SchemaId| model.notes[id.0 as usize].place.clone();
        for (at, one) in schema.one_of.iter().enumerate() {
            for other in &schema.one_of[at + 1..] {
                if lint.are_disjoint(*one, *other) {
                    continue;
                }
                let wider = [(*other, *one), (*one, *other)];
                let wider = wider.into_iter().find(|(narrow, wide)| contains && lint.is_contained(*narrow, *wide));
                if let Some((narrow, wide)) = wider {
                    let message = "`oneOf` refuses every value of this branch: another branch accepts it, too";
                    let help = "tell the branches apart with a required `const`, or write `anyOf`";
                    let finding = Diagnostic::warning("WN0739", place(narrow), message).label("the narrower one");
                    report.push(finding.related(place(wide), "accepts all of that").help(help));
                } else if overlaps && let Some(value) = lint.shared(*one, *other) {
                    let message = format!("`oneOf` refuses `{value}`, because two branches accept it");
                    let help = "tell the branches apart with a required `const`, or write `anyOf`";
                    let finding = Diagnostic::warning("WN0740", place(*one), message);
                    report.push(finding.related(place(*other), "accepts it, too").help(help));
                }
            }
        }
    }
}

struct Lint<'s> {
    set: &'s SchemaSet,
    negations: SchemaSet,
    contradictions: Contradictions<'s>,
    questions: usize,
}

impl Lint<'_> {
    /// Whether all values of one branch are values of the other, and there are some.
    fn is_contained(&mut self, narrow: SchemaId, wide: SchemaId) -> bool {
        if !self.may_be_contained(narrow, wide, DEPTH)
            || self.contradictions.find(&[narrow]).is_some()
            || !self.may_ask()
        {
            return false;
        }
        let root = |id| Root { set: self.set, id };
        is_contained(root(narrow), root(wide), &LIMITS)
    }

    /// A value of both.
    fn shared(&mut self, one: SchemaId, other: SchemaId) -> Option<serde_json::Value> {
        if !self.set.resources.is_empty() || !self.may_ask() {
            return None;
        }
        let id = SchemaId(u32::try_from(self.negations.schemas.len()).ok()?);
        self.negations.schemas.push(Schema { not: Some(other), ..Schema::default() });
        let root = |id| Root { set: &self.negations, id };
        match contained(root(one), root(id), &LIMITS) {
            Containment::Differs(value) => Some(value),
            _ => None,
        }
    }

    fn may_ask(&mut self) -> bool {
        self.questions += 1;
        self.questions <= MAX_QUESTIONS
    }

    fn parts(&self, id: SchemaId) -> impl Iterator<Item = &Schema> {
        self.set.conjuncts(&[id]).into_iter().map(|id| self.set.get(id))
    }

    /// What can be seen at once: a schema that asks for more members, allows fewer types or lists fewer values contains nothing,
    /// and neither does one whose members are such. Wrong only where the narrow one has no such value.
    fn may_be_contained(&self, narrow: SchemaId, wide: SchemaId, depth: usize) -> bool {
        let types = self.types(wide);
        if narrow == wide || !self.types(narrow).iter().all(|one| types.contains(one)) {
            return narrow == wide;
        }
        if let Some(values) = self.values(narrow) {
            return values.iter().all(|value| self.set.is_valid(wide, value) || !self.set.is_valid(narrow, value));
        }
        if self.values(wide).is_some() {
            return false;
        }
        if self.types(narrow) != [JsonType::Object] || depth == 0 {
            return true;
        }
        let required = |id| -> BTreeSet<&str> {
            self.parts(id).flat_map(|part| &part.object.required).map(String::as_str).collect()
        };
        let is_closed = |part: &&Schema| part.object.additional_properties.is_some_and(|id| self.set.get(id).never);
        let closes = |id| self.parts(id).any(|part| is_closed(&part));
        if !required(wide).is_subset(&required(narrow)) || (closes(wide) && !closes(narrow)) {
            return false;
        }
        let refuses = |part: &Schema, name: &str| {
            is_closed(&part)
                && part.object.pattern_properties.is_empty()
                && !part.object.properties.iter().any(|(property, _)| property == name)
        };
        let mut members = self.parts(narrow).flat_map(|part| &part.object.properties);
        members.all(|(name, member)| {
            let mut others =
                self.parts(wide).flat_map(|part| &part.object.properties).filter(|(other, _)| other == name);
            !self.parts(wide).any(|part| refuses(part, name))
                && others.all(|(_, other)| self.may_be_contained(*member, *other, depth - 1))
        })
    }

    /// Whether types or required constants tell the branches apart.
    fn are_disjoint(&self, one: SchemaId, other: SchemaId) -> bool {
        let (types, others) = (self.types(one), self.types(other));
        let common: Vec<&JsonType> = types.iter().filter(|one| others.contains(one)).collect();
        if common.is_empty() {
            return true;
        }
        let differ = |one: SchemaId, other: SchemaId| {
            let (Some(values), Some(others)) = (self.values(one), self.values(other)) else { return false };
            !values.iter().any(|value| others.iter().any(|other| equal(value, other)))
        };
        let is_told_apart = || {
            let members = self.parts(one).flat_map(|part| &part.object.properties);
            members.filter(|(name, _)| self.requires(one, name) && self.requires(other, name)).any(|(name, member)| {
                let mut theirs = self.parts(other).flat_map(|part| &part.object.properties);
                theirs.any(|(their, other)| their == name && differ(*member, *other))
            })
        };
        differ(one, other) || (common == [&JsonType::Object] && is_told_apart())
    }

    fn requires(&self, id: SchemaId, name: &str) -> bool {
        self.parts(id).any(|part| part.object.required.iter().any(|required| required == name))
    }

    fn values(&self, id: SchemaId) -> Option<&[serde_json::Value]> {
        let parts = self.set.conjuncts(&[id]).into_iter();
        parts.filter_map(|id| self.set.get(id).enumeration.as_deref()).next()
    }

    /// The types that are left; an integer is a number.
    fn types(&self, id: SchemaId) -> Vec<JsonType> {
        use JsonType::{Array, Boolean, Integer, Null, Number, Object, String};
        let mut left = vec![Null, Boolean, Number, String, Array, Object];
        for types in self.parts(id).filter_map(|part| part.types.as_ref()) {
            left.retain(|one| types.contains(one) || (*one == Number && types.contains(&Integer)));
        }
        left
    }
}
