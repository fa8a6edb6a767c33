//! Which schemas of two sets say the same: of most events in a change nothing is different.

use walnats_schema::{Schema, SchemaId, SchemaSet};

use super::arena::{classes, tidy};

/// What is known of all schemas of two sets.
pub(crate) struct Same {
    /// Of the schemas of the first set, then of the second.
    classes: Vec<u32>,
    /// How many the first has.
    first: usize,
    /// Those that lead to a dynamic reference: what they accept depends on how they are reached.
    is_dynamic: Vec<bool>,
}

impl Same {
    pub(crate) fn new(first: &SchemaSet, second: &SchemaSet) -> Self {
        let offset = first.schemas.len() as u32;
        let moved = second.schemas.iter().cloned().map(|mut schema| {
            schema.children_mut().into_iter().for_each(|id| id.0 += offset);
            schema
        });
        let mut schemas: Vec<Schema> = first.schemas.iter().cloned().chain(moved).collect();
        let is_dynamic = leading_to_dynamic(&schemas);
        for schema in &mut schemas {
            schema.resource = None;
            tidy(schema);
        }
        Self { classes: classes(&mut schemas), first: first.schemas.len(), is_dynamic }
    }

    /// Whether a schema of the first set accepts the same as one of the second. `false` may be wrong.
    pub(crate) fn is_same(&self, first: SchemaId, second: SchemaId) -> bool {
        let (first, second) = (first.0 as usize, self.first + second.0 as usize);
        !self.is_dynamic[first] && !self.is_dynamic[second] && self.classes[first] == self.classes[second]
    }
}

fn leading_to_dynamic(schemas: &[Schema]) -> Vec<bool> {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); schemas.len()];
    let mut waiting = Vec::new();
    for (index, schema) in schemas.iter().enumerate() {
        schema.children().into_iter().for_each(|child| parents[child.0 as usize].push(index));
        waiting.extend(schema.dynamic_reference.is_some().then_some(index));
    }
    let mut is_dynamic = vec![false; schemas.len()];
    while let Some(index) = waiting.pop() {
        if !std::mem::replace(&mut is_dynamic[index], true) {
            waiting.extend(&parents[index]);
        }
    }
    is_dynamic
}
