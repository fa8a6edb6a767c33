//! Annotations: what a schema says beyond what it accepts.

use crate::read::diagnostic::Place;
use crate::read::document::{Document, DocumentId, Node, NodeValue};
use crate::read::resolve::{Draft, Location};

/// What a schema says beyond what it accepts, and where it stands.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `default`, as JSON.
    pub default: Option<serde_json::Value>,
    /// Where `default` stands.
    pub default_place: Option<Place>,
    /// `examples`, as JSON.
    pub examples: Vec<serde_json::Value>,
    /// Where each of `examples` stands.
    pub example_places: Vec<Place>,
    /// `deprecated`.
    pub deprecated: bool,
    /// `readOnly`.
    pub read_only: bool,
    /// `writeOnly`.
    pub write_only: bool,
    /// The draft that it is read as.
    pub draft: Draft,
    /// The document that it stands in; [`Lowered::sources`](super::Lowered::sources) has its name at this position.
    pub document: DocumentId,
    /// From the document's root to the schema, as a JSON Pointer split at `/` and unescaped:
    /// `["definitions", "user", "properties", "email"]`.
    pub path: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// All but the path.
pub(super) fn read(location: &Location<'_>, document: &Document, draft: Draft) -> Annotations {
    let node = location.node;
    let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
    let flag = |name: &str| node.get(name).is_some_and(|value| value.value == NodeValue::Bool(true));
    let examples = match node.get("examples").map(|examples| &examples.value) {
        Some(NodeValue::Array(items)) => items.as_slice(),
        _ => &[],
    };
    Annotations {
        title: text("title"),
        description: text("description"),
        default: node.get("default").map(Node::to_json),
        default_place: node.get("default").map(|default| document.place(&default.span)),
        examples: examples.iter().map(Node::to_json).collect(),
        example_places: examples.iter().map(|example| document.place(&example.span)).collect(),
        deprecated: flag("deprecated"),
        read_only: flag("readOnly"),
        write_only: flag("writeOnly"),
        draft,
        document: location.document,
        path: Vec::new(),
        place: document.place(&node.span),
    }
}
