//! `prefixItems`, `items` in its forms, `contains`, and counts.

use crate::{ArrayRules, Contains};

use super::Lowerer;
use super::subject::Subject;
use crate::read::document::{Node, NodeValue};
use crate::read::resolve::{Draft, count};

impl<'a> Lowerer<'a, '_> {
    pub(super) fn array(&mut self, subject: &Subject<'_, 'a>, rules: &mut ArrayRules) {
        rules.min_items = subject.value("minItems").and_then(count).filter(|&min| min > 0);
        rules.max_items = subject.value("maxItems").and_then(count);
        rules.unique_items = subject.value("uniqueItems").is_some_and(|node| node.value == NodeValue::Bool(true));
        rules.unevaluated_items = self.part(subject, "unevaluatedItems");
        rules.contains = self.contains(subject);
        if subject.draft() == Draft::Draft202012 {
            rules.prefix_items = self.parts(subject, "prefixItems");
            rules.items = self.part(subject, "items");
        } else if subject.items("items").is_some() {
            // Before 2020-12, an array of schemas is for the first items, and `additionalItems` for the rest.
            rules.prefix_items = self.parts(subject, "items");
            rules.items = self.part(subject, "additionalItems");
        } else {
            rules.items = self.part(subject, "items");
        }
    }

    fn contains(&mut self, subject: &Subject<'_, 'a>) -> Option<Contains> {
        let bound = |name: &str| subject.value(name).and_then(|node: &Node| count(node));
        Some(Contains {
            schema: self.part(subject, "contains")?,
            min: bound("minContains").unwrap_or(1),
            max: bound("maxContains"),
            evaluates: subject.draft() == Draft::Draft202012,
        })
    }
}
