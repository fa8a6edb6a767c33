//! Tags: a member that each variant of a union must have, with strings of its own.

use serde_json::Value;
use walnats_schema::SchemaId;

use super::Builder;
use crate::rust::conjunction::Node;
use crate::rust::kinds::Kinds;

/// Unions of unions are looked through this far.
const MAX_DEPTH: usize = 4;

impl Builder<'_> {
    /// The member whose strings tell `choices` apart; the first in the order of the first variant.
    pub(super) fn tag(&self, choices: &[Node]) -> Option<String> {
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

    fn candidates(&self, node: &Node, depth: usize) -> Vec<String> {
        // What is listed nowhere is no tag, and need not be looked for in every branch.
        let is_listed = |ids: &[SchemaId]| {
            let member = Node::new(self.schemas, ids, node.spot.clone());
            member.schemas(self.schemas.set).any(|schema| schema.enumeration.is_some())
        };
        let members = self.members(node).into_iter();
        let mut names: Vec<String> = members.filter(|(_, ids)| is_listed(ids)).map(|(name, _)| name).collect();
        if let Some(group) = node.groups.first().filter(|_| depth < MAX_DEPTH) {
            let choice = node.choose(self.schemas, 0, group.branches[0], node.spot.clone());
            names.extend(self.candidates(&choice, depth + 1));
        }
        names
    }

    /// The strings that the member `name` can be, if every value of `node` has it and it is one of a list of strings.
    pub(super) fn tag_values(&self, node: &Node, name: &str, depth: usize) -> Option<Vec<String>> {
        let required =
            node.schemas(self.schemas.set).any(|schema| schema.object.required.iter().any(|key| key == name));
        if required {
            let ids = self.applicable(node, name);
            let member = Node::new(self.schemas, &ids, node.spot.clone());
            let listed = self.enumeration(&member).filter(|_| member.kinds == Kinds::STRING);
            if let Some(values) = listed {
                return Some(values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            }
        }
        let group = node.groups.first().filter(|_| depth < MAX_DEPTH)?;
        let mut all = Vec::new();
        for branch in &group.branches {
            let choice = node.choose(self.schemas, 0, *branch, node.spot.clone());
            if !choice.kinds.is_empty() {
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
