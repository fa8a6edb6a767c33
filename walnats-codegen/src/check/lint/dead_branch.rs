//! Branches of `anyOf` and `oneOf` for which no value is valid, because of what stands around them.

use walnats_schema::read::Contradictions;
use walnats_schema::{Schema, SchemaId, SchemaSet};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    let mut contradictions = Contradictions::new(set);
    let mut dead = Vec::new();
    for site in package.sites.iter().filter(|site| is_branch(site) && !site.is_question()) {
        let hosts = package.hosts(site);
        let ids: Vec<SchemaId> = [site.id].into_iter().chain(hosts.iter().copied()).collect();
        // What has no value by itself is reported as such, and so is a choice of nothing but such branches.
        let is_dead = contradictions.find(&ids).is_some_and(|why| !why.is_refusal)
            && contradictions.find(&[site.id]).is_none()
            && contradictions.find(&hosts).is_none();
        if is_dead && !is_said(site, report) {
            dead.push((site, hosts));
        }
    }
    if dead.is_empty() {
        return;
    }
    // Branches of one `oneOf` that overlap are another finding: here it counts what stands around the choice.
    let mut without_choices = set.clone();
    let dead: Vec<_> =
        dead.into_iter().map(|(site, hosts)| (site, stripped(package, site, &mut without_choices), hosts)).collect();
    let mut contradictions = Contradictions::new(&without_choices);
    for (site, ids, hosts) in dead {
        let Some(why) = contradictions.find(&ids).filter(|why| !why.is_refusal) else { continue };
        let message = format!("no value is valid by this branch, next to what stands around it: {}", why.text);
        let around = hosts.iter().filter_map(|id| package.site(*id));
        let types = around.filter_map(|host| Some(host.place(host.node.get("type")?))).next();
        let finding = Diagnostic::warning("WN0317", site.place(site.node), message);
        let finding = types.into_iter().fold(finding, |finding, place| finding.related(place, "applies, too"));
        report.push(finding.help("drop the branch, or let the schema around it allow its values"));
    }
}

fn is_branch(site: &Site<'_>) -> bool {
    site.keywords.last().is_some_and(|keyword| matches!(*keyword, "anyOf" | "oneOf"))
}

/// The site and what is around it, the latter without the choices that it is a branch of, which are added to `set`.
fn stripped(package: &Package<'_>, site: &Site<'_>, set: &mut SchemaSet) -> Vec<SchemaId> {
    let (mut ids, mut branch) = (vec![site.id], site);
    for host in package.hosts(site) {
        let schema = package.model.schemas.get(host);
        let is_choice = schema.any_of.contains(&branch.id) || schema.one_of.contains(&branch.id);
        match u32::try_from(set.schemas.len()).map(SchemaId) {
            Ok(id) if is_choice => {
                let without = |branches: &[SchemaId]| match branches.contains(&branch.id) {
                    true => Vec::new(),
                    false => branches.to_vec(),
                };
                let (any_of, one_of) = (without(&schema.any_of), without(&schema.one_of));
                set.schemas.push(Schema { any_of, one_of, ..schema.clone() });
                ids.push(id);
            }
            _ => ids.push(host),
        }
        // An `if` applies next to its `then`, and holds no branch.
        if schema.children().contains(&branch.id) {
            branch = package.site(host).unwrap_or(branch);
        }
    }
    ids
}

/// Whether a finding inside of the branch says it already.
fn is_said(site: &Site<'_>, report: &Report) -> bool {
    let own = site.place(site.node);
    report.diagnostics.iter().any(|found| {
        let place = &found.place;
        found.code == "WN0317"
            && place.file.path == own.file.path
            && own.span.start <= place.span.start
            && place.span.end <= own.span.end
    })
}
