//! Keywords that have another name in the schema's draft, and still mean the same, or nothing.

use walnats_schema::read::{Draft, edit};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Edit, Report};
use crate::load::{Document, DocumentId, Member, Node, NodeValue};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in package.sites.iter().filter(|site| site.note.draft >= Draft::Draft201909) {
        if let Some(member) = site.node.member("dependencies") {
            let message = format!("`dependencies` is called otherwise in {}", site.note.draft.name());
            let help = "write `dependentRequired` for lists of names, and `dependentSchemas` for schemas";
            let finding = Diagnostic::warning("WN0734", site.name_place(member), message).help(help);
            report.push(finding.fix(dependencies(site, member)));
        }
    }
    for (id, document) in DocumentId::enumerate(&package.sources.documents) {
        let root = package.model.notes.iter().find(|note| note.document == id).map(|note| note.draft);
        let Some(draft) = root else { continue };
        if let Some(member) = document.root.member("definitions").filter(|_| draft >= Draft::Draft201909) {
            let message = format!("`definitions` is called `$defs` in {}", draft.name());
            let finding = Diagnostic::warning("WN0734", document.place(&member.name_span), message);
            report
                .push(finding.help("rename it, and the references to it").fix(definitions(package, document, member)));
        }
        if let Some(member) = document.root.member("id").filter(|_| draft >= Draft::Draft6)
            && member.value.as_str().is_some_and(is_identifier)
            && document.root.get("$id").is_none()
        {
            let message = format!("`id` means nothing in {}: the identifier of a schema is called `$id`", draft.name());
            let finding = Diagnostic::warning("WN0735", document.place(&member.name_span), message);
            report.push(finding.help("rename it to `$id`").fix(Some(edit::rename(document, member, "$id"))));
        }
    }
}

/// Whether a text is a URI, and not the value of an annotation that happens to be called `id`.
fn is_identifier(text: &str) -> bool {
    text.contains("://") || text.starts_with("urn:")
}

fn dependencies(site: &Site<'_>, member: &Member) -> Option<Vec<Edit>> {
    let (document, node) = (site.document, site.node);
    let is_list = |member: &&Member| matches!(member.value.value, NodeValue::Array(_));
    let lists: Vec<&Member> = member.value.members().iter().filter(is_list).collect();
    let is_free = |name: &str| node.get(name).is_none();
    match lists.len() {
        all if all == member.value.members().len() && is_free("dependentRequired") => {
            Some(vec![edit::rename(document, member, "dependentRequired")])
        }
        0 if is_free("dependentSchemas") => Some(vec![edit::rename(document, member, "dependentSchemas")]),
        _ if is_free("dependentRequired") && is_free("dependentSchemas") => {
            let (required, schemas): (Vec<&Member>, Vec<&Member>) = member.value.members().iter().partition(is_list);
            let json = |member: &Member| (member.name.clone(), member.value.to_json());
            let (required, schemas) =
                (required.into_iter().map(json).collect(), schemas.into_iter().map(json).collect());
            Some(vec![
                edit::insert_before(document, node, &member.name, "dependentRequired", &required)?,
                edit::rename(document, member, "dependentSchemas"),
                edit::set(document, &member.value, &schemas)?,
            ])
        }
        _ => None,
    }
}

/// The definitions of a file under their new name, and all references to them.
fn definitions(package: &Package<'_>, document: &Document, member: &Member) -> Option<Vec<Edit>> {
    // `walnats.toml` names them by pointers, which nothing here changes.
    if document.root.get("$defs").is_some() || package.settings.file.text.contains("#/definitions/") {
        return None;
    }
    let mut edits = vec![edit::rename(document, member, "$defs")];
    let file = document.name.rsplit('/').next().unwrap_or_default();
    for other in &package.sources.documents {
        let is_own = other.name == document.name;
        for node in references(other) {
            let text = node.as_str().unwrap_or_default();
            let Some((path, pointer)) = text.split_once("#/definitions/") else { continue };
            let leads_here = if is_own { path.is_empty() } else { path.rsplit('/').next() == Some(file) };
            if leads_here {
                edits.push(edit::set(other, node, &format!("{path}#/$defs/{pointer}").into())?);
            }
        }
    }
    Some(edits)
}

fn references(document: &Document) -> Vec<&Node> {
    let (mut found, mut waiting) = (Vec::new(), vec![&document.root]);
    while let Some(node) = waiting.pop() {
        for member in node.members() {
            if member.name == "$ref" && member.value.as_str().is_some() {
                found.push(&member.value);
            }
            waiting.push(&member.value);
        }
        waiting.extend(node.items());
    }
    found
}
