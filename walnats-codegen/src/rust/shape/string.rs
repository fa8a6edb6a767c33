//! Strings: enums, date-times, UUIDs, text.

use serde_json::Value;
use walnats_schema::{Format, SchemaId, StringRules};

use super::{Body, Builder, Rule, Shape, Typed};
use crate::rust::node::{Node, needs_judge};

impl Builder<'_> {
    pub(super) fn string(&mut self, node: &Node) -> Typed {
        let mut rules = Vec::new();
        for schema in node.schemas(self.schemas.set) {
            let string = &schema.string;
            rules.extend(string.min_length.map(Rule::MinLength));
            rules.extend(string.max_length.map(Rule::MaxLength));
            rules.extend(string.pattern.clone().map(Rule::Pattern));
            rules.extend(string.format.map(Rule::Format));
        }
        rules.dedup();
        if let Some(values) = self.enumeration(node) {
            let values = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            return self.string_enum(node, values, rules);
        }
        if let Some(values) = self.enumeration_of_branches(node) {
            return self.string_enum(node, values, rules);
        }
        for (format, shape) in [(Format::DateTime, Shape::DateTime), (Format::Uuid, Shape::Uuid)] {
            // The type is the check; other rules would need the text again.
            if rules == [Rule::Format(format)] {
                return Typed::exact(shape);
            }
        }
        Typed { shape: Shape::String, rules }
    }

    /// An enum, unless it would have no variants, or further rules take some away.
    fn string_enum(&mut self, node: &Node, values: Vec<String>, rules: Vec<Rule>) -> Typed {
        if values.is_empty() || !rules.is_empty() {
            return Typed { shape: Shape::String, rules: self.judge(node) };
        }
        Typed::exact(Shape::Item(self.item(node, Body::Enum(values))))
    }

    /// The strings that `oneOf` or `anyOf` lists as `const`s or `enum`s, each with a title or description of its own.
    fn enumeration_of_branches(&self, node: &Node) -> Option<Vec<String>> {
        let [group] = node.groups.as_slice() else { return None };
        let mut values = Vec::new();
        for branch in &group.branches {
            let choice = Node::new(&self.schemas, &[*branch], node.spot.clone()).only(&self.schemas, node.kinds);
            let plain = choice.groups.is_empty() && choice.own.iter().all(|id| self.is_plain_enumeration(*id));
            let strings = self.enumeration(&choice).filter(|_| plain)?;
            for value in strings.iter().filter_map(Value::as_str) {
                let known = values.iter().any(|known| known == value);
                if known && group.exclusive {
                    return None;
                }
                if !known {
                    values.push(value.to_owned());
                }
            }
        }
        Some(values)
    }

    fn is_plain_enumeration(&self, id: SchemaId) -> bool {
        let schema = self.schemas.set.get(id);
        schema.enumeration.is_some() && schema.string == StringRules::default() && !needs_judge(schema)
    }
}
