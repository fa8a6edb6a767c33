//! A place in a schema as the keywords that apply there, whichever way they came: by `$ref`, `allOf`, or from a branch
//! of `oneOf` and `anyOf` that was chosen.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use walnats_schema::{ArrayRules, NumberRules, ObjectRules, Schema, SchemaId, SchemaSet, StringRules};

use super::kinds::Kinds;
use super::spot::Spot;

/// A schema set, with what is asked of it again and again.
pub struct Schemas<'s> {
    pub set: &'s SchemaSet,
    /// For each schema the types that a value can have which it accepts; too many rather than too few.
    possible: Vec<Kinds>,
    /// For each schema the types that its own keywords leave, and whether it has any beyond those that a node resolves.
    own: Vec<(Kinds, bool)>,
    /// The members of schemas that name many.
    members: HashMap<SchemaId, HashMap<&'s str, SchemaId>>,
    /// Whether any value can be where a schema alone applies, as far as it was asked.
    can_be: RefCell<HashMap<SchemaId, bool>>,
}

/// Fewer members are looked through one by one.
const MANY_MEMBERS: usize = 16;

/// What applies at one place. Two nodes with the same [`Key`] are the same type.
#[derive(Clone, Debug)]
pub struct Node {
    /// Schemas whose own keywords apply, without `$ref`, `allOf`, `oneOf` and `anyOf`; in the order found.
    pub own: Vec<SchemaId>,
    /// `oneOf` and `anyOf` that are still to be decided.
    pub groups: Vec<Group>,
    /// The types that are left.
    pub kinds: Kinds,
    /// The schemas as they are written: a value that these accept is valid here.
    pub whole: Vec<SchemaId>,
    /// Where a type that is made for this node belongs, unless all its keywords stand in one other place.
    pub spot: Spot,
}

/// What identifies a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Vec<SchemaId>, Vec<Group>, Kinds);

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

impl<'s> Schemas<'s> {
    pub fn new(set: &'s SchemaSet) -> Self {
        let own: Vec<_> = set.schemas.iter().map(|schema| (own_kinds(schema), has_own_keywords(schema))).collect();
        let possible = own.iter().map(|(kinds, _)| *kinds).collect();
        let members = (0..).zip(&set.schemas).filter(|(_, schema)| schema.object.properties.len() > MANY_MEMBERS).map(
            |(id, schema)| {
                let members = schema.object.properties.iter().map(|(name, id)| (name.as_str(), *id));
                (SchemaId(id), members.collect())
            },
        );
        let members = members.collect();
        let mut schemas = Self { set, possible, own, members, can_be: RefCell::default() };
        // A round passes narrower types on along references, as far as they lead in its direction.
        while schemas.narrow((0..set.schemas.len()).rev()) | schemas.narrow(0..set.schemas.len()) {}
        schemas
    }

    fn narrow(&mut self, order: impl Iterator<Item = usize>) -> bool {
        let mut narrowed = false;
        for index in order {
            let schema = &self.set.schemas[index];
            let mut kinds = self.possible[index];
            for next in schema.reference.iter().chain(&schema.all_of) {
                kinds = kinds.and(self.possible(*next));
            }
            for branches in [&schema.one_of, &schema.any_of] {
                if !branches.is_empty() {
                    kinds = kinds.and(self.possible_of_any(branches));
                }
            }
            narrowed |= kinds != self.possible[index];
            self.possible[index] = kinds;
        }
        narrowed
    }

    /// The types that a value can have which the schema accepts.
    pub fn possible(&self, id: SchemaId) -> Kinds {
        self.possible.get(id.0 as usize).copied().unwrap_or(Kinds::ALL)
    }

    /// The schema of the member `name` of `id`.
    pub fn property(&self, id: SchemaId, name: &str) -> Option<SchemaId> {
        match self.members.get(&id) {
            Some(members) => members.get(name).copied(),
            None => self.set.get(id).object.properties.iter().find(|(key, _)| key == name).map(|(_, id)| *id),
        }
    }

    /// Whether any value can be where this schema alone applies.
    pub fn can_be(&self, id: SchemaId) -> bool {
        let known = self.can_be.borrow().get(&id).copied();
        known.unwrap_or_else(|| {
            let can_be = !Node::new(self, &[id], Spot::default()).kinds.is_empty();
            self.can_be.borrow_mut().insert(id, can_be);
            can_be
        })
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
        let (mut names, mut seen, mut waiting) = (HashSet::new(), HashSet::new(), vec![id]);
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let schema = self.set.get(id);
            let object = &schema.object;
            let depends = !schema.any_of.is_empty()
                || !schema.one_of.is_empty()
                || schema.condition.is_some()
                || schema.dynamic_reference.is_some()
                || !object.dependent_schemas.is_empty()
                || !object.pattern_properties.is_empty()
                || object.additional_properties.is_some()
                || (object.unevaluated_properties.is_some() && seen.len() > 1);
            if depends {
                return None;
            }
            names.extend(object.properties.iter().map(|(name, _)| name.as_str()));
            waiting.extend(schema.all_of.iter().chain(&schema.reference));
        }
        Some(names)
    }

    fn possible_of_any(&self, ids: &[SchemaId]) -> Kinds {
        ids.iter().fold(Kinds::NONE, |all, id| all.or(self.possible(*id)))
    }
}

impl Node {
    /// The place where all of `ids` apply.
    pub fn new(schemas: &Schemas<'_>, ids: &[SchemaId], spot: Spot) -> Self {
        let mut node = Self { own: Vec::new(), groups: Vec::new(), kinds: Kinds::ALL, whole: Vec::new(), spot };
        for id in ids {
            node.add(schemas, *id);
        }
        node.settle(schemas);
        node
    }

    /// The same place where only `kinds` are left.
    pub fn only(&self, schemas: &Schemas<'_>, kinds: Kinds) -> Self {
        let mut node = Self { kinds: self.kinds.and(kinds), ..self.clone() };
        node.settle(schemas);
        node
    }

    /// The same place where the branch `branch` of the group at `group` was chosen.
    pub fn choose(&self, schemas: &Schemas<'_>, group: usize, branch: SchemaId, spot: Spot) -> Self {
        let mut node = Self { spot, ..self.clone() };
        node.groups.remove(group);
        node.add(schemas, branch);
        node.settle(schemas);
        node
    }

    /// What identifies the type of this node.
    pub fn key(&self) -> Key {
        let mut own = self.own.clone();
        own.sort_unstable();
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        Key(own, groups, self.kinds)
    }

    /// The schema that has every keyword of this node, if one has, and of which no branch was chosen.
    pub fn home(&self, schemas: &Schemas<'_>) -> Option<SchemaId> {
        let mut ids = self.own.iter().copied().chain(self.groups.iter().map(|group| group.id));
        let first = ids.next()?;
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
        let (mut seen, mut waiting) = (HashSet::new(), vec![id]);
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let schema = schemas.set.get(id);
            let (kinds, has_keywords) = schemas.own[id.0 as usize];
            self.kinds = self.kinds.and(kinds);
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
            waiting.extend(schema.all_of.iter().rev().chain(&schema.reference));
        }
    }

    /// Drops the branches that the types left rule out, and chooses the last that remains.
    fn settle(&mut self, schemas: &Schemas<'_>) {
        // A group that is decided may bring another, in a circle even: no node needs more rounds than schemas.
        for _ in 0..=schemas.possible.len() {
            let before = self.kinds;
            for group in &mut self.groups {
                group.branches.retain(|branch| schemas.possible(*branch).has(self.kinds));
                self.kinds = self.kinds.and(schemas.possible_of_any(&group.branches));
            }
            if self.kinds.is_empty() {
                self.groups.clear();
                return;
            }
            if let Some(decided) = self.groups.iter().position(|group| group.branches.len() == 1) {
                let group = self.groups.remove(decided);
                self.expand(schemas, group.branches[0]);
            } else if self.kinds == before {
                return;
            }
        }
    }
}

/// The types that a schema's own keywords leave.
fn own_kinds(schema: &Schema) -> Kinds {
    if schema.never {
        return Kinds::NONE;
    }
    let types = schema.types.as_ref().map_or(Kinds::ALL, |types| Kinds::of_types(types));
    types.and(schema.enumeration.as_ref().map_or(Kinds::ALL, |values| Kinds::of_values(values)))
}

/// Whether a schema says anything beyond `type`, `$ref`, `allOf`, `oneOf` and `anyOf`.
fn has_own_keywords(schema: &Schema) -> bool {
    schema.enumeration.is_some() || has_rules(schema)
}

fn has_rules(schema: &Schema) -> bool {
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
