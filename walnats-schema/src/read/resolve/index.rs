//! Finds the resources and anchors of a document.

use super::dialect::{Dialect, Draft};
use super::keyword::KEYWORDS;
use super::registry::{Location, Registry};
use super::uri;
use crate::read::diagnostic::Report;
use crate::read::document::{Node, NodeValue};

/// Indexes a document under the URI that it is found at.
pub(super) fn index<'a>(registry: &mut Registry<'a>, document: usize, retrieval: &str, report: &mut Report) {
    let root = &registry.documents[document].root;
    let dialect = dialect(registry, document, root, report).unwrap_or(Dialect::standard(registry.default_draft));
    let location = Location { document, path: Vec::new(), node: root, resource: 0 };
    let resource = registry.add_resource(retrieval.to_owned(), dialect, location);
    let mut walk = Walk { registry, report, document, path: Vec::new() };
    walk.schema(root, resource, dialect);
}

/// What the `$schema` of this very schema says.
fn dialect(registry: &Registry<'_>, document: usize, node: &Node, report: &mut Report) -> Option<Dialect> {
    let schema = node.get("$schema")?;
    Some(registry.dialect_of(node, schema.as_str()?, registry.documents[document].place(&schema.span), report))
}

struct Walk<'w, 'a> {
    registry: &'w mut Registry<'a>,
    report: &'w mut Report,
    document: usize,
    path: Vec<String>,
}

impl<'a> Walk<'_, 'a> {
    /// Recursion is bounded by the nesting of the file, which loading bounds.
    fn schema(&mut self, node: &'a Node, resource: usize, dialect: Dialect) {
        if !matches!(node.value, NodeValue::Object(_)) {
            return;
        }
        let (resource, dialect) = self.identify(node, resource, dialect);
        self.anchors(node, resource, dialect);
        for member in node.members() {
            // The value is looked into by name alone: a vocabulary that is switched off still holds schemas.
            let known = KEYWORDS.iter().find(|row| row.name == member.name && row.drafts.contains(&dialect.draft));
            let Some(keyword) = known else { continue };
            for (step, child) in keyword.schemas(&member.value) {
                let length = self.path.len();
                self.path.push(member.name.clone());
                self.path.extend(step);
                self.schema(child, resource, dialect);
                self.path.truncate(length);
            }
        }
    }

    /// A new resource, if the schema has an identifier.
    fn identify(&mut self, node: &'a Node, resource: usize, dialect: Dialect) -> (usize, Dialect) {
        let is_root = self.path.is_empty();
        // An embedded schema has a `$schema` of its own only where it is a resource of its own.
        let own = if is_root { None } else { dialect_of_resource(self, node) };
        let dialect = own.unwrap_or(dialect);
        let Some(id) = identifier(node, dialect.draft) else { return (resource, dialect) };
        let joined = uri::join(&self.registry.resources[resource].uri, id);
        let resource = if id.starts_with('#') || id.is_empty() || joined.uri == self.registry.resources[resource].uri {
            resource
        } else if is_root {
            // The root keeps the URI that it was found under, and gets that of its identifier, which is its base.
            self.rename(resource, joined.uri)
        } else {
            let location = self.location(node, resource);
            self.registry.add_resource(joined.uri, dialect, location)
        };
        // Before 2019-09, an identifier's fragment is an anchor.
        if dialect.draft <= Draft::Draft7 && !joined.fragment.is_empty() {
            let location = self.location(node, resource);
            self.registry.resources[resource].anchors.entry(joined.fragment).or_insert(location);
        }
        (resource, dialect)
    }

    fn rename(&mut self, resource: usize, uri: String) -> usize {
        if self.registry.by_uri.contains_key(&uri) {
            let place = self.registry.place(&self.registry.resources[resource].root);
            self.registry.claimed_twice.entry(uri.clone()).or_insert(place);
        } else {
            self.registry.by_uri.insert(uri.clone(), resource);
        }
        self.registry.resources[resource].uri = uri;
        resource
    }

    fn anchors(&mut self, node: &'a Node, resource: usize, dialect: Dialect) {
        let location = self.location(node, resource);
        let text = |keyword: &str| node.get(keyword).and_then(Node::as_str).map(str::to_owned);
        let target = &mut self.registry.resources[resource];
        if dialect.draft >= Draft::Draft201909
            && let Some(anchor) = text("$anchor")
        {
            target.anchors.entry(anchor).or_insert(location.clone());
        }
        if dialect.draft == Draft::Draft202012
            && let Some(anchor) = text("$dynamicAnchor")
        {
            target.anchors.entry(anchor.clone()).or_insert(location.clone());
            target.dynamic_anchors.entry(anchor).or_insert(location.clone());
        }
        let recursive = node.get("$recursiveAnchor").is_some_and(|value| value.value == NodeValue::Bool(true));
        if dialect.draft == Draft::Draft201909 && recursive && std::ptr::eq(target.root.node, node) {
            target.dynamic_anchors.insert(String::new(), location);
        }
    }

    fn location(&self, node: &'a Node, resource: usize) -> Location<'a> {
        Location { document: self.document, path: self.path.clone(), node, resource }
    }
}

fn dialect_of_resource(walk: &mut Walk<'_, '_>, node: &Node) -> Option<Dialect> {
    let has_identifier = [Draft::Draft4, Draft::Draft202012].iter().any(|draft| identifier(node, *draft).is_some());
    if has_identifier { dialect(walk.registry, walk.document, node, walk.report) } else { None }
}

/// `$id`, or `id` in draft 4. Next to a `$ref` it means nothing before 2019-09.
fn identifier(node: &Node, draft: Draft) -> Option<&str> {
    if draft.reference_stands_alone() && node.get("$ref").is_some_and(|reference| reference.as_str().is_some()) {
        return None;
    }
    node.get(if draft == Draft::Draft4 { "id" } else { "$id" })?.as_str()
}
