//! Arrays: `Vec`, arrays of a fixed length, tuples.

use walnats_schema::{ArrayRules, SchemaId};

use super::Builder;
use crate::model::Constraint;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::types::{Type, Typed};

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
    pub(super) fn array(&mut self, conjunction: &Conjunction, depth: usize) -> Typed {
        let rules: Vec<&ArrayRules> = conjunction.schemas(self.schemas.set).map(|schema| &schema.array).collect();
        let lengths = Lengths {
            prefix: rules.iter().map(|rules| rules.prefix_items.len()).max().unwrap_or(0),
            min: rules.iter().filter_map(|rules| rules.min_items).max().unwrap_or(0),
            max: rules.iter().filter_map(|rules| rules.max_items).min(),
            unique: rules.iter().any(|rules| rules.unique_items),
        };
        if !conjunction.groups.is_empty() {
            self.any_array(conjunction)
        } else if lengths.prefix > 0 {
            self.tuple(conjunction, &rules, &lengths, depth)
        } else {
            self.list(conjunction, &rules, &lengths, depth)
        }
    }

    fn any_array(&self, conjunction: &Conjunction) -> Typed {
        Typed::judged(Type::Array(Box::new(Typed::exact(Type::Value))), self.judge(conjunction))
    }

    fn list(&mut self, conjunction: &Conjunction, rules: &[&ArrayRules], lengths: &Lengths, depth: usize) -> Typed {
        let items = self.place(&applicable(rules, 0), conjunction.location.join(&["items"]), depth + 1);
        let mut found = Vec::new();
        found.extend(lengths.unique.then_some(Constraint::UniqueItems));
        let min = lengths.min;
        if lengths.max == Some(min) && (1..=MAX_FIXED).contains(&min) {
            return Typed::constrained(Type::FixedArray(Box::new(items), min), found);
        }
        if min > 0 {
            found.push(Constraint::MinItems(min));
        }
        found.extend(lengths.max.map(Constraint::MaxItems));
        Typed::constrained(Type::Array(Box::new(items)), found)
    }

    /// A tuple, if the length is certain.
    fn tuple(&mut self, conjunction: &Conjunction, rules: &[&ArrayRules], lengths: &Lengths, depth: usize) -> Typed {
        let prefix = lengths.prefix as u64;
        let ends = applicable(rules, lengths.prefix).iter().any(|id| self.schemas.possible(*id) == JsonTypes::NONE);
        let closed = lengths.max == Some(prefix) || (ends && lengths.max.is_none_or(|max| max >= prefix));
        if !closed || lengths.min != prefix || prefix > MAX_FIXED {
            return self.any_array(conjunction);
        }
        let mut items = Vec::new();
        for index in 0..lengths.prefix {
            let location = conjunction.location.join(&["prefixItems", &index.to_string()]);
            items.push(self.place(&applicable(rules, index), location, depth + 1));
        }
        Typed::judged(Type::Tuple(items), if lengths.unique { self.judge(conjunction) } else { Vec::new() })
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
