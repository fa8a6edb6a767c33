//! Objects of which nobody has said whether they may have other members.

use walnats_schema::JsonType;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    for site in package.sites.iter().filter(|site| site.is_of(JsonType::Object)) {
        let decides = |id: &walnats_schema::SchemaId| {
            let object = &set.get(*id).object;
            object.additional_properties.is_some() || object.unevaluated_properties.is_some()
        };
        // What is composed is closed by what it is part of, if at all.
        let is_part = site.is_under(&["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas"]);
        if is_part || site.node.get("properties").is_none() || set.conjuncts(&[site.id]).iter().any(decides) {
            continue;
        }
        let place =
            site.node.member("properties").map_or_else(|| site.place(site.node), |member| site.name_place(member));
        let message = "nothing says whether an object may have other members than these";
        let help = "`\"additionalProperties\": true` has readers expect members that come later; `false` refuses them";
        report.push(Diagnostic::warning("WN0727", place, message).help(help));
    }
}
