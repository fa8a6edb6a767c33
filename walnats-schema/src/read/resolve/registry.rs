//! Every schema resource that references may lead to.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::dialect::Dialect;
use super::draft::Draft;
use super::uri::Uri;
use crate::read::diagnostic::{Diagnostic, Place, Report};
use crate::read::document::{Document, DocumentId, Node};

/// What else a user can do about a finding, in the words of the program that reads the schemas, such as the names of its
/// options. Each completes a sentence of the finding's help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cures {
    /// After "say an earlier draft, in `$schema` or ...": where the draft of files without `$schema` is set.
    pub earlier_draft: Option<&'static str>,
    /// After "put the schema among the others, with this `$id`, or ...": how to say where a schema is kept.
    pub unknown_identifier: Option<&'static str>,
    /// A sentence by itself: what to do about an unknown keyword in a file that others write.
    pub unknown_keyword: Option<&'static str>,
}

/// All resources of the documents.
pub struct Registry<'a> {
    /// How many documents were given; those after them are meta-schemas.
    pub(crate) document_count: usize,
    pub(super) documents: Vec<&'a Document>,
    pub(super) default_draft: Draft,
    /// What the program that reads the schemas adds to findings.
    pub(crate) cures: Cures,
    pub(super) resources: Vec<Resource<'a>>,
    pub(super) by_uri: HashMap<Uri, ResourceId>,
    /// Roots of resources, by address.
    pub(super) by_root: HashMap<*const Node, ResourceId>,
    /// Documents by the URIs that their names and roots give them.
    pub(super) document_uris: HashMap<Uri, DocumentId>,
    /// URIs that several resources claim, with the second claim.
    pub(super) claimed_twice: HashMap<Uri, Place>,
    pub(super) metaschemas_are_indexed: bool,
    /// How many schemas the documents have.
    pub(crate) schema_count: usize,
    /// The members of large objects that references led through, by address.
    pub(super) large: RefCell<HashMap<*const Node, HashMap<&'a str, &'a Node>>>,
}

/// Objects with fewer members are searched one by one.
const MANY_MEMBERS: usize = 16;

/// One of [`Registry::resources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ResourceId(usize);

/// A schema with a URI (JSON Schema Core 2020-12, section 4.3.5).
pub(super) struct Resource<'a> {
    pub(super) uri: Uri,
    pub(super) dialect: Dialect,
    pub(super) root: Location<'a>,
    pub(super) anchors: BTreeMap<String, Location<'a>>,
    /// `""` for a root with `$recursiveAnchor: true`.
    pub(super) dynamic_anchors: BTreeMap<String, Location<'a>>,
}

/// A schema, and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Location<'a> {
    pub(crate) document: DocumentId,
    /// From the document's root.
    pub(crate) path: Vec<String>,
    pub(crate) node: &'a Node,
    /// The resource that it belongs to.
    pub(crate) resource: ResourceId,
}

impl<'a> Registry<'a> {
    /// One of the documents given, or a meta-schema.
    pub(crate) fn document(&self, id: DocumentId) -> &'a Document {
        self.documents[id.0]
    }

    /// Whether a document is one of those given: nobody can change the meta-schemas.
    pub(crate) fn is_given(&self, id: DocumentId) -> bool {
        id.0 < self.document_count
    }

    /// The schema at `pointer` (a JSON Pointer) of the document `name`.
    pub(crate) fn locate(&self, name: &str, pointer: &str) -> Option<Location<'a>> {
        let (document, found) = DocumentId::enumerate(&self.documents).find(|(_, document)| document.name == name)?;
        let root = &found.root;
        let resource = *self.by_root.get(&std::ptr::from_ref(root))?;
        let start = Location { document, path: Vec::new(), node: root, resource };
        self.walk(&start, pointer).ok()
    }

    /// The member `name` of `node`, as [`Node::get`] finds it, in constant time even where there are thousands.
    pub(super) fn member(&self, node: &'a Node, name: &str) -> Option<&'a Node> {
        if node.members().len() <= MANY_MEMBERS {
            return node.get(name);
        }
        let mut large = self.large.borrow_mut();
        let members = large
            .entry(std::ptr::from_ref(node))
            .or_insert_with(|| node.members().iter().map(|member| (member.name.as_str(), &member.value)).collect());
        members.get(name).copied()
    }

    /// The keywords that a schema may use.
    pub(crate) fn dialect(&self, location: &Location<'_>) -> Dialect {
        self.resource(location.resource).dialect
    }

    /// The place of a schema.
    pub(crate) fn place(&self, location: &Location<'_>) -> Place {
        self.document(location.document).place(&location.node.span)
    }

    /// A part of a schema that is a schema itself.
    pub(crate) fn child(&self, parent: &Location<'a>, steps: &[&str], node: &'a Node) -> Location<'a> {
        let mut path = Vec::with_capacity(parent.path.len() + steps.len());
        path.extend(parent.path.iter().map(String::as_str).chain(steps.iter().copied()).map(str::to_owned));
        let resource = self.by_root.get(&std::ptr::from_ref(node)).copied().unwrap_or(parent.resource);
        Location { document: parent.document, path, node, resource }
    }

    /// The dynamic anchor `name` of a resource.
    pub(crate) fn dynamic_anchor(&self, resource: ResourceId, name: &str) -> Option<&Location<'a>> {
        self.resource(resource).dynamic_anchors.get(name)
    }

    pub(super) fn resource(&self, id: ResourceId) -> &Resource<'a> {
        &self.resources[id.0]
    }

    pub(super) fn resource_mut(&mut self, id: ResourceId) -> &mut Resource<'a> {
        &mut self.resources[id.0]
    }

    /// Adds a resource; the first to claim a URI keeps it.
    pub(super) fn add_resource(&mut self, uri: Uri, dialect: Dialect, root: Location<'a>) -> ResourceId {
        let index = ResourceId(self.resources.len());
        let root = Location { resource: index, ..root };
        self.by_root.insert(std::ptr::from_ref(root.node), index);
        if self.by_uri.contains_key(&uri) {
            let place = self.place(&root);
            self.claimed_twice.entry(uri.clone()).or_insert(place);
        } else {
            self.by_uri.insert(uri.clone(), index);
        }
        self.resources.push(Resource {
            uri,
            dialect,
            root,
            anchors: BTreeMap::new(),
            dynamic_anchors: BTreeMap::new(),
        });
        index
    }

    /// The dialect that a `$schema` names.
    pub(super) fn dialect_of(&self, root: &Node, schema: &str, place: Place, report: &mut Report) -> Dialect {
        if let Some(draft) = Draft::from_uri(schema) {
            return Dialect::standard(draft);
        }
        let Some(&document) = self.document_uris.get(schema.trim_end_matches('#')) else {
            if ["draft-01", "draft-02", "draft-03"]
                .iter()
                .any(|draft| schema.contains(&format!("json-schema.org/{draft}")))
            {
                let help =
                    "drafts 4, 6, 7, 2019-09 and 2020-12 are read; `required` has moved to the object since draft 3";
                let message = format!("schemas of `{schema}` are not read");
                report.push(Diagnostic::error("WN0209", place, message).help(help));
                return Dialect::standard(self.default_draft);
            }
            // Who extends a meta-schema keeps the name of its identifier: draft 4 alone has `id`.
            let is_draft4 = root.get("id").is_some_and(|id| id.as_str().is_some()) && root.get("$id").is_none();
            let draft = if is_draft4 { Draft::Draft4 } else { self.default_draft };
            let message = format!("the meta-schema `{schema}` is unknown; this schema is read as {}", draft.name());
            let help = format!("use one of the drafts' own, such as `{}`", Draft::Draft202012.uri());
            report.push(Diagnostic::warning("WN0206", place, message).help(help));
            return Dialect::standard(draft);
        };
        self.dialect_of_metaschema(document, report)
    }

    /// The dialect that a meta-schema among the documents describes.
    fn dialect_of_metaschema(&self, document: DocumentId, report: &mut Report) -> Dialect {
        let document = self.document(document);
        let own = document.root.get("$schema").and_then(Node::as_str);
        let draft = own.and_then(Draft::from_uri).unwrap_or(self.default_draft);
        let Some(vocabularies) = document.root.get("$vocabulary") else { return Dialect::standard(draft) };
        let mut dialect = Dialect::core(draft);
        for member in vocabularies.members() {
            let required = member.value.to_json() == true;
            if !dialect.admit(&member.name, required) && required {
                let message = format!("the vocabulary `{}` is unknown", member.name);
                let help = "schemas that need it cannot be read; where it only annotates, say `false` for it";
                report.push(Diagnostic::error("WN0207", document.place(&member.name_span), message).help(help));
            }
        }
        dialect
    }
}
