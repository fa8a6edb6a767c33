//! Annotations of the wrong kind, and lists that must not be empty: other validators refuse the whole schema.

use serde_json::Value;
use walnats_schema::read::{Draft, edit};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Member, Node, NodeValue};

/// Annotations that are texts, each with the first draft that has it.
const TEXTS: [(&str, Draft); 3] =
    [("title", Draft::Draft4), ("description", Draft::Draft4), ("$comment", Draft::Draft7)];
/// Annotations that are `true` or `false`.
const FLAGS: [(&str, Draft); 3] =
    [("deprecated", Draft::Draft201909), ("readOnly", Draft::Draft7), ("writeOnly", Draft::Draft7)];

pub(super) fn kinds(package: &Package<'_>, report: &mut Report) {
    for site in package.sites.iter().filter(|site| !site.is_reference_alone()) {
        let of = |list: [(&'static str, Draft); 3]| {
            list.into_iter()
                .filter(|(_, since)| *since <= site.note.draft)
                .filter_map(|(name, _)| site.node.member(name))
        };
        for member in of(TEXTS).filter(|member| member.value.as_str().is_none()) {
            let text = match &member.value.value {
                NodeValue::Number(_) | NodeValue::Bool(_) => Some(Value::from(member.value.to_json().to_string())),
                _ => None,
            };
            report.push(wrong(site, member, "a string", text));
        }
        for member in of(FLAGS).filter(|member| !matches!(member.value.value, NodeValue::Bool(_))) {
            let flag = member.value.as_str().and_then(|text| text.parse::<bool>().ok()).map(Value::from);
            report.push(wrong(site, member, "`true` or `false`", flag));
        }
        if let Some(member) = site.node.member("$vocabulary").filter(|_| site.note.draft >= Draft::Draft201909)
            && member.value.members().iter().any(|entry| !matches!(entry.value.value, NodeValue::Bool(_)))
        {
            report.push(wrong(site, member, "an object whose members are `true` or `false`", None));
        }
    }
}

fn wrong(site: &Site<'_>, member: &Member, expected: &str, right: Option<Value>) -> Diagnostic {
    let message = format!("`{}` must be {expected}", member.name);
    let fix = right.as_ref().and_then(|right| edit::set(site.document, &member.value, right));
    let help = "other validators refuse the whole schema; correct the value, or begin the name with `x-`";
    Diagnostic::warning("WN0741", site.place(&member.value), message).help(help).fix(fix)
}

/// Lists that draft 4 wants an entry in.
pub(super) fn empty(package: &Package<'_>, report: &mut Report) {
    let is_empty = |member: &&Member| member.value.value == NodeValue::Array(Vec::new());
    let is_of_draft_4 = |site: &&Site<'_>| site.note.draft == Draft::Draft4 && !site.is_reference_alone();
    for site in package.sites.iter().filter(is_of_draft_4) {
        let required = site.node.member("required").filter(is_empty).map(|member| (member, "required", site.node));
        let dependencies = site.node.get("dependencies");
        let dependencies =
            dependencies.into_iter().flat_map(|object| object.members().iter().map(move |it| (it, object)));
        let dependencies = dependencies.filter(|(member, _)| is_empty(member));
        let dependencies = dependencies.map(|(member, object)| (member, "dependencies", object));
        for (member, keyword, object) in required.into_iter().chain(dependencies) {
            report.push(nothing_in(site, member, keyword, object));
        }
    }
}

fn nothing_in(site: &Site<'_>, member: &Member, keyword: &str, object: &Node) -> Diagnostic {
    let message = format!("an empty list in `{keyword}` is not allowed in draft-04");
    let help = "it asks for nothing: remove it, or say a later draft in `$schema`";
    let fix = edit::remove_member(site.document, object, &member.name);
    Diagnostic::warning("WN0742", site.place(&member.value), message).help(help).fix(fix)
}
