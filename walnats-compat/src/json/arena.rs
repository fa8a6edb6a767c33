//! The schemas of both sides in one set, in which equal schemas are the same.

mod classes;
mod overlaps;
mod unions;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

pub(super) use self::classes::classes;
use foldhash::HashMap;
use walnats_schema::{Schema, SchemaId, SchemaSet};

use super::Root;
use super::atom::{Kind, Literal};
use super::state::{Clause, Following};
use super::summary::{Summaries, Summary};

/// How many schemas a question may have.
const MAX_SCHEMAS: usize = 300_000;

/// All schemas of a question.
pub(super) struct Arena {
    /// Without resources: every dynamic reference is a plain one here.
    pub(super) set: SchemaSet,
    summaries: RefCell<Summaries>,
    /// What follows of a literal that is a choice, by type; `None` if nothing does.
    pub(super) choices: HashMap<(Literal, Kind), Option<Rc<Clause>>>,
    /// What follows of a schema that holds, by type.
    pub(super) following: HashMap<(SchemaId, Kind), Rc<Following>>,
}

impl Arena {
    /// Joins the sets, and returns the new ids of the roots; `None` if there are too many schemas.
    pub(super) fn new(roots: [Root<'_>; 2]) -> Option<(Self, [SchemaId; 2])> {
        let mut schemas: Vec<Schema> = Vec::new();
        let mut ids = [SchemaId(0); 2];
        for (id, root) in ids.iter_mut().zip(roots) {
            *id = SchemaId(schemas.len() as u32);
            Expansion::new(root, schemas.len()).run(&mut schemas)?;
        }
        unions::unite_constants(&mut schemas);
        let classes = classes(&mut schemas);
        let count = classes.iter().max().map_or(0, |class| *class as usize + 1);
        let mut merged: Vec<Option<Schema>> = vec![None; count];
        for (mut schema, class) in schemas.into_iter().zip(&classes) {
            if merged[*class as usize].is_none() {
                map_ids(&mut schema, &mut |id| SchemaId(classes[id.0 as usize]));
                merged[*class as usize] = Some(schema);
            }
        }
        let mut set = SchemaSet::default();
        set.schemas = merged.into_iter().flatten().collect();
        let arena =
            Self { set, summaries: RefCell::default(), choices: HashMap::default(), following: HashMap::default() };
        Some((arena, ids.map(|id| SchemaId(classes[id.0 as usize]))))
    }

    /// What the values of a schema are like.
    pub(super) fn summary(&self, id: SchemaId) -> Rc<Summary> {
        self.summaries.borrow_mut().of(&self.set, id)
    }

    /// Whether no value satisfies both schemas. `false` may be wrong.
    pub(super) fn are_disjoint(&self, one: SchemaId, two: SchemaId) -> bool {
        self.summary(one).is_disjoint(&self.summary(two))
    }

    /// For each of the branches of a union the indices of those that may hold together with it.
    pub(super) fn overlaps(&self, branches: &[SchemaId]) -> Vec<Vec<usize>> {
        overlaps::overlaps(self, branches)
    }

    pub(super) fn get(&self, id: SchemaId) -> &Schema {
        self.set.get(id)
    }

    /// Adds a schema that neither side has.
    pub(super) fn add(&mut self, schema: Schema) -> SchemaId {
        if let Some(found) = self.set.schemas.iter().rposition(|known| *known == schema) {
            return SchemaId(found as u32);
        }
        self.set.schemas.push(schema);
        SchemaId(self.set.schemas.len() as u32 - 1)
    }
}

/// Where dynamic references lead, by their anchors: the outermost resource on the way decides (JSON Schema Core 2020-12,
/// section 8.2.3.2).
type Scope = BTreeMap<String, SchemaId>;

/// A root with all that it leads to. A schema that is reached by ways on which its dynamic references lead elsewhere becomes
/// several.
struct Expansion<'s> {
    root: Root<'s>,
    offset: usize,
    scopes: Vec<Scope>,
    places: HashMap<(SchemaId, usize), SchemaId>,
    queue: VecDeque<(SchemaId, usize)>,
}

impl<'s> Expansion<'s> {
    fn new(root: Root<'s>, offset: usize) -> Self {
        let mut expansion =
            Self { root, offset, scopes: vec![Scope::new()], places: HashMap::default(), queue: VecDeque::new() };
        expansion.place(root.id, 0);
        expansion
    }

    fn run(mut self, schemas: &mut Vec<Schema>) -> Option<()> {
        while let Some((id, scope)) = self.queue.pop_front() {
            if self.places.len() > MAX_SCHEMAS {
                return None;
            }
            let mut schema = self.root.set.get(id).clone();
            if let Some(reference) = schema.dynamic_reference.take() {
                let target = self.scopes[scope].get(&reference.anchor).copied().unwrap_or(reference.fallback);
                match schema.reference {
                    None => schema.reference = Some(target),
                    Some(_) => schema.all_of.push(target),
                }
            }
            schema.resource = None;
            map_ids(&mut schema, &mut |child| self.place(child, scope));
            tidy(&mut schema);
            schemas.push(schema);
        }
        Some(())
    }

    /// The new id of a schema that is reached in a scope.
    fn place(&mut self, id: SchemaId, scope: usize) -> SchemaId {
        let scope = self.entered(id, scope);
        let next = SchemaId((self.offset + self.places.len()) as u32);
        *self.places.entry((id, scope)).or_insert_with(|| {
            self.queue.push_back((id, scope));
            next
        })
    }

    /// The scope inside of a schema.
    fn entered(&mut self, id: SchemaId, outer: usize) -> usize {
        let set = self.root.set;
        let Some(resource) = set.get(id).resource.and_then(|resource| set.resources.get(resource as usize)) else {
            return outer;
        };
        let known = &self.scopes[outer];
        let is_new = |(anchor, _): &&(String, SchemaId)| !known.contains_key(anchor);
        let added: Vec<(String, SchemaId)> = resource.dynamic_anchors.iter().filter(is_new).cloned().collect();
        if added.is_empty() {
            return outer;
        }
        let mut scope = known.clone();
        scope.extend(added);
        self.scopes.iter().position(|known| *known == scope).unwrap_or_else(|| {
            self.scopes.push(scope);
            self.scopes.len() - 1
        })
    }
}

/// Forgets what asks nothing, and sorts what has no order.
pub(super) fn tidy(schema: &mut Schema) {
    schema.string.content_encoding = None;
    schema.object.properties.sort();
    schema.object.pattern_properties.sort();
    schema.object.required.sort();
    schema.object.required.dedup();
    schema.object.dependent_required.sort();
    schema.object.dependent_schemas.sort();
    if let Some(types) = &mut schema.types {
        types.sort();
        types.dedup();
    }
    for branches in [&mut schema.all_of, &mut schema.any_of] {
        branches.sort();
        branches.dedup();
    }
}

fn map_ids(schema: &mut Schema, map: &mut dyn FnMut(SchemaId) -> SchemaId) {
    for id in schema.children_mut() {
        *id = map(*id);
    }
}
