//! A JSON or YAML file as a tree that remembers where everything stands.

mod json;
mod number;
mod scalar;
mod syntax;
mod yaml;

use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

pub use json::{parse_json, parse_json_leniently};
pub use yaml::{parse_yaml, parse_yaml_leniently};

use super::diagnostic::{Place, SourceFile};

/// The deepest nesting that is read, so that no later stage can run out of stack: the limit of serde_json.
const MAX_DEPTH: usize = 127;

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its text and path.
    pub file: Arc<SourceFile>,
    /// Relative to the schema folder, `/` between parts, with extension: `common/_address.json`.
    pub name: String,
    /// Its content.
    pub root: Node,
}

/// A document, by its position among those that are read together; meta-schemas that they refer to come after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub usize);

impl DocumentId {
    /// Each of `documents` with its id.
    pub fn enumerate<T>(documents: impl IntoIterator<Item = T>) -> impl Iterator<Item = (Self, T)> {
        documents.into_iter().enumerate().map(|(position, document)| (Self(position), document))
    }
}

impl Document {
    /// The place of `span` in this file.
    pub fn place(&self, span: &Range<usize>) -> Place {
        Place { file: Arc::clone(&self.file), span: span.clone() }
    }
}

/// A JSON value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What stands there.
    pub value: NodeValue,
}

/// The value of a [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// As written.
    Number(serde_json::Number),
    /// Unescaped.
    String(String),
    /// In order.
    Array(Vec<Node>),
    /// In the order of the file; names are unique (a repeated name is reported when the file is loaded).
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Unescaped.
    pub name: String,
    /// Where the name stands, quotes included.
    pub name_span: Range<usize>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The member `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|member| &member.value)
    }

    /// The member `name` with its place, if this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// The members, if this is an object; none otherwise.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            NodeValue::Object(members) => members,
            _ => &[],
        }
    }

    /// The items, if this is an array; otherwise none.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::Array(items) => items,
            _ => &[],
        }
    }

    /// What a JSON Pointer (RFC 6901) leads to; `""` is this very node.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, part| {
            let part = crate::pointer::unescape(part);
            match &node.value {
                NodeValue::Array(items) => items.get(part.parse::<usize>().ok()?),
                _ => node.get(&part),
            }
        })
    }

    /// What the parts of a JSON Pointer lead to, each unescaped.
    pub fn descendant(&self, path: &[String]) -> Option<&Node> {
        path.iter().try_fold(self, |node, part| match &node.value {
            NodeValue::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => node.get(part),
        })
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same value without places.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            NodeValue::Null => serde_json::Value::Null,
            NodeValue::Bool(value) => (*value).into(),
            NodeValue::Number(value) => value.clone().into(),
            NodeValue::String(value) => value.clone().into(),
            NodeValue::Array(items) => items.iter().map(Node::to_json).collect(),
            NodeValue::Object(members) => {
                members.iter().map(|member| (member.name.clone(), member.value.to_json())).collect()
            }
        }
    }
}

/// As JSON, members in the order of the file.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            NodeValue::Null => serializer.serialize_unit(),
            NodeValue::Bool(value) => serializer.serialize_bool(*value),
            NodeValue::Number(value) => value.serialize(serializer),
            NodeValue::String(value) => serializer.serialize_str(value),
            NodeValue::Array(items) => serializer.collect_seq(items),
            NodeValue::Object(members) => {
                serializer.collect_map(members.iter().map(|member| (&member.name, &member.value)))
            }
        }
    }
}
