//! Members whose names `propertyNames` refuses.

use std::collections::HashSet;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    let mut seen = HashSet::new();
    for site in package.sites.iter().filter(|site| !site.is_question()) {
        let mut ids = vec![site.id];
        ids.extend(package.hosts(site));
        for part in set.conjuncts(&ids) {
            let Some(names) = set.get(part).object.property_names else { continue };
            for (name, member) in &site.schema.object.properties {
                // `false` forbids the member on purpose.
                let is_refused = !set.is_valid(names, &name.as_str().into()) && !set.get(*member).never;
                if !is_refused || !seen.insert(*member) {
                    continue;
                }
                let node = site.node.get("properties").and_then(|properties| properties.member(name));
                let Some(node) = node else { continue };
                if report.diagnostics.iter().any(|found| {
                    found.code == "WN0310" && found.place.file == site.document.file && found.message.contains(name)
                }) {
                    continue;
                }
                let message = format!("no object can have the member `{name}`: `propertyNames` refuses its name");
                let finding = Diagnostic::warning("WN0721", site.name_place(node), message);
                let names =
                    package.site(part).and_then(|part| Some(part.name_place(part.node.member("propertyNames")?)));
                let finding = names.into_iter().fold(finding, |finding, place| finding.related(place, "refuses it"));
                report.push(finding.help("rename the member, or let `propertyNames` allow it"));
            }
        }
    }
}
