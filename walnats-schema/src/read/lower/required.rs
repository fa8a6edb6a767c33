//! `required` of members that cannot be there, or that nobody declares.

mod together;

use std::collections::HashSet;

use self::together::Together;
use super::Annotations;
use super::never::{Finder, MAX_PARTS, Why};
use crate::read::diagnostic::{Diagnostic, Place, Report, Severity};
use crate::read::resolve::Registry;
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
        if !asks_for_members(set.get(id)) && applies_alone(set.get(id)) {
            continue;
        }
        let own = set.conjuncts(&[id]);
        if own.len() > MAX_PARTS {
            continue;
        }
        let branches: Vec<SchemaId> = own.iter().flat_map(|id| branches(set.get(*id))).collect();
        let places = std::iter::once((vec![id], own, false));
        let places = places.chain(branches.into_iter().map(|it| (vec![id, it], set.conjuncts(&[it]), true)));
        for (ids, named, is_branch) in places {
            if named.len() > MAX_PARTS || !named.iter().any(|id| asks_for_members(set.get(*id))) {
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

fn asks_for_members(schema: &Schema) -> bool {
    !(schema.object.required.is_empty() && schema.object.dependent_required.is_empty())
}

/// Whether no other schema ever applies together with this one.
fn applies_alone(schema: &Schema) -> bool {
    schema.direct_conjuncts().next().is_none() && branches(schema).next().is_none()
}

/// The schemas that apply in some cases where `part` does.
fn branches(part: &Schema) -> impl Iterator<Item = SchemaId> + '_ {
    let conditional = part.condition.iter().flat_map(|condition| condition.then.iter().chain(&condition.else_));
    let dependent = part.object.dependent_schemas.iter().map(|(_, schema)| schema);
    part.any_of.iter().chain(&part.one_of).chain(conditional).chain(dependent).copied()
}

enum Problem {
    /// No object can have the member.
    Impossible(&'static str),
    /// The member can be there, and no value is valid for it.
    Never(Why),
    /// Objects can have it, and a declared one is written nearly like it.
    Undeclared,
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
