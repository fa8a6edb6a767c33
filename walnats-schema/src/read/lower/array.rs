//! `prefixItems`, `items` in its forms, `contains`, and counts.

use crate::{ArrayRules, Contains};

use super::Lowerer;
use super::schema_object::SchemaObject;
use crate::read::document::{Node, NodeValue};
use crate::read::resolve::{Draft, count};

impl<'a> Lowerer<'a, '_> {
    pub(super) fn array(&mut self, object: &SchemaObject<'_, 'a>, rules: &mut ArrayRules) {
        rules.min_items = object.value("minItems").and_then(count).filter(|&min| min > 0);
        rules.max_items = object.value("maxItems").and_then(count);
        rules.unique_items = object.value("uniqueItems").is_some_and(|node| node.value == NodeValue::Bool(true));
        rules.unevaluated_items = self.part(object, "unevaluatedItems");
        rules.contains = self.contains(object);
        if object.draft() == Draft::Draft202012 {
            rules.prefix_items = self.parts(object, "prefixItems");
            rules.items = self.part(object, "items");
        } else if object.items("items").is_some() {
            // Before 2020-12, an array of schemas is for the first items, and `additionalItems` for the rest.
            rules.prefix_items = self.parts(object, "items");
            rules.items = self.part(object, "additionalItems");
        } else {
            rules.items = self.part(object, "items");
        }
    }

    fn contains(&mut self, object: &SchemaObject<'_, 'a>) -> Option<Contains> {
        let bound = |name: &str| object.value(name).and_then(|node: &Node| count(node));
        Some(Contains {
            schema: self.part(object, "contains")?,
            min: bound("minContains").unwrap_or(1),
            max: bound("maxContains"),
            evaluates: object.draft() == Draft::Draft202012,
        })
    }
}
