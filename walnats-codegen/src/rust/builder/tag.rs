//! Tags: a member that each variant of a union must have, with strings of its own.

use serde_json::Value;
use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;

/// Unions of unions are looked through this far.
const MAX_DEPTH: usize = 4;

impl Builder<'_> {
    /// The member whose strings tell `choices` apart; the first in the order of the first variant.
    pub(super) fn tag(&self, choices: &[Conjunction]) -> Option<String> {
        let first = choices.first().filter(|_| choices.len() > 1)?;
        self.candidates(first, 0).into_iter().find(|name| {
            let mut all: Vec<String> = Vec::new();
            choices.iter().all(|choice| {
                let Some(values) = self.tag_values(choice, name, 0) else { return false };
                let new = !values.is_empty() && values.iter().all(|value| !all.contains(value));
                all.extend(values);
                new
            })
        })
    }

    fn candidates(&self, conjunction: &Conjunction, depth: usize) -> Vec<String> {
        // What is listed nowhere is no tag, and need not be looked for in every branch.
        let is_listed = |ids: &[SchemaId]| {
            let member = Conjunction::new(self.schemas, ids, conjunction.location.clone());
            member.schemas(self.schemas.set).any(|schema| schema.enumeration.is_some())
        };
        let members = self.declared(conjunction).into_iter();
        let mut names: Vec<String> = members.filter(|(_, ids)| is_listed(ids)).map(|(name, _)| name).collect();
        if let Some(group) = conjunction.groups.first().filter(|_| depth < MAX_DEPTH) {
            let choice = conjunction.choose(self.schemas, 0, group.branches[0], conjunction.location.clone());
            names.extend(self.candidates(&choice, depth + 1));
        }
        names
    }

    /// The strings that the member `name` can be, if every value of `conjunction` has it and it is one of a list of strings.
    pub(super) fn tag_values(&self, conjunction: &Conjunction, name: &str, depth: usize) -> Option<Vec<String>> {
        let required =
            conjunction.schemas(self.schemas.set).any(|schema| schema.object.required.iter().any(|key| key == name));
        if required {
            let ids = self.applicable(conjunction, name);
            let member = Conjunction::new(self.schemas, &ids, conjunction.location.clone());
            let listed = self.enumeration(&member).filter(|_| member.json_types == JsonTypes::STRING);
            if let Some(values) = listed {
                return Some(values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            }
        }
        let group = conjunction.groups.first().filter(|_| depth < MAX_DEPTH)?;
        let mut all = Vec::new();
        for branch in &group.branches {
            let choice = conjunction.choose(self.schemas, 0, *branch, conjunction.location.clone());
            if !choice.json_types.is_empty() {
                for value in self.tag_values(&choice, name, depth + 1)? {
                    if !all.contains(&value) {
                        all.push(value);
                    }
                }
            }
        }
        Some(all)
    }
}
