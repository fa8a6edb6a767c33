//! Names for scalars, lists and maps: a definition that is no type of its own in Rust is an alias of the one that it is
//! read as.

use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::{SchemaLocation, is_definitions};
use crate::rust::types::{Body, ItemId, Type, Typed};

impl Builder<'_> {
    /// The alias for `typed`, where all that applies is a definition, a file of shared types, or a schema that asks for a
    /// name (`x-walnats.rust`).
    pub(super) fn alias(&mut self, conjunction: &Conjunction, typed: &Typed) -> Option<ItemId> {
        let id = conjunction.home(self.schemas).filter(|_| is_plain(&typed.ty))?;
        let is_whole = self.schemas.possible(id).without(JsonTypes::NULL) == conjunction.json_types;
        // Where a schema that refers to it asks for another type, the alias would be of that.
        let is_own = self.wanted(conjunction) == self.wanted_by(&[id]);
        let is_named = self.rust_notes.get(id.0 as usize).is_some_and(|note| note.name.is_some());
        if !is_whole || !is_own || !(is_named || self.is_shared(id)) || self.types.items.len() >= self.max_items {
            return None;
        }
        let key = conjunction.key();
        let known = self.aliases.get(&key).copied();
        let item = known.unwrap_or_else(|| self.new_item(conjunction, Body::Alias(typed.clone())));
        self.aliases.insert(key, item);
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

/// Whether a type is written without a name of its own. Where an array or a tuple may be part of a circle of types, there
/// may have to be a `Box` in it, which an alias would not have.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Array(_) | Type::Map(_) | Type::Object => true,
        Type::FixedArray(item, _) => is_scalar(&item.ty),
        Type::Tuple(items) => items.iter().all(|item| is_scalar(&item.ty)),
        ty => is_scalar(ty),
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
