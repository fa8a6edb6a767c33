//! Annotations of the wrong kind, and what else only a meta-schema refuses: other validators refuse the whole schema.

use walnats_schema::read::{Draft, edit};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Edit, Report};
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
                NodeValue::Number(_) | NodeValue::Bool(_) => {
                    edit::set(site.document, &member.value, &member.value.to_json().to_string().into())
                }
                _ => None,
            };
            report.push(wrong(site, member, "a string", text));
        }
        for member in of(FLAGS).filter(|member| !matches!(member.value.value, NodeValue::Bool(_))) {
            let flag = member.value.as_str().and_then(|text| text.parse::<bool>().ok());
            let flag = flag.and_then(|flag| edit::set(site.document, &member.value, &flag.into()));
            report.push(wrong(site, member, "`true` or `false`", flag));
        }
        if let Some(member) = site.node.member("$vocabulary").filter(|_| site.note.draft >= Draft::Draft201909)
            && member.value.members().iter().any(|entry| !matches!(entry.value.value, NodeValue::Bool(_)))
        {
            report.push(wrong(site, member, "an object whose members are `true` or `false`", None));
        }
    }
}

fn wrong(site: &Site<'_>, member: &Member, expected: &str, fix: Option<Edit>) -> Diagnostic {
    let message = format!("`{}` must be {expected}", member.name);
    let help = "other validators refuse the whole schema; correct the value, or begin the name with `x-`";
    Diagnostic::warning("WN0741", site.place(&member.value), message).help(help).fix(fix)
}

/// What asks for nothing, and is refused by the meta-schema of the draft nevertheless.
pub(super) fn refused(package: &Package<'_>, report: &mut Report) {
    for site in package.sites.iter().filter(|site| !site.is_reference_alone()) {
        empty_lists(site, report);
        for name in ["$defs", "definitions"] {
            for entry in site.node.get(name).into_iter().flat_map(Node::members) {
                // An entry called `//` or `$comment` is a comment.
                let is_comment = entry.name.starts_with("//") || entry.name.starts_with('$');
                if !is_comment && !matches!(entry.value.value, NodeValue::Object(_) | NodeValue::Bool(_)) {
                    let message = format!("`{}` in `{name}` is not a schema", entry.name);
                    let help = "write an object, or move it elsewhere";
                    report.push(Diagnostic::warning("WN0742", site.place(&entry.value), message).help(help));
                }
            }
        }
        for name in ["$anchor", "$dynamicAnchor"] {
            let anchor = site.node.get(name).filter(|_| site.note.draft >= Draft::Draft201909);
            if let Some((node, text)) = anchor.and_then(|node| Some((node, node.as_str()?)))
                && !is_anchor(text)
            {
                let message =
                    format!("`{name}` must begin with a letter or `_`, and go on with those, digits, `-` and `.`");
                report.push(Diagnostic::warning("WN0742", site.place(node), message).help("rename it"));
            }
        }
    }
}

fn is_anchor(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}

/// Lists that the draft wants an entry in.
fn empty_lists(site: &Site<'_>, report: &mut Report) {
    let draft = site.note.draft;
    let is_empty = |member: &&Member| member.value.value == NodeValue::Array(Vec::new());
    let own = ["required", "items", "prefixItems"].into_iter().filter(|name| match *name {
        "required" => draft == Draft::Draft4,
        "items" => draft < Draft::Draft202012,
        _ => draft == Draft::Draft202012,
    });
    for name in own {
        if let Some(member) = site.node.member(name).filter(is_empty) {
            report.push(nothing_in(site, member, name, site.node));
        }
    }
    if let Some(object) = site.node.get("dependencies").filter(|_| draft == Draft::Draft4) {
        for member in object.members().iter().filter(is_empty) {
            report.push(nothing_in(site, member, "dependencies", object));
        }
    }
}

fn nothing_in(site: &Site<'_>, member: &Member, keyword: &str, object: &Node) -> Diagnostic {
    let message = format!("an empty list in `{keyword}` is not allowed in {}", site.note.draft.name());
    let help = "it asks for nothing: remove it";
    // Without `items`, `additionalItems` means nothing.
    let is_needed = member.name == "items" && object.get("additionalItems").is_some();
    let fix = if is_needed { None } else { edit::remove_member(site.document, object, &member.name) };
    Diagnostic::warning("WN0742", site.place(&member.value), message).help(help).fix(fix)
}
