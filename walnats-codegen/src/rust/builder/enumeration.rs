//! Enums: values that `enum` lists, or the branches of `oneOf` and `anyOf`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use walnats_schema::SchemaId;

use super::union::is_short;
use super::{Builder, fingerprint};
use crate::rust::conjunction::Conjunction;
use crate::rust::integer::{Integer, integral};
use crate::rust::json_types::JsonTypes;
use crate::rust::schemas::has_rules;
use crate::rust::types::{Body, Enum, EnumKind, Type, Typed};

/// How often a value is tried with a branch, to find which of the values are accepted.
const MAX_TRIED: usize = 1_000_000;

/// So many known strings have variants where any other is accepted too.
const MAX_OPEN: usize = 1_000;

/// A value of a list.
pub(super) struct Listed {
    value: Value,
    /// The schema that describes it alone.
    id: Option<SchemaId>,
}

impl Listed {
    pub(super) fn text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// The string, and the schema that describes it alone: its own, or `id`.
    pub(super) fn into_parts(self, id: Option<SchemaId>) -> (Option<String>, Option<SchemaId>) {
        (self.value.as_str().map(str::to_owned), self.id.or(id))
    }
}

impl Builder<'_> {
    /// The values that can stand at the conjunction, where `enum`s list them.
    pub(super) fn listed(&self, conjunction: &Conjunction) -> Option<Vec<Listed>> {
        let values = self.enumeration(conjunction);
        let listed = values.map(|values| values.into_iter().map(|value| Listed { value, id: None }).collect());
        listed.or_else(|| self.enumeration_of_branches(conjunction))
    }

    /// Whether several values are listed, and nothing else is asked of them.
    pub(super) fn is_plain_list(&self, conjunction: &Conjunction) -> bool {
        !conjunction.schemas(self.schemas.set).any(has_rules)
            && self
                .listed(conjunction)
                .is_some_and(|listed| listed.iter().filter(|one| !one.value.is_null()).count() > 1)
    }

    /// An enum, unless it would have no variants.
    pub(super) fn string_enum(&mut self, conjunction: &Conjunction, values: Vec<Listed>) -> Typed {
        let Some(body) = self.strings(conjunction, EnumKind::Strings, values) else {
            return Typed::judged(Type::String, self.judge(conjunction));
        };
        let item = self.item(conjunction, Body::Enum(body));
        self.kept.made(self.schemas, item, conjunction);
        Typed::exact(Type::Item(item))
    }

    /// An enum of the strings that some branches of an `anyOf` list, and of any other that another branch accepts.
    pub(super) fn open_enum(&mut self, conjunction: &Conjunction) -> Option<Typed> {
        let [group] = conjunction.groups.as_slice() else { return None };
        if self.wanted(conjunction).is_some() {
            return None;
        }
        let (mut values, mut is_plain): (Vec<Listed>, bool) = (Vec::new(), conjunction.own.is_empty());
        let mut open = 0;
        for branch in &group.branches {
            let choice = Conjunction::new(self.schemas, &[*branch], conjunction.location.clone())
                .only(self.schemas, conjunction.json_types);
            let Some(listed) = self.listed(&choice) else {
                open += 1;
                is_plain &= !choice.is_constrained();
                continue;
            };
            let id = (listed.len() == 1).then_some(*branch);
            values.extend(listed.into_iter().map(|one| Listed { id: one.id.or(id), ..one }));
        }
        if open != 1 || values.len() > MAX_OPEN {
            return None;
        }
        let mut seen = HashSet::new();
        values.retain(|one| seen.insert(fingerprint(&one.value)) && self.accepts(conjunction, &one.value));
        let body = self.strings(conjunction, EnumKind::OpenStrings, values)?;
        let judgements = if is_plain && !group.exclusive { Vec::new() } else { self.judge(conjunction) };
        Some(Typed::judged(Type::Item(self.item(conjunction, Body::Enum(body))), judgements))
    }

    fn strings(&self, conjunction: &Conjunction, kind: EnumKind, values: Vec<Listed>) -> Option<Enum> {
        let texts = values.into_iter().filter_map(|listed| Some((listed.value.as_str()?.to_owned(), listed.id)));
        let (values, ids): (Vec<String>, Vec<_>) = texts.unzip();
        let names = values.iter().map(|value| self.asked(conjunction, value).unwrap_or_else(|| value.clone()));
        let names = names.collect();
        (!values.is_empty()).then_some(Enum { kind, names, values, ids, keeps_unknown: false })
    }

    /// An enum of integers, where several are listed, unless the schema asks for a type of its own. What does not fit into
    /// 64 bits is no enum.
    pub(super) fn integer_enum(&mut self, conjunction: &Conjunction) -> Option<Typed> {
        if conjunction.json_types != JsonTypes::INTEGER || self.wanted(conjunction).is_some() {
            return None;
        }
        let listed = self.listed(conjunction).filter(|listed| listed.len() > 1)?;
        let integers: Vec<i128> = listed.iter().map(|listed| integral(&listed.value)).collect::<Option<_>>()?;
        let holds = |integer: &Integer| integers.iter().all(|value| integer.holds(*value));
        let integer = [Integer::I64, Integer::U64].into_iter().find(holds)?;
        let values: Vec<String> = integers.iter().map(i128::to_string).collect();
        let ids: Vec<Option<SchemaId>> = listed.iter().map(|listed| listed.id).collect();
        let title = |id: SchemaId| self.notes.get(id.0 as usize)?.title.clone().filter(|title| is_short(title));
        let name = |(value, id): (&String, &Option<SchemaId>)| {
            self.asked(conjunction, value).or_else(|| title((*id)?)).unwrap_or_else(|| value.clone())
        };
        let names = values.iter().zip(&ids).map(name).collect();
        let body = Enum { kind: EnumKind::Integers(integer), names, values, ids, keeps_unknown: false };
        let item = self.item(conjunction, Body::Enum(body));
        self.kept.made(self.schemas, item, conjunction);
        Some(Typed::exact(Type::Item(item)))
    }

    /// What the schema asks to call a value.
    pub(super) fn asked(&self, conjunction: &Conjunction, value: &str) -> Option<String> {
        let ids = conjunction.whole.iter().chain(&conjunction.own);
        let mut notes = ids.filter_map(|id| self.rust_notes.get(id.0 as usize));
        notes.find_map(|note| note.variants.get(value).cloned())
    }

    /// The values that `oneOf` or `anyOf` lists as `const`s or `enum`s. The schema of a branch that is one value describes it.
    fn enumeration_of_branches(&self, conjunction: &Conjunction) -> Option<Vec<Listed>> {
        let [group] = conjunction.groups.as_slice() else { return None };
        let (mut values, mut is_plain) = (Vec::new(), conjunction.own.is_empty());
        for branch in &group.branches {
            let choice = Conjunction::new(self.schemas, &[*branch], conjunction.location.clone())
                .only(self.schemas, conjunction.json_types);
            let listed = self.enumeration(&choice)?;
            let id = (listed.len() == 1).then_some(*branch);
            values.extend(listed.into_iter().map(|value| Listed { value, id }));
            is_plain &= choice.is_list(self.schemas);
        }
        if !is_plain && values.len() * group.branches.len() > MAX_TRIED {
            return None;
        }
        let mut count: HashMap<String, usize> = HashMap::new();
        for listed in &values {
            *count.entry(fingerprint(&listed.value)).or_default() += 1;
        }
        // Branches that are lists, and nothing else, accept what they list.
        let accepts = |value: &Value, count: usize| match is_plain {
            true => count == 1 || !group.exclusive,
            false => self.accepts(conjunction, value),
        };
        values.retain(|Listed { value, .. }| {
            count.remove(&fingerprint(value)).is_some_and(|count| accepts(value, count))
        });
        Some(values)
    }
}
