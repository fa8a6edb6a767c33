//! Where in a message something is: kept on the stack, and written out only where something is wrong.

use std::fmt::Write as _;

use prost_reflect::{FieldDescriptor, MapKey};
use walnats_schema::pointer::escape;
use walnats_schema::read::{Node, NodeValue};

/// A place in a message.
pub struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Field(&'a FieldDescriptor),
    Oneof(&'a str),
    Item(usize),
    Entry(&'a MapKey),
    /// The key of an entry itself.
    Key(&'a MapKey),
}

impl<'a> Path<'a> {
    /// The whole message.
    pub const ROOT: Path<'static> = Path { outer: None, step: Step::Root };

    pub const fn field(&'a self, field: &'a FieldDescriptor) -> Path<'a> {
        Path { outer: Some(self), step: Step::Field(field) }
    }

    pub const fn oneof(&'a self, name: &'a str) -> Path<'a> {
        Path { outer: Some(self), step: Step::Oneof(name) }
    }

    pub const fn item(&'a self, index: usize) -> Path<'a> {
        Path { outer: Some(self), step: Step::Item(index) }
    }

    pub const fn entry(&'a self, key: &'a MapKey) -> Path<'a> {
        Path { outer: Some(self), step: Step::Entry(key) }
    }

    pub const fn key(&'a self, key: &'a MapKey) -> Path<'a> {
        Path { outer: Some(self), step: Step::Key(key) }
    }

    /// Whether it is a key.
    pub const fn is_key(&self) -> bool {
        matches!(self.step, Step::Key(_))
    }

    /// As protovalidate writes it: `items[0].sku`, `prices["EUR"]`.
    pub fn shown(&self) -> String {
        let mut path = self.outer.map(Path::shown).unwrap_or_default();
        let name = match &self.step {
            Step::Field(field) => field.name(),
            Step::Oneof(name) => name,
            Step::Item(index) => {
                let _ = write!(path, "[{index}]");
                return path;
            }
            Step::Entry(MapKey::String(key)) | Step::Key(MapKey::String(key)) => {
                let _ = write!(path, "[{key:?}]");
                return path;
            }
            Step::Entry(key) | Step::Key(key) => {
                let _ = write!(path, "[{}]", key_text(key));
                return path;
            }
            Step::Root => return path,
        };
        if !path.is_empty() {
            path.push('.');
        }
        path + name
    }

    /// As a JSON Pointer (RFC 6901) into `document`, in which a field has either of its names.
    pub fn pointer(&self, document: Option<&Node>) -> String {
        self.located(document).0
    }

    /// The pointer, and what it points at.
    fn located<'n>(&self, document: Option<&'n Node>) -> (String, Option<&'n Node>) {
        let (pointer, node) = match self.outer {
            Some(outer) => outer.located(document),
            None => return (String::new(), document),
        };
        let member = |names: &[&str]| match node.map(|node| &node.value) {
            Some(NodeValue::Object(members)) => members.iter().find(|member| names.contains(&member.name.as_str())),
            _ => None,
        };
        let step = |name: &str, node: Option<&'n Node>| (format!("{pointer}/{}", escape(name)), node);
        match &self.step {
            Step::Root => (pointer, node),
            Step::Field(field) => match member(&[field.json_name(), field.name()]) {
                Some(member) => step(&member.name, Some(&member.value)),
                None => step(field.json_name(), None),
            },
            // It stands nowhere in the document: the message lacks it.
            Step::Oneof(name) => step(name, None),
            Step::Item(index) => {
                let item = match node.map(|node| &node.value) {
                    Some(NodeValue::Array(items)) => items.get(*index),
                    _ => None,
                };
                step(&index.to_string(), item)
            }
            Step::Entry(key) | Step::Key(key) => {
                let name = key_text(key);
                step(&name, member(&[&name]).map(|member| &member.value))
            }
        }
    }
}

/// The key of an entry, as JSON has it.
pub fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}
