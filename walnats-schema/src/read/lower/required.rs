//! `required` of members that cannot be there, or that nobody declares.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::Annotations;
use super::never::{Finder, MAX_PARTS, Why};
use crate::read::diagnostic::{Diagnostic, Place, Report, Severity};
use crate::read::resolve::Registry;
use crate::read::suggestion::did_you_mean;
use crate::{Schema, SchemaId, SchemaSet};

/// Reports every `required` name that no object can have, and those that are misspelt names of declared members. Returns
/// the schemas for which the first is reported.
pub(super) fn report(
    set: &SchemaSet,
    annotations: &[Annotations],
    registry: &Registry<'_>,
    report: &mut Report,
) -> HashSet<SchemaId> {
    let mut never = HashSet::new();
    let mut reported = HashSet::new();
    let mut finder = Finder::new(set);
    for id in (0..).map(SchemaId).take(set.schemas.len()) {
        let own = set.conjuncts(&[id]);
        if own.len() > MAX_PARTS {
            continue;
        }
        let branches: Vec<SchemaId> = own.iter().flat_map(|id| branches(set.get(*id))).collect();
        let places = std::iter::once((vec![id], own, false));
        let places = places.chain(branches.into_iter().map(|it| (vec![id, it], set.conjuncts(&[it]), true)));
        for (ids, named, is_branch) in places {
            let asks = |id: &SchemaId| {
                let object = &set.get(*id).object;
                !(object.required.is_empty() && object.dependent_required.is_empty())
            };
            if named.len() > MAX_PARTS || !named.iter().any(asks) {
                continue;
            }
            let together = Together::new(set, &ids);
            for (owner, cause, name) in together.dependent().filter(|(owner, ..)| named.contains(owner)) {
                let problem = together.problem(name).filter(|problem| {
                    let can_be = together.problem(cause).is_none();
                    can_be && (!matches!(problem, Problem::Undeclared) || together.alike(name).is_some())
                });
                let is_new = problem.is_some() && reported.insert((owner, name));
                let Some(problem) = problem.filter(|_| is_new) else { continue };
                never.insert(owner);
                let annotations = &annotations[owner.0 as usize];
                let keywords = [["dependentRequired", cause], ["dependencies", cause]];
                let place = keywords.iter().find_map(|keywords| named_place(annotations, keywords, name, registry));
                let place = place.unwrap_or_else(|| annotations.place.clone());
                let then = format!("no object with `{cause}` is valid");
                report.push(problem.diagnostic(name, together.near(name), place, &then));
            }
            for (owner, name) in together.required().filter(|(owner, _)| named.contains(owner)) {
                // What a part says by itself is reported for the part.
                let problem = together.problem(name).or_else(|| together.never(name, &mut finder));
                // Another branch may declare what is only nearly like a name.
                let problem = problem.filter(|problem| {
                    !is_branch || !matches!(problem, Problem::Undeclared) || together.alike(name).is_some()
                });
                let is_new = problem.is_some() && reported.insert((owner, name));
                let Some(problem) = problem.filter(|_| is_new) else { continue };
                if !matches!(problem, Problem::Undeclared) {
                    never.insert(owner);
                }
                let place = place(&annotations[owner.0 as usize], &["required"], name, registry);
                let then = if is_branch { "nothing is valid by this branch" } else { "no object is valid" };
                let finding = problem.diagnostic(name, together.near(name), place, then);
                // Schemas that people live with have such branches: the rest of the event is of use.
                report.push(if is_branch || problem.rests_on_a_choice() { as_branch(finding) } else { finding });
            }
        }
    }
    never
}

/// The schemas that apply in some cases where `part` does.
fn branches(part: &Schema) -> impl Iterator<Item = SchemaId> + '_ {
    let conditional = part.condition.iter().flat_map(|condition| condition.then.iter().chain(&condition.else_));
    let dependent = part.object.dependent_schemas.iter().map(|(_, schema)| schema);
    part.any_of.iter().chain(&part.one_of).chain(conditional).chain(dependent).copied()
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
    /// The member can be there, and no value is valid for it.
    Never(Why),
    /// Objects can have it, and a declared one is written nearly like it.
    Undeclared,
}

impl<'s> Together<'s> {
    fn new(set: &'s SchemaSet, ids: &[SchemaId]) -> Self {
        let parts = set.conjuncts(ids).into_iter().map(|id| (id, set.get(id))).collect();
        let mut together = Self { set, parts, declared: BTreeSet::new(), optional: BTreeSet::new() };
        let required: HashSet<&str> = together.required().map(|(_, name)| name).collect();
        if !required.is_empty() || together.dependent().next().is_some() {
            let properties = together.parts.iter().flat_map(|(_, schema)| &schema.object.properties);
            together.declared = properties.map(|(name, _)| name.as_str()).collect();
            together.optional = together.declared.iter().filter(|name| !required.contains(**name)).copied().collect();
        }
        together
    }

    fn required(&self) -> impl Iterator<Item = (SchemaId, &'s str)> {
        self.parts.iter().flat_map(|(id, schema)| schema.object.required.iter().map(|name| (*id, name.as_str())))
    }

    /// What is required because another member is there: who says so, that member, and the required one.
    fn dependent(&self) -> impl Iterator<Item = (SchemaId, &'s str, &'s str)> {
        self.parts.iter().flat_map(|(id, schema)| {
            let dependent = schema.object.dependent_required.iter();
            dependent.flat_map(|(cause, names)| names.iter().map(|name| (*id, cause.as_str(), name.as_str())))
        })
    }

    /// The declared member, not required itself, whose name is nearly `name`.
    fn near(&self, name: &str) -> Option<&'s str> {
        self.alike(name).or_else(|| did_you_mean(name, self.optional.iter().copied()))
    }

    /// The declared member, not required itself, whose name is `name` but for case, `_` and `-`.
    fn alike(&self, name: &str) -> Option<&'s str> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
        self.optional.iter().find(|optional| plain(optional) == plain(name)).copied()
    }

    fn problem(&self, name: &str) -> Option<Problem> {
        if let Some(keyword) = self.parts.iter().find_map(|(_, schema)| self.refuses(schema, name)) {
            return Some(Problem::Impossible(keyword));
        }
        let is_declared = self.declared.contains(name)
            || self.parts.iter().any(|(_, schema)| !self.by_pattern(schema, name).is_empty());
        (!is_declared && self.near(name).is_some()).then_some(Problem::Undeclared)
    }

    /// Why no value is valid for the member, unless the member's own schema gets a finding for that.
    fn never(&self, name: &str, finder: &mut Finder<'_>) -> Option<Problem> {
        let parts: Vec<&Schema> = self.parts.iter().map(|(_, schema)| *schema).collect();
        let schemas = finder.of_member(&parts, name);
        let why = if schemas.is_empty() { None } else { finder.never(&schemas) }?;
        (!why.is_of_member() || schemas.len() > 1).then_some(Problem::Never(why))
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
        Together::new(self.set, &[*id]).parts.iter().any(|(_, part)| {
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

/// The finding as one about a branch, where it would be an error.
fn as_branch(finding: Diagnostic) -> Diagnostic {
    match finding.severity {
        Severity::Error => Diagnostic { code: "WN0317", severity: Severity::Warning, ..finding },
        Severity::Warning => finding,
    }
}

impl Problem {
    fn rests_on_a_choice(&self) -> bool {
        matches!(self, Self::Never(why) if why.rests_on_a_choice())
    }

    fn diagnostic(&self, name: &str, near: Option<&str>, place: Place, then: &str) -> Diagnostic {
        let diagnostic = match self {
            Self::Impossible(keyword) => {
                let message = format!("`{name}` is required, but `{keyword}` refuses it: {then}");
                Diagnostic::error("WN0310", place, message)
            }
            Self::Never(why) => {
                let message = format!("`{name}` is required, but no value is valid for it: {}", why.text());
                let help = if why.is_endless() {
                    "do not require it, or allow `null` or an empty list on the way"
                } else {
                    "correct the keywords that contradict each other, or drop it from `required`"
                };
                return Diagnostic::error("WN0310", place, message).help(help);
            }
            Self::Undeclared => {
                Diagnostic::warning("WN0311", place, format!("`{name}` is required, but no property is called that"))
            }
        };
        match (self, near) {
            (_, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")),
            (Self::Impossible(_), None) => diagnostic.help(format!("declare `{name}`, or drop it from `required`")),
            (Self::Undeclared | Self::Never(_), None) => diagnostic,
        }
    }
}

/// Where the list at `keywords` names the member.
fn place(annotations: &Annotations, keywords: &[&str], name: &str, registry: &Registry<'_>) -> Place {
    named_place(annotations, keywords, name, registry).unwrap_or_else(|| annotations.place.clone())
}

fn named_place(annotations: &Annotations, keywords: &[&str], name: &str, registry: &Registry<'_>) -> Option<Place> {
    let document = registry.document(annotations.document);
    let schema = document.root.descendant(&annotations.path)?;
    let names = keywords.iter().try_fold(schema, |node, keyword| node.get(keyword))?;
    let mut entries = names.items().iter();
    entries.find(|entry| entry.as_str() == Some(name)).map(|entry| document.place(&entry.span))
}
