//! What holds of every value of a place, as far as it shows.

use super::{Finder, MAX_TRIES, Together};
use crate::{JsonType, Schema, SchemaId};

impl<'s> Finder<'s> {
    /// Whether all values of the place, which are of `types`, certainly fit `id`.
    pub(super) fn is_implied(&self, together: &Together<'s>, types: &[JsonType], id: SchemaId) -> bool {
        if together.ids.contains(&id) {
            return true;
        }
        let schema = self.set.get(id);
        let types_hold = schema.types.as_ref().is_none_or(|asked| {
            types
                .iter()
                .all(|one| asked.contains(one) || (*one == JsonType::Integer && asked.contains(&JsonType::Number)))
        });
        let required = together.required();
        // What is asked of objects holds of other values.
        let is_object = types.contains(&JsonType::Object);
        let required_holds = !is_object || schema.object.required.iter().all(|name| required.contains(name.as_str()));
        let members_hold = !is_object
            || schema.object.properties.iter().all(|(name, asked)| self.is_member_implied(together, name, *asked));
        let plain = Schema {
            types: schema.types.clone(),
            object: crate::ObjectRules {
                required: schema.object.required.clone(),
                properties: schema.object.properties.clone(),
                ..crate::ObjectRules::default()
            },
            resource: schema.resource,
            ..Schema::default()
        };
        *schema == plain && types_hold && required_holds && members_hold
    }

    /// Whether the member is a listed value wherever it is, and `asked` accepts each.
    fn is_member_implied(&self, together: &Together<'s>, name: &str, asked: SchemaId) -> bool {
        if *self.set.get(asked) == Schema::default() {
            return true;
        }
        let schemas = self.set.conjuncts(&self.of_member(&together.parts, name));
        let listed = schemas.iter().find_map(|id| self.set.get(*id).enumeration.as_ref());
        let mut possible =
            listed.into_iter().flatten().filter(|value| schemas.iter().all(|id| self.set.is_valid(*id, value)));
        listed.is_some_and(|listed| listed.len() <= MAX_TRIES) && possible.all(|value| self.set.is_valid(asked, value))
    }
}
