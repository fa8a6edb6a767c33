//! Members and items that have to be there and cannot be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Finder, Together, Why};
use crate::{Schema, SchemaId};

/// How many items are looked at one by one.
const MAX_ITEMS: usize = 64;

impl<'s> Finder<'s> {
    /// Why a member that each object must have cannot be.
    pub(super) fn members(&mut self, together: &Together<'s>) -> Option<Why> {
        let required = together.required();
        for name in &required {
            if let Some(keyword) = together.parts.iter().find_map(|part| self.refuses_name(part, name)) {
                return Some(Why::Text(format!("`{name}` is required, and `{keyword}` refuses it")));
            }
            let schemas = self.of_member(&together.parts, name);
            if let Some(why) = self.never_alone(&schemas) {
                return Some(Why::Member((*name).to_owned(), Box::new(why)));
            }
        }
        let most = together.parts.iter().filter_map(|part| part.object.max_properties).min();
        if let Some(most) = most.filter(|most| *most < required.len() as u64) {
            return Some(Why::Text(format!("{} members are required, and `maxProperties` is {most}", required.len())));
        }
        let least = together.parts.iter().filter_map(|part| part.object.min_properties).max()?;
        let closed = together.parts.iter().filter(|part| self.is_closed(part)).map(|part| part.object.properties.len());
        let few = closed.min().filter(|possible| (*possible as u64) < least)?;
        Some(Why::Text(format!("`minProperties` is {least}, and no more than {few} can be there")))
    }

    /// Why an item that each array must have cannot be.
    pub(super) fn items(&mut self, together: &Together<'s>) -> Option<Why> {
        let least = together.parts.iter().filter_map(|part| part.array.min_items).max().unwrap_or(0);
        let prefixes = together.parts.iter().map(|part| part.array.prefix_items.len()).max().unwrap_or(0);
        let looked_at = usize::try_from(least).unwrap_or(usize::MAX).min(prefixes + 1).min(MAX_ITEMS);
        for at in 0..looked_at {
            let schemas: Vec<SchemaId> = together.parts.iter().filter_map(|part| of_item(part, at)).collect();
            if let Some(why) = self.never_alone(&schemas) {
                return Some(Why::Item(at, Box::new(why)));
            }
        }
        let contained = together.parts.iter().filter_map(|part| part.array.contains.as_ref());
        let contained: Vec<SchemaId> = contained.filter(|contains| contains.min > 0).map(|it| it.schema).collect();
        for schema in contained {
            // Where items differ by position, any may be the one.
            let items = together.parts.iter().filter(|part| part.array.prefix_items.is_empty());
            let mut schemas: Vec<SchemaId> = items.filter_map(|part| part.array.items).collect();
            schemas.push(schema);
            if let Some(why) = self.never_alone(&schemas) {
                return Some(Why::Text(format!("no item can be what `contains` asks for: {}", why.text())));
            }
        }
        None
    }

    /// The same as [`Finder::never`]; nothing is known of a place where no schema applies.
    fn never_alone(&mut self, schemas: &[SchemaId]) -> Option<Why> {
        if schemas.is_empty() { None } else { self.never(schemas) }
    }

    /// The schemas that apply to the member `name`.
    pub(crate) fn of_member(&self, parts: &[&Schema], name: &str) -> Vec<SchemaId> {
        let mut found = Vec::new();
        for part in parts {
            let object = &part.object;
            let property = object.properties.iter().find(|(property, _)| property == name).map(|(_, id)| *id);
            let patterns = object.pattern_properties.iter();
            let patterns = patterns.filter(|(pattern, _)| self.set.matches(pattern, name)).map(|(_, id)| *id);
            let named: Vec<SchemaId> = property.into_iter().chain(patterns).collect();
            let rest = object.additional_properties.filter(|_| named.is_empty());
            found.extend(named.into_iter().chain(rest));
        }
        found
    }

    fn refuses_name(&self, part: &Schema, name: &str) -> Option<&'static str> {
        let names = part.object.property_names?;
        (!self.set.is_valid(names, &Value::String(name.to_owned()))).then_some("propertyNames")
    }

    /// Whether objects have declared members alone.
    fn is_closed(&self, part: &Schema) -> bool {
        part.object.pattern_properties.is_empty()
            && part.object.additional_properties.is_some_and(|rest| self.set.get(rest).never)
    }
}

impl<'s> Together<'s> {
    /// The members that each object must have, also because another one is there.
    pub(super) fn required(&self) -> BTreeSet<&'s str> {
        let mut required: BTreeSet<&str> =
            self.parts.iter().flat_map(|part| &part.object.required).map(String::as_str).collect();
        let dependent = || self.parts.iter().flat_map(|part| &part.object.dependent_required);
        for _ in 0..dependent().count() {
            let before = required.len();
            for (cause, names) in dependent() {
                if required.contains(cause.as_str()) {
                    required.extend(names.iter().map(String::as_str));
                }
            }
            if required.len() == before {
                break;
            }
        }
        required
    }
}

fn of_item(part: &Schema, at: usize) -> Option<SchemaId> {
    part.array.prefix_items.get(at).copied().or(part.array.items)
}
