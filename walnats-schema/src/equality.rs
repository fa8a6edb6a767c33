//! When two JSON values are the same: numbers by value, objects whatever their order.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde_json::Value;

use crate::Decimal;

/// Whether two values are equal as JSON Schema means it (Core 2020-12, section 4.2.2): `1` equals `1.0`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b || Decimal::from(a) == Decimal::from(b),
        },
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => false,
    }
}

/// The first two items that are equal, if any are. Takes time in proportion to the size of the items.
pub fn first_repetition(items: &[Value]) -> Option<(usize, usize)> {
    let mut seen = ValueIndex::default();
    (0..items.len()).find_map(|at| seen.insert(items, at).map(|earlier| (earlier, at)))
}

/// The positions of the values of a list, found by equality. The list stays with the caller.
#[derive(Debug, Default)]
pub struct ValueIndex {
    state: RandomState,
    positions: HashMap<u64, Vec<usize>>,
}

impl ValueIndex {
    /// An index of all values of a list.
    pub fn new<V: Borrow<Value>>(values: &[V]) -> Self {
        let mut index = Self::default();
        (0..values.len()).for_each(|at| _ = index.insert(values, at));
        index
    }

    /// Adds the value at a position of the list, unless an equal one was added before: returns the position of that.
    ///
    /// # Panics
    /// If the list ends before `at`.
    pub fn insert<V: Borrow<Value>>(&mut self, values: &[V], at: usize) -> Option<usize> {
        let value = values[at].borrow();
        let alike = self.positions.entry(digest(value, &self.state)).or_default();
        let earlier = alike.iter().find(|earlier| equal(values[**earlier].borrow(), value)).copied();
        if earlier.is_none() {
            alike.push(at);
        }
        earlier
    }

    /// The first position of a value in the list.
    pub fn position<V: Borrow<Value>>(&self, values: &[V], value: &Value) -> Option<usize> {
        let alike = self.positions.get(&digest(value, &self.state))?;
        let is_same = |at: &usize| values.get(*at).is_some_and(|other| equal(other.borrow(), value));
        alike.iter().copied().find(is_same)
    }
}

/// Equal for equal values.
fn digest(value: &Value, state: &RandomState) -> u64 {
    let mut hasher = state.build_hasher();
    std::mem::discriminant(value).hash(&mut hasher);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(&mut hasher),
        Value::Number(value) => Decimal::from(value).hash(&mut hasher),
        Value::String(value) => value.hash(&mut hasher),
        Value::Array(items) => {
            for item in items {
                hasher.write_u64(digest(item, state));
            }
        }
        Value::Object(members) => {
            // A sum, because the order of members means nothing.
            let sum = members
                .iter()
                .fold(0_u64, |sum, (name, value)| sum.wrapping_add(state.hash_one((name, digest(value, state)))));
            hasher.write_u64(sum);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ValueIndex, equal, first_repetition};

    #[test]
    fn numbers_are_equal_by_value() {
        assert!(equal(&json!({"a": 1, "b": [2.0]}), &json!({"b": [2], "a": 1.0})));
        assert!(!equal(&json!(0), &json!(false)));
        assert!(!equal(&json!(9007199254740993_u64), &json!(9007199254740992.0)));
    }

    #[test]
    fn repetitions_are_found() {
        let Value::Array(items) = json!([1, true, "1", {"a": 1, "b": 2}, [1], {"b": 2.0, "a": 1.0}]) else { return };
        assert_eq!(first_repetition(&items), Some((3, 5)));
        assert_eq!(first_repetition(&items[..5]), None);
    }
    #[test]
    fn values_are_found_by_what_they_are_equal_to() {
        let Value::Array(values) = json!([1, "1", {"a": 1, "b": [2]}, 1.0, null]) else { return };
        let index = ValueIndex::new(&values);
        assert_eq!(index.position(&values, &json!(1.0)), Some(0));
        assert_eq!(index.position(&values, &json!({"b": [2.0], "a": 1})), Some(2));
        assert_eq!(index.position(&values, &json!(null)), Some(4));
        assert_eq!(index.position(&values, &json!([])), None);
    }
}
