//! `required` of members that cannot be there, or that nobody declares.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::Annotations;
use crate::read::diagnostic::{Diagnostic, Place, Report};
use crate::read::resolve::Registry;
use crate::read::suggestion::did_you_mean;
use crate::{Schema, SchemaId, SchemaSet};

/// Reports every `required` name that no object can have, and those that are misspelt names of declared members.
pub(super) fn report(set: &SchemaSet, annotations: &[Annotations], registry: &Registry<'_>, report: &mut Report) {
    let mut reported = HashSet::new();
    for id in (0..).map(SchemaId).take(set.schemas.len()) {
        let together = Together::new(set, id);
        for (owner, name) in together.required() {
            // What a part says by itself is reported for the part.
            let problem = together.problem(name);
            let is_new = problem.is_some() && reported.insert((owner, name));
            let Some(problem) = problem.filter(|_| is_new) else { continue };
            let place = place(&annotations[owner.0 as usize], name, registry);
            report.push(problem.diagnostic(name, together.near(name), place));
        }
    }
}

/// The schemas that apply together at one place, by `$ref` and `allOf`.
struct Together<'s> {
    set: &'s SchemaSet,
    parts: Vec<(SchemaId, &'s Schema)>,
    declared: BTreeSet<&'s str>,
    /// What is declared and not required: names that may have been meant.
    optional: BTreeSet<&'s str>,
}

enum Problem {
    /// No object can have the member.
    Impossible(&'static str),
    /// Objects can have it, and a declared one is written nearly like it.
    Undeclared,
}

impl<'s> Together<'s> {
    fn new(set: &'s SchemaSet, id: SchemaId) -> Self {
        let parts = set.conjuncts(&[id]).into_iter().map(|id| (id, set.get(id))).collect();
        let mut together = Self { set, parts, declared: BTreeSet::new(), optional: BTreeSet::new() };
        let required: HashSet<&str> = together.required().map(|(_, name)| name).collect();
        if !required.is_empty() {
            let properties = together.parts.iter().flat_map(|(_, schema)| &schema.object.properties);
            together.declared = properties.map(|(name, _)| name.as_str()).collect();
            together.optional = together.declared.iter().filter(|name| !required.contains(**name)).copied().collect();
        }
        together
    }

    fn required(&self) -> impl Iterator<Item = (SchemaId, &'s str)> {
        self.parts.iter().flat_map(|(id, schema)| schema.object.required.iter().map(|name| (*id, name.as_str())))
    }

    /// The declared member, not required itself, whose name is nearly `name`.
    fn near(&self, name: &str) -> Option<&'s str> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
        let same = self.optional.iter().find(|optional| plain(optional) == plain(name)).copied();
        same.or_else(|| did_you_mean(name, self.optional.iter().copied()))
    }

    fn problem(&self, name: &str) -> Option<Problem> {
        if let Some(keyword) = self.parts.iter().find_map(|(_, schema)| self.refuses(schema, name)) {
            return Some(Problem::Impossible(keyword));
        }
        let is_declared = self.declared.contains(name)
            || self.parts.iter().any(|(_, schema)| !self.by_pattern(schema, name).is_empty());
        (!is_declared && self.near(name).is_some()).then_some(Problem::Undeclared)
    }

    /// The keyword by which `schema` refuses the member `name`, whatever its value.
    fn refuses(&self, schema: &Schema, name: &str) -> Option<&'static str> {
        let object = &schema.object;
        let is_never = |id: &SchemaId| self.set.get(*id).never;
        let property = object.properties.iter().find(|(property, _)| property == name).map(|(_, id)| id);
        let patterns = self.by_pattern(schema, name);
        if property.is_some_and(is_never) {
            return Some("properties");
        }
        if patterns.iter().any(is_never) {
            return Some("patternProperties");
        }
        let is_named = property.is_some() || !patterns.is_empty();
        if !is_named && object.additional_properties.as_ref().is_some_and(is_never) {
            return Some("additionalProperties");
        }
        let names = object.property_names;
        if names.is_some_and(|names| !self.set.is_valid(names, &Value::String(name.to_owned()))) {
            return Some("propertyNames");
        }
        let is_closed = object.unevaluated_properties.as_ref().is_some_and(is_never);
        (is_closed && !self.may_evaluate(schema, name)).then_some("unevaluatedProperties")
    }

    fn by_pattern(&self, schema: &Schema, name: &str) -> Vec<SchemaId> {
        let patterns = schema.object.pattern_properties.iter();
        patterns.filter(|(pattern, _)| self.set.matches(pattern, name)).map(|(_, id)| *id).collect()
    }

    /// Whether `schema`, or what applies with it, evaluates the member, or may do so depending on the value.
    fn may_evaluate(&self, schema: &Schema, name: &str) -> bool {
        let Some((id, _)) = self.parts.iter().find(|(_, part)| std::ptr::eq(*part, schema)) else { return true };
        Together::new(self.set, *id).parts.iter().any(|(_, part)| {
            let depends =
                !(part.any_of.is_empty() && part.one_of.is_empty() && part.object.dependent_schemas.is_empty())
                    || part.condition.is_some()
                    || part.dynamic_reference.is_some();
            depends
                || part.object.additional_properties.is_some()
                || part.object.properties.iter().any(|(property, _)| property == name)
                || !self.by_pattern(part, name).is_empty()
        })
    }
}

impl Problem {
    fn diagnostic(&self, name: &str, near: Option<&str>, place: Place) -> Diagnostic {
        let diagnostic = match self {
            Self::Impossible(keyword) => {
                let message = format!("`{name}` is required, but `{keyword}` refuses it: no object is valid");
                Diagnostic::error("WN0310", place, message)
            }
            Self::Undeclared => {
                Diagnostic::warning("WN0311", place, format!("`{name}` is required, but no property is called that"))
            }
        };
        match (self, near) {
            (_, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")),
            (Self::Impossible(_), None) => diagnostic.help(format!("declare `{name}`, or drop it from `required`")),
            (Self::Undeclared, None) => diagnostic,
        }
    }
}

/// Where `required` names the member.
fn place(annotations: &Annotations, name: &str, registry: &Registry<'_>) -> Place {
    let document = registry.document(annotations.document);
    let schema = document.root.descendant(&annotations.path);
    let names = schema.and_then(|schema| schema.get("required")).map(|required| required.items());
    let entry = names.into_iter().flatten().find(|entry| entry.as_str() == Some(name));
    entry.map_or_else(|| annotations.place.clone(), |entry| document.place(&entry.span))
}
