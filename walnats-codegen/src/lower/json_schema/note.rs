//! Annotations: `title`, `description`, `default`, `examples`, and what `x-walnats` says of Rust.

use super::rust;
use crate::load::{Document, Node, NodeValue};
use crate::model::SchemaNote;
use crate::resolve::Location;

pub(super) fn note(location: &Location<'_>, document: &Document) -> SchemaNote {
    let node = location.node;
    let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
    let flag = |name: &str| node.get(name).is_some_and(|value| value.value == NodeValue::Bool(true));
    let examples = match node.get("examples").map(|examples| &examples.value) {
        Some(NodeValue::Array(items)) => items.as_slice(),
        _ => &[],
    };
    SchemaNote {
        title: text("title"),
        description: text("description"),
        default: node.get("default").map(Node::to_json),
        examples: examples.iter().map(Node::to_json).collect(),
        example_places: examples.iter().map(|example| document.place(&example.span)).collect(),
        deprecated: flag("deprecated"),
        read_only: flag("readOnly"),
        write_only: flag("writeOnly"),
        rust: rust::note(node),
        source: location.document,
        path: location.path.clone(),
        place: document.place(&node.span),
    }
}
