//! Definitions that nothing refers to.

use std::collections::HashSet;

use walnats_schema::pointer::escape;
use walnats_schema::read::edit;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Document, DocumentId, Member, Node};

/// Files of shared types are left alone: other packages may use them.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let reached: HashSet<(DocumentId, &str, &str)> = package
        .model
        .notes
        .iter()
        .filter_map(|note| match &note.path[..] {
            [keyword, name, ..] => Some((note.document, keyword.as_str(), name.as_str())),
            _ => None,
        })
        .collect();
    let mut texts = References::default();
    for document in &package.sources.documents {
        texts.read(document);
    }
    texts.named.push(package.settings.file.text.as_str());
    for (id, document) in DocumentId::enumerate(&package.sources.documents) {
        let is_event = package.model.source(id).is_some_and(|source| source.event.is_some());
        if !is_event {
            continue;
        }
        for keyword in ["$defs", "definitions"] {
            let Some(definitions) = document.root.member(keyword) else { continue };
            // A definition called `//` or `$comment` is a comment.
            let is_comment = |member: &&Member| member.name.starts_with("//") || member.name.starts_with('$');
            for member in definitions.value.members().iter().filter(|member| !is_comment(member)) {
                let is_used = reached.contains(&(id, keyword, member.name.as_str())) || texts.name(member, document);
                if !is_used {
                    report.push(finding(document, definitions, member));
                }
            }
        }
    }
}

fn finding(document: &Document, definitions: &Member, member: &Member) -> Diagnostic {
    let message = format!("nothing refers to `{}`", member.name);
    let fix = match definitions.value.members() {
        [_] => edit::remove_member(document, &document.root, &definitions.name),
        _ => edit::remove_member(document, &definitions.value, &member.name),
    };
    Diagnostic::warning("WN0732", document.place(&member.name_span), message)
        .help(format!("remove it, or refer to it: `\"$ref\": \"#/{}/{}\"`", definitions.name, escape(&member.name)))
        .fix(fix)
}

/// Every reference of the package, each with the file and the place of its text.
#[derive(Default)]
struct References<'a> {
    list: Vec<(&'a Document, &'a Node, &'a str)>,
    /// Texts that may name anything.
    named: Vec<&'a str>,
}

impl<'a> References<'a> {
    fn read(&mut self, document: &'a Document) {
        let mut waiting = vec![&document.root];
        while let Some(node) = waiting.pop() {
            for member in node.members() {
                if let ("$ref" | "$dynamicRef" | "$recursiveRef", Some(text)) =
                    (member.name.as_str(), member.value.as_str())
                {
                    self.list.push((document, &member.value, text));
                }
                waiting.push(&member.value);
            }
            waiting.extend(node.items());
        }
    }

    /// Whether a reference outside of the definition names it, or what is in it: by its name, or by an anchor or identifier.
    fn name(&self, definition: &Member, document: &Document) -> bool {
        let mut names = vec![escape(&definition.name).into_owned(), definition.name.clone()];
        let mut waiting = vec![&definition.value];
        while let Some(node) = waiting.pop() {
            for member in node.members() {
                if let ("$anchor" | "$dynamicAnchor" | "$id" | "id", Some(text)) =
                    (member.name.as_str(), member.value.as_str())
                {
                    names.push(text.trim_start_matches('#').to_owned());
                }
                waiting.push(&member.value);
            }
            waiting.extend(node.items());
        }
        let is_outside = |(other, node): (&Document, &Node)| {
            let own = &definition.value.span;
            other.name != document.name || node.span.start < own.start || own.end < node.span.end
        };
        let is_named = |text: &str| names.iter().any(|name| !name.is_empty() && text.contains(name.as_str()));
        self.list.iter().any(|(other, node, text)| is_outside((other, node)) && is_named(text))
            || self.named.iter().any(|text| text.contains(&format!("/{}", definition.name)))
    }
}
