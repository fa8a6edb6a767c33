//! Arrays: `Vec`, arrays of a fixed length, tuples.

use walnats_schema::{ArrayRules, SchemaId};

use super::Builder;
use crate::model::Constraint;
use crate::rust::conjunction::Node;
use crate::rust::kinds::Kinds;
use crate::rust::types::{Shape, Typed};

/// Longer ones are a `Vec` whose length is checked.
const MAX_FIXED: u64 = 12;

/// The array keywords of all schemas that apply, as one.
struct Lengths {
    prefix: usize,
    min: u64,
    max: Option<u64>,
    unique: bool,
}

impl Builder<'_> {
    pub(super) fn array(&mut self, node: &Node, depth: usize) -> Typed {
        let rules: Vec<&ArrayRules> = node.schemas(self.schemas.set).map(|schema| &schema.array).collect();
        let lengths = Lengths {
            prefix: rules.iter().map(|rules| rules.prefix_items.len()).max().unwrap_or(0),
            min: rules.iter().filter_map(|rules| rules.min_items).max().unwrap_or(0),
            max: rules.iter().filter_map(|rules| rules.max_items).min(),
            unique: rules.iter().any(|rules| rules.unique_items),
        };
        if !node.groups.is_empty() {
            self.any_array(node)
        } else if lengths.prefix > 0 {
            self.tuple(node, &rules, &lengths, depth)
        } else {
            self.list(node, &rules, &lengths, depth)
        }
    }

    fn any_array(&self, node: &Node) -> Typed {
        Typed::judged(Shape::Array(Box::new(Typed::exact(Shape::Value))), self.judge(node))
    }

    fn list(&mut self, node: &Node, rules: &[&ArrayRules], lengths: &Lengths, depth: usize) -> Typed {
        let items = self.place(&applicable(rules, 0), node.spot.join(&["items"]), depth + 1);
        let mut found = Vec::new();
        found.extend(lengths.unique.then_some(Constraint::UniqueItems));
        let min = lengths.min;
        if lengths.max == Some(min) && (1..=MAX_FIXED).contains(&min) {
            return Typed::constrained(Shape::FixedArray(Box::new(items), min), found);
        }
        if min > 0 {
            found.push(Constraint::MinItems(min));
        }
        found.extend(lengths.max.map(Constraint::MaxItems));
        Typed::constrained(Shape::Array(Box::new(items)), found)
    }

    /// A tuple, if the length is certain.
    fn tuple(&mut self, node: &Node, rules: &[&ArrayRules], lengths: &Lengths, depth: usize) -> Typed {
        let prefix = lengths.prefix as u64;
        let ends = applicable(rules, lengths.prefix).iter().any(|id| self.schemas.possible(*id) == Kinds::NONE);
        let closed = lengths.max == Some(prefix) || (ends && lengths.max.is_none_or(|max| max >= prefix));
        if !closed || lengths.min != prefix || prefix > MAX_FIXED {
            return self.any_array(node);
        }
        let mut items = Vec::new();
        for index in 0..lengths.prefix {
            let spot = node.spot.join(&["prefixItems", &index.to_string()]);
            items.push(self.place(&applicable(rules, index), spot, depth + 1));
        }
        Typed::judged(Shape::Tuple(items), if lengths.unique { self.judge(node) } else { Vec::new() })
    }
}

/// The schemas that apply to the item at `index`.
fn applicable(rules: &[&ArrayRules], index: usize) -> Vec<SchemaId> {
    let mut ids = Vec::new();
    for rules in rules {
        if let Some(id) = rules.prefix_items.get(index).copied().or(rules.items)
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids
}
