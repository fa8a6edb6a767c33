//! Schemas that no value fits, and members that no object can have, although each keyword alone could be met.

use std::collections::{BTreeMap, HashSet};

use walnats_schema::SchemaId;
use walnats_schema::read::Contradictions;

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};

/// Findings that say it already.
const SAID: [&str; 5] = ["WN0310", "WN0315", "WN0316", "WN0317", "WN0720"];

/// Schemas that contradict themselves, wherever they are: `minLength` above `maxLength`.
pub(super) fn schemas(package: &Package<'_>, report: &mut Report) {
    let mut contradictions = Contradictions::new(&package.model.schemas);
    let mut findings = Vec::new();
    for site in package.sites.iter().filter(|site| !site.schema.never && !site.is_question()) {
        let Some(why) = contradictions.find(&[site.id]) else { continue };
        if why.is_refusal || why.is_of_part || is_said(report, site) {
            continue;
        }
        // Where a part of it has no value by itself, that is where it is said.
        let parts = package.model.schemas.conjuncts(&[site.id]).into_iter().filter(|part| *part != site.id);
        let parts: Vec<SchemaId> = parts.chain(site.schema.any_of.iter().chain(&site.schema.one_of).copied()).collect();
        if parts.iter().any(|part| contradictions.find(&[*part]).is_some()) {
            continue;
        }
        let message = format!("no value is valid here: {}", why.text);
        findings.push((site, Diagnostic::warning("WN0720", site.place(site.node), message)));
    }
    let places: Vec<_> = findings.iter().map(|(site, _)| (&site.document.file.path, site.node.span.clone())).collect();
    for (at, (site, finding)) in findings.iter().enumerate() {
        // What is outside has no value because what is inside has none.
        let is_inside = |(other, (path, span)): (usize, &(&String, std::ops::Range<usize>))| {
            let own = &site.node.span;
            other != at
                && **path == site.document.file.path
                && *span != *own
                && own.start <= span.start
                && span.end <= own.end
        };
        if !places.iter().enumerate().any(is_inside) {
            report.push(finding.clone().help("correct the keywords that contradict each other"));
        }
    }
}

fn is_said(report: &Report, site: &Site<'_>) -> bool {
    report.diagnostics.iter().any(|found| {
        let place = &found.place;
        let is_inside = site.node.span.start <= place.span.start && place.span.end <= site.node.span.end;
        SAID.contains(&found.code)
            && place.file.path == site.document.file.path
            && (is_inside || (place.span == (0..0) && site.note.path.is_empty()))
    })
}

/// How many schemas are looked at that apply together.
const MOST_PARTS: usize = 256;

/// A closed schema, and the members that it refuses, each with where it is declared.
type Closing<'p> = (&'p Site<'p>, Vec<(&'p str, &'p Site<'p>)>);

/// Members that each schema alone allows, and all together do not.
pub(super) fn members(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    let mut contradictions = Contradictions::new(set);
    let mut seen = HashSet::new();
    let mut closings: BTreeMap<SchemaId, Closing<'_>> = BTreeMap::new();
    for site in package.sites.iter().filter(|site| !site.is_question()) {
        let object = &site.schema.object;
        let is_joined = !site.schema.all_of.is_empty()
            || (site.schema.reference.is_some() && !object.properties.is_empty())
            || !object.pattern_properties.is_empty();
        if !is_joined {
            continue;
        }
        let parts = set.conjuncts(&[site.id]);
        if parts.len() > MOST_PARTS {
            continue;
        }
        for declaring in &parts {
            for (name, declared) in &set.get(*declaring).object.properties {
                let mut schemas = contradictions.of_member(&[site.id], name);
                schemas.sort_unstable();
                let is_new = schemas.len() > 1 && !set.get(*declared).never && seen.insert(schemas.clone());
                if !is_new || contradictions.find(&[*declared]).is_some() {
                    continue;
                }
                let Some(why) = contradictions.find(&schemas) else { continue };
                let Some(declaration) = package.site(*declared) else { continue };
                if is_said(report, declaration) {
                    continue;
                }
                let closed = parts.iter().copied().filter(|part| closes(package, *part, name));
                let closed = closed.filter_map(|part| package.site(part)).next();
                match closed {
                    Some(closed) => {
                        let refused = closings.entry(closed.id).or_insert_with(|| (closed, Vec::new()));
                        refused.1.push((name.as_str(), declaration));
                    }
                    // Somebody forbids the member on purpose.
                    None if why.is_refusal => continue,
                    None => report.push(contradicting(name, &why.text, declaration, &schemas, package)),
                }
            }
        }
    }
    for (closed, refused) in closings.into_values() {
        report.push(closed_branch(closed, &refused));
    }
}

/// Whether the schema, by itself, refuses a member that it does not declare.
fn closes(package: &Package<'_>, id: SchemaId, name: &str) -> bool {
    let set = &package.model.schemas;
    let object = &set.get(id).object;
    object.additional_properties.is_some_and(|rest| set.get(rest).never)
        && !object.properties.iter().any(|(property, _)| property == name)
        && !object.pattern_properties.iter().any(|(pattern, _)| set.matches(pattern, name))
}

fn closed_branch(closed: &Site<'_>, refused: &[(&str, &Site<'_>)]) -> Diagnostic {
    let keyword = closed.node.member("additionalProperties");
    let place = keyword.map_or_else(|| closed.place(closed.node), |member| closed.name_place(member));
    let mut names: Vec<String> = refused.iter().map(|(name, _)| format!("`{name}`")).collect();
    names.dedup();
    let names = names.join(", ");
    let message = format!("`additionalProperties` refuses {names}, which another schema of the `allOf` declares");
    let finding = Diagnostic::warning("WN0722", place, message);
    let finding = refused.first().into_iter().fold(finding, |finding, (_, declaration)| {
        finding.related(declaration.place(declaration.node), "declared here")
    });
    finding
        .help("`additionalProperties` sees the members next to it alone: drop it, and write `\"unevaluatedProperties\": false` next to the `allOf`")
}

fn contradicting(
    name: &str,
    why: &str,
    declaration: &Site<'_>,
    schemas: &[SchemaId],
    package: &Package<'_>,
) -> Diagnostic {
    let place = declaration.place(declaration.node);
    let others = schemas.iter().filter(|id| **id != declaration.id);
    let others = others.filter_map(|id| package.sites.iter().find(|other| other.id == *id));
    let message = format!("no object can have the member `{name}`: {why}");
    let finding = Diagnostic::warning("WN0721", place, message);
    let finding = others.fold(finding, |finding, other| finding.related(other.place(other.node), "applies too"));
    finding.help("let one of the schemas say what the member is, or make them agree")
}
