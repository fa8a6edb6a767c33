//! Finds the resources and anchors of documents.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use super::dialect::Dialect;
use super::draft::Draft;
use super::keyword::KEYWORDS;
use super::registry::{Cures, Location, Registry, ResourceId};
use super::uri::{self, Uri};
use crate::read::diagnostic::Report;
use crate::read::document::{Document, DocumentId, Node, NodeValue};

/// Where URIs with this prefix are found: the rest of the URI is the rest of a document's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) uri_prefix: String,
    pub(crate) name_prefix: String,
}

impl<'a> Registry<'a> {
    /// Indexes `documents`. What is wrong with a `$schema` becomes a finding.
    pub(crate) fn new(
        documents: &'a [Document],
        default_draft: Draft,
        remotes: &[Remote],
        report: &mut Report,
    ) -> Self {
        let mut registry = Self {
            document_count: documents.len(),
            documents: Vec::new(),
            default_draft,
            cures: Cures::default(),
            resources: Vec::new(),
            by_uri: HashMap::new(),
            by_root: HashMap::new(),
            document_uris: HashMap::new(),
            claimed_twice: HashMap::new(),
            metaschemas_are_indexed: false,
            schema_count: 0,
            large: RefCell::default(),
        };
        for document in documents {
            registry.add_document(document, remotes);
        }
        for (id, document) in DocumentId::enumerate(documents) {
            let retrieval = retrieval_uri(&document.name, remotes);
            index(&mut registry, id, &retrieval, report);
        }
        registry
    }

    fn add_document(&mut self, document: &'a Document, remotes: &[Remote]) {
        let document_id = DocumentId(self.documents.len());
        self.documents.push(document);
        let retrieval = retrieval_uri(&document.name, remotes);
        for keyword in ["$id", "id"] {
            if let Some(id) = document.root.get(keyword).and_then(Node::as_str) {
                self.document_uris.entry(uri::join(&retrieval, id).uri).or_insert(document_id);
            }
        }
        self.document_uris.insert(retrieval, document_id);
    }
}

/// The URI that a document is found under, whatever its `$id` says.
fn retrieval_uri(name: &str, remotes: &[Remote]) -> Uri {
    let mapped = remotes.iter().find_map(|remote| Some((remote, name.strip_prefix(&remote.name_prefix)?)));
    match mapped {
        Some((remote, rest)) => format!("{}{rest}", remote.uri_prefix),
        None => uri::of_document(name),
    }
}

/// Indexes a document under the URI that it is found at.
pub(super) fn index<'a>(registry: &mut Registry<'a>, document: DocumentId, retrieval: &str, report: &mut Report) {
    let root = &registry.document(document).root;
    let dialect = dialect(registry, document, root, report).unwrap_or(Dialect::standard(registry.default_draft));
    let location = Location { document, path: Vec::new(), node: root, resource: ResourceId::default() };
    let resource = registry.add_resource(retrieval.to_owned(), dialect, location);
    let mut walk = Walk { registry, report, document, path: Vec::new() };
    walk.schema(root, resource, dialect);
}

/// What the `$schema` of this very schema says.
fn dialect(registry: &Registry<'_>, document: DocumentId, node: &Node, report: &mut Report) -> Option<Dialect> {
    let schema = node.get("$schema")?;
    Some(registry.dialect_of(node, schema.as_str()?, registry.document(document).place(&schema.span), report))
}

struct Walk<'w, 'a> {
    registry: &'w mut Registry<'a>,
    report: &'w mut Report,
    document: DocumentId,
    path: Vec<Cow<'a, str>>,
}

impl<'a> Walk<'_, 'a> {
    /// Recursion is bounded by the nesting of the file, which loading bounds.
    fn schema(&mut self, node: &'a Node, resource: ResourceId, dialect: Dialect) {
        if !matches!(node.value, NodeValue::Object(_)) {
            return;
        }
        self.registry.schema_count += 1;
        let (resource, dialect) = self.identify(node, resource, dialect);
        self.anchors(node, resource, dialect);
        for member in node.members() {
            // The value is looked into by name alone: a vocabulary that is switched off still holds schemas.
            let known = KEYWORDS.iter().find(|row| row.name == member.name && row.drafts.contains(&dialect.draft));
            let Some(keyword) = known else { continue };
            for (step, child) in keyword.schemas(&member.value) {
                let length = self.path.len();
                self.path.push(Cow::Borrowed(&member.name));
                self.path.extend(step);
                self.schema(child, resource, dialect);
                self.path.truncate(length);
            }
        }
    }

    /// A new resource, if the schema has an identifier.
    fn identify(&mut self, node: &'a Node, resource: ResourceId, dialect: Dialect) -> (ResourceId, Dialect) {
        let is_root = self.path.is_empty();
        // An embedded schema has a `$schema` of its own only where it is a resource of its own.
        let own = if is_root { None } else { dialect_of_resource(self, node) };
        let dialect = own.unwrap_or(dialect);
        let Some(id) = identifier(node, dialect.draft) else { return (resource, dialect) };
        let joined = uri::join(&self.registry.resource(resource).uri, id);
        let resource = if id.starts_with('#') || id.is_empty() || joined.uri == self.registry.resource(resource).uri {
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
            self.add_anchor(joined.fragment, location);
        }
        (resource, dialect)
    }

    fn rename(&mut self, resource: ResourceId, uri: String) -> ResourceId {
        if self.registry.by_uri.contains_key(&uri) {
            let place = self.registry.place(&self.registry.resource(resource).root);
            self.registry.claimed_twice.entry(uri.clone()).or_insert(place);
        } else {
            self.registry.by_uri.insert(uri.clone(), resource);
        }
        self.registry.resource_mut(resource).uri = uri;
        resource
    }

    fn anchors(&mut self, node: &'a Node, resource: ResourceId, dialect: Dialect) {
        if dialect.draft < Draft::Draft201909 {
            return;
        }
        let text = |keyword: &str| node.get(keyword).and_then(Node::as_str).map(str::to_owned);
        if let Some(anchor) = text("$anchor") {
            self.add_anchor(anchor, self.location(node, resource));
        }
        if dialect.draft == Draft::Draft202012
            && let Some(anchor) = text("$dynamicAnchor")
        {
            let location = self.location(node, resource);
            self.add_anchor(anchor.clone(), location.clone());
            self.registry.resource_mut(resource).dynamic_anchors.entry(anchor).or_insert(location.clone());
        }
        let recursive = node.get("$recursiveAnchor").is_some_and(|value| value.value == NodeValue::Bool(true));
        let is_root = std::ptr::eq(self.registry.resource(resource).root.node, node);
        if dialect.draft == Draft::Draft201909 && recursive && is_root {
            let location = self.location(node, resource);
            self.registry.resource_mut(resource).dynamic_anchors.insert(String::new(), location);
        }
    }

    /// The first schema with an anchor keeps it.
    fn add_anchor(&mut self, anchor: String, location: Location<'a>) {
        let place = self.registry.place(&location);
        let target = self.registry.resource_mut(location.resource);
        match target.anchors.get(&anchor) {
            Some(first) if std::ptr::eq(first.node, location.node) => {}
            Some(_) => {
                let uri = format!("{}#{anchor}", target.uri);
                self.registry.claimed_twice.entry(uri).or_insert(place);
            }
            None => {
                target.anchors.insert(anchor, location);
            }
        }
    }

    fn location(&self, node: &'a Node, resource: ResourceId) -> Location<'a> {
        let path = self.path.iter().map(|step| step.clone().into_owned()).collect();
        Location { document: self.document, path, node, resource }
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
