//! Members that tell the variants of a union apart by being there.

use std::collections::BTreeSet;

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::json_types::JsonTypes;

impl Builder<'_> {
    /// For each of `choices` a member that it requires and all others refuse; `None` for at most one, which is meant when
    /// none of the members is there.
    pub(super) fn own_members(&self, choices: &[Conjunction]) -> Option<Vec<Option<String>>> {
        let mut members = Vec::new();
        for (position, choice) in choices.iter().enumerate() {
            let others = || choices.iter().enumerate().filter(|(other, _)| *other != position);
            let mut required = self.required(choice).into_iter();
            members.push(required.find(|name| others().all(|(_, other)| self.refuses(other, name))));
        }
        let is_told_apart = choices.len() > 1 && members.iter().filter(|member| member.is_none()).count() <= 1;
        is_told_apart.then_some(members)
    }

    /// Whether no value can be in both, because of a member that one requires and the other refuses, or that both
    /// require and that cannot be the same in both.
    pub(super) fn is_disjoint(&self, one: &Conjunction, other: &Conjunction) -> bool {
        let (ones, others) = (self.required(one), self.required(other));
        ones.iter().any(|name| self.refuses(other, name) || (others.contains(name) && self.differs(one, other, name)))
            || others.iter().any(|name| self.refuses(one, name))
    }

    /// The members that every value of `conjunction` has, in the order of its properties, then of `required`.
    fn required(&self, conjunction: &Conjunction) -> Vec<String> {
        let required: BTreeSet<&String> =
            conjunction.schemas(self.schemas.set).flat_map(|schema| &schema.object.required).collect();
        let mut names = self.properties(conjunction);
        names.retain(|name| required.contains(name));
        names.extend(required.into_iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
        names
    }

    /// Whether no value of `conjunction` has the member `name`.
    fn refuses(&self, conjunction: &Conjunction, name: &str) -> bool {
        self.member(conjunction, name).is_some_and(|member| member.json_types.is_empty())
    }

    fn differs(&self, one: &Conjunction, other: &Conjunction, name: &str) -> bool {
        let (Some(one), Some(other)) = (self.member(one, name), self.member(other, name)) else { return false };
        if one.json_types.and(other.json_types) == JsonTypes::NONE {
            return true;
        }
        let (Some(ones), Some(others)) = (self.enumeration(&one), self.enumeration(&other)) else { return false };
        !ones.iter().any(|value| others.iter().any(|other| walnats_schema::equal(value, other)))
    }

    /// What applies to the member `name`, where anything does.
    fn member(&self, conjunction: &Conjunction, name: &str) -> Option<Conjunction> {
        let ids = self.applicable(conjunction, name);
        (!ids.is_empty()).then(|| Conjunction::new(self.schemas, &ids, conjunction.location.clone()))
    }
}
