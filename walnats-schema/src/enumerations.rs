//! Indices of the large enumerations of a set of schemas.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::{SchemaId, SchemaSet, ValueIndex, equal};

/// From how many values on an index is quicker than a look at each.
const LARGE: usize = 64;

/// Large enumerations by their schemas, each indexed when it is first needed. A cache, ignored when sets are compared.
#[derive(Debug, Default)]
pub(crate) struct Enumerations(OnceLock<HashMap<SchemaId, Enumeration>>);

#[derive(Debug)]
struct Enumeration {
    /// Where the values are: what stands elsewhere is another list, which the schema was given later.
    address: usize,
    index: OnceLock<ValueIndex>,
}

impl Clone for Enumerations {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Enumerations {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl SchemaSet {
    /// Whether a value is one of `values`, the enumeration of the schema `id`.
    pub(crate) fn is_listed(&self, id: SchemaId, values: &[Value], value: &Value) -> bool {
        let known = || self.enumerations.0.get_or_init(|| self.large_enumerations()).get(&id);
        let known = if values.len() < LARGE { None } else { known() };
        match known.filter(|known| known.address == address(values)) {
            Some(known) => known.index.get_or_init(|| ValueIndex::new(values)).position(values, value).is_some(),
            None => values.iter().any(|listed| equal(listed, value)),
        }
    }

    fn large_enumerations(&self) -> HashMap<SchemaId, Enumeration> {
        let schemas = (0..).map(SchemaId).zip(&self.schemas);
        let large = schemas.filter_map(|(id, schema)| {
            let values = schema.enumeration.as_ref().filter(|values| values.len() >= LARGE)?;
            Some((id, Enumeration { address: address(values), index: OnceLock::new() }))
        });
        large.collect()
    }
}

fn address(values: &[Value]) -> usize {
    values.as_ptr() as usize
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Schema, SchemaId, SchemaSet};

    #[test]
    fn values_of_large_enumerations_are_found_and_others_are_not() {
        let listing = |values| Schema { enumeration: Some(values), ..Schema::default() };
        let values = (0..1_000).map(|index| json!(index)).chain([json!({"a": [1]}), json!("x")]).collect();
        let mut set = SchemaSet { schemas: vec![Schema::default(), listing(values)], ..SchemaSet::default() };
        for value in [json!(0), json!(999.0), json!({"a": [1.0]}), json!("x")] {
            assert!(set.is_valid(SchemaId(1), &value), "{value}");
        }
        for value in [json!(1_000), json!({"a": 1}), json!("y"), json!(null)] {
            assert!(!set.is_valid(SchemaId(1), &value), "{value}");
        }
        set.schemas[1] = listing((1_000..2_000).map(|index| json!(index)).collect());
        assert!(set.is_valid(SchemaId(1), &json!(1_000)));
        assert!(!set.is_valid(SchemaId(1), &json!(0)));
    }
}
