//! A place in a schema as the keywords that apply there, whichever way they came: by `$ref`, `allOf`, or from a branch
//! of `oneOf` and `anyOf` that was chosen.

use walnats_schema::{Schema, SchemaId, SchemaSet};

use super::json_types::JsonTypes;
use super::schema_location::SchemaLocation;
use super::schemas::{Schemas, has_rules};

/// What applies at one place. Two conjunctions with the same [`Key`] are the same type.
#[derive(Clone, Debug)]
pub struct Conjunction {
    /// Schemas whose own keywords apply, without `$ref`, `allOf`, `oneOf` and `anyOf`; in the order found.
    pub own: Vec<SchemaId>,
    /// `oneOf` and `anyOf` that are still to be decided.
    pub groups: Vec<Group>,
    /// The types that are left.
    pub json_types: JsonTypes,
    /// The schema that rules types out, found last: what a type is made of where nothing but types is asked.
    pub typed_by: Option<SchemaId>,
    /// The schemas as they are written: a value that these accept is valid here.
    pub whole: Vec<SchemaId>,
    /// Where a type that is made for this conjunction belongs, unless all its keywords stand in one other place.
    pub location: SchemaLocation,
}

/// What identifies a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Vec<SchemaId>, Vec<Group>, JsonTypes, Option<SchemaId>);

/// The `oneOf` or `anyOf` of a schema, and which of its branches can still match.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// The schema that has the keyword.
    pub id: SchemaId,
    /// `oneOf`, where exactly one branch may match.
    pub exclusive: bool,
    /// The branches that the types left here do not rule out.
    pub branches: Vec<SchemaId>,
}

impl Conjunction {
    /// The place where all of `ids` apply.
    pub fn new(schemas: &Schemas<'_>, ids: &[SchemaId], location: SchemaLocation) -> Self {
        let mut conjunction = Self {
            own: Vec::new(),
            groups: Vec::new(),
            json_types: JsonTypes::ALL,
            typed_by: None,
            whole: Vec::new(),
            location,
        };
        for id in ids {
            conjunction.add(schemas, *id);
        }
        conjunction.settle(schemas);
        conjunction
    }

    /// The same place where only `json_types` are left.
    pub fn only(&self, schemas: &Schemas<'_>, json_types: JsonTypes) -> Self {
        let mut conjunction = Self { json_types: self.json_types.and(json_types), ..self.clone() };
        conjunction.settle(schemas);
        conjunction
    }

    /// The same place where the branch `branch` of the group at `group` was chosen.
    pub fn choose(&self, schemas: &Schemas<'_>, group: usize, branch: SchemaId, location: SchemaLocation) -> Self {
        let mut conjunction = Self { location, ..self.clone() };
        conjunction.groups.remove(group);
        conjunction.add(schemas, branch);
        conjunction.settle(schemas);
        conjunction
    }

    /// What identifies the type of this conjunction.
    pub fn key(&self) -> Key {
        let mut own = self.own.clone();
        own.sort_unstable();
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        Key(own, groups, self.json_types, self.bare())
    }

    /// The schema that asks for nothing but types.
    fn bare(&self) -> Option<SchemaId> {
        self.typed_by.filter(|_| self.own.is_empty() && self.groups.is_empty())
    }

    /// The schema that has every keyword of this conjunction, if one has, and of which no branch was chosen.
    pub fn home(&self, schemas: &Schemas<'_>) -> Option<SchemaId> {
        let mut ids = self.own.iter().copied().chain(self.groups.iter().map(|group| group.id));
        let Some(first) = ids.next() else { return self.bare() };
        let schema = schemas.set.get(first);
        let groups = usize::from(!schema.one_of.is_empty()) + usize::from(!schema.any_of.is_empty());
        (ids.all(|id| id == first) && self.groups.len() == groups).then_some(first)
    }

    /// Whether all that is asked of a value is to be of a type and in the `enum` of one schema.
    pub fn is_list(&self, schemas: &Schemas<'_>) -> bool {
        let ([own], [whole], []) = (&*self.own, &*self.whole, &*self.groups) else { return false };
        let schema = schemas.set.get(*own);
        let is_alone = schema.reference.is_none()
            && [&schema.all_of, &schema.one_of, &schema.any_of].iter().all(|branches| branches.is_empty());
        own == whole && is_alone && !has_rules(schema)
    }

    /// Whether anything is asked beyond the type.
    pub fn is_constrained(&self) -> bool {
        !self.own.is_empty() || !self.groups.is_empty()
    }

    /// The keywords of the schemas that apply.
    pub fn schemas<'s>(&self, set: &'s SchemaSet) -> impl Iterator<Item = &'s Schema> + use<'s> {
        let own = self.own.clone();
        own.into_iter().map(|id| set.get(id))
    }

    fn add(&mut self, schemas: &Schemas<'_>, id: SchemaId) {
        if !self.whole.contains(&id) {
            self.whole.push(id);
        }
        self.expand(schemas, id);
    }

    fn expand(&mut self, schemas: &Schemas<'_>, id: SchemaId) {
        for id in schemas.set.conjuncts(&[id]) {
            let schema = schemas.set.get(id);
            let (json_types, has_keywords) = schemas.own[id.0 as usize];
            self.json_types = self.json_types.and(json_types);
            if json_types != JsonTypes::ALL {
                self.typed_by = Some(id);
            }
            if has_keywords && !self.own.contains(&id) {
                self.own.push(id);
            }
            for (exclusive, branches) in [(true, &schema.one_of), (false, &schema.any_of)] {
                if !branches.is_empty() {
                    let group = Group { id, exclusive, branches: branches.clone() };
                    if !self.groups.contains(&group) {
                        self.groups.push(group);
                    }
                }
            }
        }
    }

    /// Drops the branches that the types left rule out, and chooses the last that remains.
    fn settle(&mut self, schemas: &Schemas<'_>) {
        // A group that is decided may bring another, in a circle even: no conjunction needs more rounds than schemas.
        for _ in 0..=schemas.set.schemas.len() {
            let before = self.json_types;
            for group in &mut self.groups {
                group.branches.retain(|branch| schemas.possible(*branch).has(self.json_types));
                self.json_types = self.json_types.and(schemas.possible_of_any(&group.branches));
            }
            if self.json_types.is_empty() {
                self.groups.clear();
                return;
            }
            if let Some(decided) = self.groups.iter().position(|group| group.branches.len() == 1) {
                let group = self.groups.remove(decided);
                self.expand(schemas, group.branches[0]);
            } else if self.json_types == before {
                return;
            }
        }
    }
}
