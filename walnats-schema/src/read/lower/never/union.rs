//! Large unions of constants, in which a value is found at once.

use serde_json::Value;

use super::Finder;
use crate::constants::{is_of_type, union_of_constants};
use crate::{Schema, SchemaId, SchemaSet, ValueIndex};

/// From how many branches on an index is quicker than a look at each.
const LARGE: usize = 16;

/// A schema that says nothing but a union of constants and perhaps a `type`.
pub(super) struct Union<'s> {
    schema: &'s Schema,
    values: Vec<&'s Value>,
    index: ValueIndex,
}

impl<'s> Union<'s> {
    fn of(set: &'s SchemaSet, schema: &'s Schema) -> Option<Self> {
        let values = union_of_constants(&set.schemas, schema)?;
        let rest = Schema { types: None, any_of: Vec::new(), one_of: Vec::new(), ..schema.clone() };
        let index = ValueIndex::new(&values);
        (rest == Schema::default()).then_some(Self { schema, values, index })
    }

    fn accepts(&self, value: &Value) -> bool {
        let is_allowed = |types: &Vec<_>| types.iter().any(|json_type| is_of_type(value, *json_type));
        self.schema.types.as_ref().is_none_or(is_allowed) && self.index.position(&self.values, value).is_some()
    }
}

impl Finder<'_> {
    /// Whether a schema accepts a value.
    pub(super) fn accepts(&mut self, id: SchemaId, value: &Value) -> bool {
        let set = self.set;
        let schema = set.get(id);
        if schema.any_of.len().max(schema.one_of.len()) < LARGE {
            return set.is_valid(id, value);
        }
        match self.unions.entry(id).or_insert_with(|| Union::of(set, schema)) {
            Some(union) => union.accepts(value),
            None => set.is_valid(id, value),
        }
    }
}
