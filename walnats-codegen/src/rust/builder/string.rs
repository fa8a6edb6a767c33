//! Strings: enums, date-times, UUIDs, text.

use std::collections::HashMap;

use serde_json::Value;
use walnats_schema::Format;

use super::Builder;
use crate::model::{Constraint, DateTimes, RustType};
use crate::rust::conjunction::Node;
use crate::rust::types::{Body, Enum, Shape, Typed};

/// How often a value is tried with a branch, to find which of the values are accepted.
const MAX_TRIED: usize = 1_000_000;

impl Builder<'_> {
    pub(super) fn string(&mut self, node: &Node) -> Typed {
        if let Some(values) = self.enumeration(node).or_else(|| self.enumeration_of_branches(node)) {
            return self.string_enum(node, &values);
        }
        let mut constraints = Vec::new();
        for schema in node.schemas(self.schemas.set) {
            let string = &schema.string;
            constraints.extend(string.min_length.map(Constraint::MinLength));
            constraints.extend(string.max_length.map(Constraint::MaxLength));
            constraints.extend(string.pattern.clone().map(Constraint::Pattern));
            constraints.extend(string.format.map(Constraint::Format));
        }
        constraints.dedup();
        if self.is_asked_for(node, RustType::String) {
            return Typed::constrained(Shape::String, constraints);
        }
        if constraints == [Constraint::Format(Format::Uuid)] {
            // Other constraints would need the text, which a UUID does not keep.
            return Typed::exact(Shape::Uuid);
        }
        let mut formats = vec![(Format::DateTime, Shape::DateTime), (Format::Date, Shape::Date)];
        formats.retain(|_| self.datetime != DateTimes::String);
        for (format, shape) in formats {
            if constraints.contains(&Constraint::Format(format)) {
                // The type is the check.
                constraints.retain(|constraint| *constraint != Constraint::Format(format));
                return Typed::constrained(shape, constraints);
            }
        }
        let encodings = node.schemas(self.schemas.set).filter_map(|schema| schema.string.content_encoding.as_deref());
        let is_base64 = encodings.into_iter().any(|encoding| encoding.eq_ignore_ascii_case("base64"));
        Typed::constrained(if is_base64 { Shape::Base64 } else { Shape::String }, constraints)
    }

    /// An enum, unless it would have no variants.
    fn string_enum(&mut self, node: &Node, values: &[Value]) -> Typed {
        let values: Vec<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if values.is_empty() {
            return Typed::judged(Shape::String, self.judge(node));
        }
        let asked = |value: &String| {
            let notes = node.whole.iter().chain(&node.own).filter_map(|id| self.notes.get(id.0 as usize));
            notes.into_iter().find_map(|note| note.rust.variants.get(value).cloned())
        };
        let names = values.iter().map(|value| asked(value).unwrap_or_else(|| value.clone())).collect();
        Typed::exact(Shape::Item(self.item(node, Body::Enum(Enum { values, names }))))
    }

    /// The strings that `oneOf` or `anyOf` lists as `const`s or `enum`s, each with a title or description of its own.
    fn enumeration_of_branches(&self, node: &Node) -> Option<Vec<Value>> {
        let [group] = node.groups.as_slice() else { return None };
        let (mut values, mut is_plain) = (Vec::new(), node.own.is_empty());
        for branch in &group.branches {
            let choice = Node::new(self.schemas, &[*branch], node.spot.clone()).only(self.schemas, node.kinds);
            values.extend(self.enumeration(&choice)?);
            is_plain &= choice.is_list(self.schemas);
        }
        if !is_plain && values.len() * group.branches.len() > MAX_TRIED {
            return None;
        }
        let mut count: HashMap<String, usize> = HashMap::new();
        for text in values.iter().filter_map(Value::as_str) {
            *count.entry(text.to_owned()).or_default() += 1;
        }
        // Branches that are lists, and nothing else, accept what they list.
        let accepts = |value: &Value, count: usize| match is_plain {
            true => count == 1 || !group.exclusive,
            false => self.accepts(node, value),
        };
        values.retain(|value| {
            let count = value.as_str().and_then(|text| count.remove(text));
            count.is_some_and(|count| accepts(value, count))
        });
        Some(values)
    }
}
