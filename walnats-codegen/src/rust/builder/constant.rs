//! Constants: members that need no field, and those by which variants are called, of a boolean member, of a member of a
//! member.

use serde_json::Value;
use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;
use crate::rust::schema_location::SchemaLocation;

/// Members of members are looked at this far.
const MAX_DEPTH: usize = 3;

/// A member that is always the same, by the names that lead to it.
struct Constant {
    path: Vec<String>,
    value: Value,
}

impl Builder<'_> {
    /// The one string that a member can be, unless its schema asks for a name in Rust.
    pub(super) fn constant_member(&self, ids: &[SchemaId], location: &SchemaLocation) -> Option<String> {
        let member = Conjunction::new(self.schemas, ids, location.clone());
        if member.json_types != JsonTypes::STRING {
            return None;
        }
        let is_named = |id: &SchemaId| {
            let note = self.rust_notes.get(id.0 as usize);
            note.is_some_and(|note| note.name.is_some() || note.field.is_some() || !note.variants.is_empty())
        };
        let listed = self.listed(&member).filter(|_| !self.schemas.set.conjuncts(ids).iter().any(is_named))?;
        match listed.as_slice() {
            [only] => only.text().map(str::to_owned),
            _ => None,
        }
    }

    /// What `choice` is called by a constant that no other choice has.
    pub(super) fn own_constant<'c>(
        &self,
        choice: &Conjunction,
        others: impl Iterator<Item = &'c Conjunction>,
    ) -> Option<String> {
        let others: Vec<Constant> = others.flat_map(|other| self.constants(other, 0)).collect();
        let is_own = |constant: &Constant| !others.iter().any(|other| other.is(constant));
        self.constants(choice, 0).into_iter().filter(is_own).find_map(|constant| constant.words())
    }

    fn constants(&self, conjunction: &Conjunction, depth: usize) -> Vec<Constant> {
        let mut found = Vec::new();
        for (name, ids) in self.declared(conjunction) {
            let member = Conjunction::new(self.schemas, &ids, conjunction.location.clone());
            match self.enumeration(&member).as_deref() {
                Some([value]) => found.push(Constant { path: vec![name], value: value.clone() }),
                Some(_) => {}
                None if member.json_types == JsonTypes::OBJECT && depth < MAX_DEPTH => {
                    for Constant { mut path, value } in self.constants(&member, depth + 1) {
                        path.insert(0, name.clone());
                        found.push(Constant { path, value });
                    }
                }
                None => {}
            }
        }
        found
    }
}

impl Constant {
    fn is(&self, other: &Self) -> bool {
        self.path == other.path && walnats_schema::equal(&self.value, &other.value)
    }

    fn words(&self) -> Option<String> {
        let path = self.path.join(" ");
        match &self.value {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Bool(true) => Some(path),
            Value::Bool(false) => Some(format!("not {path}")),
            Value::Number(number) => Some(format!("{path} {number}")),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}
