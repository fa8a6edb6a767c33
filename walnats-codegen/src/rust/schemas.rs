//! A schema set, with what is asked of it again and again.

use std::collections::{BTreeSet, HashMap, HashSet};

use walnats_schema::{ArrayRules, NumberRules, ObjectRules, Schema, SchemaId, SchemaSet, StringRules};

use super::json_types::JsonTypes;

/// A schema set, with what is asked of it again and again.
pub struct Schemas<'s> {
    pub set: &'s SchemaSet,
    /// For each schema the types that a value can have which it accepts; too many rather than too few.
    possible: Vec<JsonTypes>,
    /// For each schema the types that its own keywords leave, and whether it has any beyond those that a conjunction
    /// resolves.
    pub own: Vec<(JsonTypes, bool)>,
    /// The members of schemas that name many.
    members: HashMap<SchemaId, HashMap<&'s str, SchemaId>>,
}

/// Fewer members are looked through one by one.
const MANY_MEMBERS: usize = 16;

impl<'s> Schemas<'s> {
    pub fn new(set: &'s SchemaSet) -> Self {
        let own: Vec<_> = set.schemas.iter().map(|schema| (own_json_types(schema), has_own_keywords(schema))).collect();
        let possible = own.iter().map(|(json_types, _)| *json_types).collect();
        let members = (0..).zip(&set.schemas).filter(|(_, schema)| schema.object.properties.len() > MANY_MEMBERS).map(
            |(id, schema)| {
                let members = schema.object.properties.iter().map(|(name, id)| (name.as_str(), *id));
                (SchemaId(id), members.collect())
            },
        );
        let members = members.collect();
        let mut schemas = Self { set, possible, own, members };
        // A round passes narrower types on along references, as far as they lead in its direction.
        while schemas.narrow((0..set.schemas.len()).rev()) | schemas.narrow(0..set.schemas.len()) {}
        schemas
    }

    fn narrow(&mut self, order: impl Iterator<Item = usize>) -> bool {
        let mut narrowed = false;
        for index in order {
            let schema = &self.set.schemas[index];
            let mut json_types = self.possible[index];
            for next in schema.direct_conjuncts() {
                json_types = json_types.and(self.possible(next));
            }
            for branches in [&schema.one_of, &schema.any_of] {
                if !branches.is_empty() {
                    json_types = json_types.and(self.possible_of_any(branches));
                }
            }
            narrowed |= json_types != self.possible[index];
            self.possible[index] = json_types;
        }
        narrowed
    }

    /// The types that a value can have which the schema accepts.
    pub fn possible(&self, id: SchemaId) -> JsonTypes {
        self.possible.get(id.0 as usize).copied().unwrap_or(JsonTypes::ALL)
    }

    /// The schema of the member `name` of `id`.
    pub fn property(&self, id: SchemaId, name: &str) -> Option<SchemaId> {
        match self.members.get(&id) {
            Some(members) => members.get(name).copied(),
            None => self.set.get(id).object.properties.iter().find(|(key, _)| key == name).map(|(_, id)| *id),
        }
    }

    /// Whether a dynamic reference can be reached.
    pub fn is_dynamic(&self, id: SchemaId) -> bool {
        // Only sets with dynamic references know their resources.
        if self.set.resources.is_empty() {
            return false;
        }
        self.reachable(id, &BTreeSet::new()).into_iter().any(|id| self.set.get(id).dynamic_reference.is_some())
    }

    /// The schema itself and every one that it leads to, not by way of those in `without`.
    pub fn reachable(&self, id: SchemaId, without: &BTreeSet<SchemaId>) -> HashSet<SchemaId> {
        let (mut reached, mut waiting) = (HashSet::new(), vec![id]);
        while let Some(id) = waiting.pop() {
            if !without.contains(&id) && reached.insert(id) {
                waiting.extend(self.set.get(id).children());
            }
        }
        reached
    }

    /// The names of the members that the schema evaluates by itself, by `$ref` and by `allOf`: what its
    /// `unevaluatedProperties` is not about. `None` where that depends on the value.
    pub fn evaluated(&self, id: SchemaId) -> Option<HashSet<&'s str>> {
        let mut names = HashSet::new();
        for conjunct in self.set.conjuncts(&[id]) {
            let schema = self.set.get(conjunct);
            let object = &schema.object;
            let depends = !schema.any_of.is_empty()
                || !schema.one_of.is_empty()
                || schema.condition.is_some()
                || schema.dynamic_reference.is_some()
                || !object.dependent_schemas.is_empty()
                || !object.pattern_properties.is_empty()
                || object.additional_properties.is_some()
                || (object.unevaluated_properties.is_some() && conjunct != id);
            if depends {
                return None;
            }
            names.extend(object.properties.iter().map(|(name, _)| name.as_str()));
        }
        Some(names)
    }

    /// The types that a value can have which any of these accepts.
    pub fn possible_of_any(&self, ids: &[SchemaId]) -> JsonTypes {
        ids.iter().fold(JsonTypes::NONE, |all, id| all.or(self.possible(*id)))
    }
}

/// The types that a schema's own keywords leave.
fn own_json_types(schema: &Schema) -> JsonTypes {
    if schema.never {
        return JsonTypes::NONE;
    }
    let types = schema.types.as_ref().map_or(JsonTypes::ALL, |types| JsonTypes::of_types(types));
    types.and(schema.enumeration.as_ref().map_or(JsonTypes::ALL, |values| JsonTypes::of_values(values)))
}

/// Whether a schema says anything beyond `type`, `$ref`, `allOf`, `oneOf` and `anyOf`.
fn has_own_keywords(schema: &Schema) -> bool {
    schema.enumeration.is_some() || has_rules(schema)
}

/// Whether a schema says anything beyond `type`, `enum`, `$ref`, `allOf`, `oneOf` and `anyOf`.
pub fn has_rules(schema: &Schema) -> bool {
    schema.number != NumberRules::default()
        || schema.string != StringRules::default()
        || schema.array != ArrayRules::default()
        || schema.object != ObjectRules::default()
        || needs_judge(schema)
}

/// Whether a schema has keywords that no type and no native check covers.
pub fn needs_judge(schema: &Schema) -> bool {
    let object = &schema.object;
    schema.not.is_some()
        || schema.condition.is_some()
        || schema.dynamic_reference.is_some()
        || schema.array.contains.is_some()
        || schema.array.unevaluated_items.is_some()
        || object.property_names.is_some()
        || !object.dependent_required.is_empty()
        || !object.dependent_schemas.is_empty()
        || object.unevaluated_properties.is_some()
}
