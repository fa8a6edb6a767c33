//! Names for scalars: a definition that is no type of its own in Rust is an alias of the one that it is read as.

use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::{SchemaLocation, is_definitions};
use crate::rust::types::{Body, ItemId, Type, Typed};

impl Builder<'_> {
    /// The alias for `typed`, where all that applies is a definition or a file of shared types.
    pub(super) fn alias(&mut self, conjunction: &Conjunction, typed: &Typed) -> Option<ItemId> {
        let id = conjunction.home(self.schemas).filter(|_| is_scalar(&typed.ty))?;
        let is_whole = self.schemas.possible(id).without(JsonTypes::NULL) == conjunction.json_types;
        // Where a schema that refers to it asks for another type, the alias would be of that.
        let is_own = self.wanted(conjunction) == self.wanted_by(&[id]);
        if !is_whole || !is_own || !self.is_shared(id) || self.types.items.len() >= self.max_items {
            return None;
        }
        let item = self.item(conjunction, Body::Alias(typed.clone()));
        matches!(&self.types.items[item].body, Body::Alias(known) if known.ty == typed.ty).then_some(item)
    }

    /// Whether a schema stands where schemas refer to it: among definitions, or in a file that is no event.
    fn is_shared(&self, id: SchemaId) -> bool {
        let location = SchemaLocation::of(self.notes, id);
        match location.path.as_slice() {
            [] => self.sources.get(location.source.0).is_some_and(|source| source.event.is_none()),
            [keyword, _] => is_definitions(keyword),
            _ => false,
        }
    }
}

fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Boolean
            | Type::Integer(_)
            | Type::Float
            | Type::String
            | Type::DateTime
            | Type::Date
            | Type::Uuid
            | Type::Base64
    )
}
