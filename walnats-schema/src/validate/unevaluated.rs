//! `unevaluatedItems` and `unevaluatedProperties`, and the record of what has been evaluated.

use std::collections::HashSet;

use serde_json::Value;

use super::{Checked, Here, Validator};
use crate::{Schema, SchemaId, expectation};

/// Which members and items of one instance some keyword has looked at.
#[derive(Default)]
pub(super) struct Evaluated<'i> {
    properties: HashSet<&'i str>,
    /// How many items from the start.
    leading_items: usize,
    /// Others, which `contains` found.
    items: HashSet<usize>,
}

/// The same, to be kept.
#[derive(Clone)]
pub(super) struct Account {
    properties: Vec<String>,
    leading_items: usize,
    items: Vec<usize>,
}

impl<'i> Evaluated<'i> {
    pub(super) fn property(&mut self, name: &'i str) {
        self.properties.insert(name);
    }

    pub(super) fn item(&mut self, index: usize) {
        self.items.insert(index);
    }

    pub(super) fn leading_items(&mut self, count: usize) {
        self.leading_items = self.leading_items.max(count);
    }

    /// The record without a reference to its instance.
    pub(super) fn account(self) -> Account {
        Account {
            properties: self.properties.into_iter().map(str::to_owned).collect(),
            leading_items: self.leading_items,
            items: self.items.into_iter().collect(),
        }
    }

    /// Adds an earlier record of the same instance.
    pub(super) fn recall(&mut self, account: &Account, instance: &'i Value) {
        if let Value::Object(members) = instance {
            let names = account.properties.iter().filter_map(|name| members.get_key_value(name));
            self.properties.extend(names.map(|(name, _)| name.as_str()));
        }
        self.items.extend(&account.items);
        self.leading_items(account.leading_items);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.properties.extend(other.properties);
        self.items.extend(other.items);
        self.leading_items(other.leading_items);
    }
}

impl<'s> Validator<'s> {
    /// Applies a schema with `unevaluated*`: these see only what this schema's own keywords evaluated.
    pub(super) fn with_unevaluated<'i>(
        &mut self,
        id: SchemaId,
        here: Here<'i, '_>,
        seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let schema = self.set.get(id);
        let mut own = Evaluated::default();
        self.keywords(id, here, Some(&mut own))?;
        self.unevaluated_properties(schema, here, &mut own)?;
        self.unevaluated_items(schema, here, &mut own)?;
        if let Some(seen) = seen {
            seen.merge(own);
        }
        Ok(())
    }

    fn unevaluated_properties<'i>(
        &mut self,
        schema: &'s Schema,
        here: Here<'i, '_>,
        own: &mut Evaluated<'i>,
    ) -> Checked {
        let (Some(rest), Value::Object(members)) = (schema.object.unevaluated_properties, here.value) else {
            return Ok(());
        };
        for (name, value) in members {
            if !own.properties.insert(name) {
                continue;
            }
            if self.set.get(rest).never {
                self.fail(&here.at.property(name), "unevaluatedProperties", || expectation::NO_PROPERTY.to_owned())?;
            } else {
                self.check(rest, Here::new(value, &here.at.property(name)), None)?;
            }
        }
        Ok(())
    }

    fn unevaluated_items<'i>(&mut self, schema: &'s Schema, here: Here<'i, '_>, own: &mut Evaluated<'i>) -> Checked {
        let (Some(rest), Value::Array(items)) = (schema.array.unevaluated_items, here.value) else { return Ok(()) };
        for (index, item) in items.iter().enumerate().skip(own.leading_items) {
            if own.items.contains(&index) {
                continue;
            }
            if self.set.get(rest).never {
                self.fail(&here.at.item(index), "unevaluatedItems", || "no item here".to_owned())?;
            } else {
                self.check(rest, Here::new(item, &here.at.item(index)), None)?;
            }
        }
        own.leading_items(items.len());
        Ok(())
    }
}
