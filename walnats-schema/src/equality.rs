//! When two JSON values are the same: numbers by value, objects whatever their order.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde_json::Value;

use crate::Decimal;

/// Whether two values are equal as JSON Schema means it (Core 2020-12, section 4.2.2): `1` equals `1.0`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b || Decimal::from(a) == Decimal::from(b),
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
    let state = RandomState::new();
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let alike = seen.entry(digest(item, &state)).or_default();
        if let Some(&earlier) = alike.iter().find(|&&earlier| equal(&items[earlier], item)) {
            return Some((earlier, index));
        }
        alike.push(index);
    }
    None
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

    use super::{equal, first_repetition};

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
}
