//! Types of other crates: `[codegen] extern`.

use std::collections::HashMap;

use walnats_schema::{Schema, SchemaId};

use super::judge;
use crate::model::EventModel;
use crate::rust::conjunction::{Conjunction, Key};
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::SchemaLocation;
use crate::rust::schemas::Schemas;
use crate::rust::types::{Type, Typed};

/// The schemas whose types other crates have.
#[derive(Default)]
pub(super) struct Externs {
    /// The paths of the types.
    paths: HashMap<SchemaId, String>,
    /// The same schemas, by the type that they would be.
    by_key: HashMap<Key, SchemaId>,
}

impl Externs {
    pub(super) fn new(model: &EventModel, schemas: &Schemas<'_>) -> Self {
        let mut externs = Self::default();
        if model.options.externs.is_empty() {
            return externs;
        }
        for (index, note) in (0..).zip(&model.notes) {
            let Some(source) = model.sources.get(note.document.0) else { continue };
            let location = SchemaLocation::of(&model.notes, SchemaId(index));
            let address = format!("{}#{}", source.name, location.pointer());
            let Some(path) = model.options.externs.get(&address) else { continue };
            externs.paths.insert(SchemaId(index), path.clone());
            let conjunction = Conjunction::new(schemas, &[SchemaId(index)], location);
            // A schema that asks for nothing is like every other that asks for nothing.
            if conjunction.is_constrained() || conjunction.json_types != JsonTypes::ALL {
                externs.by_key.entry(conjunction.key()).or_insert(SchemaId(index));
            }
        }
        externs
    }

    /// The type of another crate that stands at `conjunction`. Whatever that type checks by itself, the embedded schema is
    /// asked about its values: the other crate may have been built from another version of the schema.
    pub(super) fn typed(&self, conjunction: &Conjunction, schemas: &Schemas<'_>) -> Option<Typed> {
        if self.paths.is_empty() {
            return None;
        }
        let (target, judged) = match self.by_key.get(&conjunction.key()) {
            Some(id) => (*id, *id),
            None => self.referred(conjunction, schemas)?,
        };
        let path = self.paths.get(&target)?.clone();
        let accepts_all = conjunction.json_types == JsonTypes::ALL && !conjunction.is_constrained();
        let judgements = if accepts_all { Vec::new() } else { vec![judge(judged, Vec::new())] };
        Some(Typed::judged(Type::Extern(path), judgements))
    }

    /// The schema that the only one which applies refers to, where that adds no members of its own, and the one to ask.
    fn referred(&self, conjunction: &Conjunction, schemas: &Schemas<'_>) -> Option<(SchemaId, SchemaId)> {
        let [whole] = *conjunction.whole else { return None };
        let mut id = whole;
        // A reference to itself leads nowhere; no chain is longer than the set.
        for _ in 0..schemas.set.schemas.len() {
            if self.paths.contains_key(&id) {
                return Some((id, whole));
            }
            let schema = schemas.set.get(id);
            id = schema.reference.filter(|_| adds_no_members(schema))?;
        }
        None
    }
}

fn adds_no_members(schema: &Schema) -> bool {
    let applicators = [&schema.all_of, &schema.any_of, &schema.one_of];
    schema.object.properties.is_empty()
        && schema.object.pattern_properties.is_empty()
        && schema.array.prefix_items.is_empty()
        && applicators.iter().all(|branches| branches.is_empty())
}
