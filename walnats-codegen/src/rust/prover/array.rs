//! Keywords of arrays.

use walnats_schema::{ArrayRules, SchemaId};

use super::{Prover, passes};
use crate::model::Constraint;
use crate::rust::proof::{Proof, all, not};
use crate::rust::types::{Type, Typed};

impl Prover<'_, '_> {
    /// The keywords that types have room for.
    pub(super) fn arrays(&self, typed: &Typed, array: &ArrayRules, depth: usize) -> Option<Proof> {
        let is_plain = array.prefix_items.is_empty();
        let mut parts = Vec::new();
        if let Some(items) = array.items.filter(|_| is_plain) {
            let none = count(not(self.items(typed, items, depth)?), 0, Some(0));
            parts.push(none);
        }
        let mut constraints = Vec::new();
        match &typed.ty {
            Type::FixedArray(_, length) => {
                let fits = array.min_items.is_none_or(|min| min <= *length)
                    && array.max_items.is_none_or(|max| max >= *length);
                parts.push(if fits { Proof::True } else { Proof::False });
            }
            Type::Array(_) => {
                constraints.extend(array.min_items.map(Constraint::MinItems));
                constraints.extend(array.max_items.map(Constraint::MaxItems));
            }
            _ => return (*array == ArrayRules::default()).then_some(Proof::True),
        }
        constraints.extend(array.unique_items.then_some(Constraint::UniqueItems));
        if array.unique_items && !typed.constraints.contains(&Constraint::UniqueItems) {
            return None;
        }
        parts.push(passes(typed, constraints));
        is_plain.then(|| all(parts))
    }

    /// `contains` and `unevaluatedItems`.
    pub(super) fn array_keywords(&self, typed: &Typed, array: &ArrayRules, depth: usize) -> Option<Proof> {
        if array.unevaluated_items.is_some() {
            return None;
        }
        let Some(contains) = &array.contains else { return Some(Proof::True) };
        Some(count(self.items(typed, contains.schema, depth)?, contains.min, contains.max))
    }

    fn items(&self, typed: &Typed, id: SchemaId, depth: usize) -> Option<Proof> {
        match &typed.ty {
            Type::Array(item) | Type::FixedArray(item, _) => self.holds(item, id, depth + 1),
            _ => None,
        }
    }
}

/// Between `min` and `max` items satisfy `proof`.
fn count(proof: Proof, min: u64, max: Option<u64>) -> Proof {
    match (&proof, min, max) {
        (_, 0, None) | (Proof::False, 0, _) => Proof::True,
        (Proof::False, _, _) => Proof::False,
        _ => Proof::Items { proof: Box::new(proof), min, max },
    }
}
