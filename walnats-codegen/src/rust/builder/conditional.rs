//! Members of `then` and `else`: fields of their type, which is not that of every value.

use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::types::Field;

/// Conditions within conditions are looked at this far.
const MAX_DEPTH: usize = 8;

impl Builder<'_> {
    /// The members that only `then` or `else` name, each with its schema. Where two of them disagree on it, it has none.
    pub(super) fn conditional_members(&self, conjunction: &Conjunction, fields: &[Field]) -> Vec<(String, SchemaId)> {
        let mut found: Vec<(String, Vec<SchemaId>)> = Vec::new();
        self.consequences(&conjunction.own, &mut found, 0);
        let is_new = |name: &str| {
            let objects = conjunction.schemas(self.schemas.set).map(|schema| &schema.object);
            let is_declared =
                objects.into_iter().any(|object| object.properties.iter().any(|(known, _)| known == name));
            !is_declared && fields.iter().all(|field| field.name != name)
        };
        let agreed = found.into_iter().filter(|(name, _)| is_new(name)).filter_map(|(name, ids)| {
            let key = |id: SchemaId| Conjunction::new(self.schemas, &[id], conjunction.location.clone()).key();
            let set = self.schemas.set;
            let is_alike = |other: &SchemaId| set.get(*other) == set.get(ids[0]) || key(*other) == key(ids[0]);
            ids.iter().all(is_alike).then_some((name, ids[0]))
        });
        agreed.collect()
    }

    fn consequences(&self, ids: &[SchemaId], found: &mut Vec<(String, Vec<SchemaId>)>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for condition in ids.iter().filter_map(|id| self.schemas.set.get(*id).condition.as_ref()) {
            for consequence in condition.then.into_iter().chain(condition.else_) {
                let conjuncts = self.schemas.set.conjuncts(&[consequence]);
                for (name, id) in conjuncts.iter().flat_map(|id| &self.schemas.set.get(*id).object.properties) {
                    let json_types = Conjunction::new(self.schemas, &[*id], Default::default()).json_types;
                    // What refuses the member, or says nothing of it, leaves it to the others.
                    if json_types == JsonTypes::NONE || json_types == JsonTypes::ALL {
                        continue;
                    }
                    match found.iter_mut().find(|(known, _)| known == name) {
                        Some((_, ids)) => ids.push(*id),
                        None => found.push((name.clone(), vec![*id])),
                    }
                }
                self.consequences(&conjuncts, found, depth + 1);
            }
        }
    }
}
