//! Summaries of the schemas of a set, each made once.

use std::rc::Rc;

use foldhash::HashMap;
use serde_json::Value;
use walnats_schema::{ObjectRules, SchemaId, SchemaSet};

use super::lists::List;
use super::{ALL, Member, Name, Summary};
use crate::json::atom::{Kind, allows};

/// How deep conjuncts and members are looked into.
const MAX_DEPTH: usize = 12;
/// How many levels of members are summarized.
const MAX_LEVELS: usize = 3;

/// Summaries that were made, and the values and names in them.
#[derive(Default)]
pub(in crate::json) struct Summaries {
    known: HashMap<(SchemaId, usize), Rc<Summary>>,
    values: HashMap<String, u32>,
    names: HashMap<String, Name>,
}

impl Summaries {
    /// What the values of a schema are like.
    pub(in crate::json) fn of(&mut self, set: &SchemaSet, id: SchemaId) -> Rc<Summary> {
        self.summarize(set, id, MAX_LEVELS, MAX_DEPTH)
    }

    fn summarize(&mut self, set: &SchemaSet, id: SchemaId, levels: usize, depth: usize) -> Rc<Summary> {
        if let Some(known) = self.known.get(&(id, levels)) {
            return Rc::clone(known);
        }
        if depth == 0 {
            return Rc::new(Summary::of_kinds(ALL));
        }
        let made = Rc::new(self.make_summary(set, id, levels, depth));
        // One that was cut off says less than it might, and is true all the same.
        self.known.insert((id, levels), Rc::clone(&made));
        made
    }

    fn make_summary(&mut self, set: &SchemaSet, id: SchemaId, levels: usize, depth: usize) -> Summary {
        let schema = set.get(id);
        if schema.never {
            return Summary::of_kinds(0);
        }
        let allowed = Kind::ALL.into_iter().filter(|kind| allows(schema, *kind));
        let mut summary = Summary::of_kinds(allowed.fold(0, |kinds, kind| kinds | 1 << kind as u8));
        if let Some(values) = &schema.enumeration {
            summary.kinds &= values.iter().fold(0, |kinds, value| kinds | 1 << Kind::of(value) as u8);
            summary.values = self.numbered(values);
        }
        if levels > 0 {
            self.add_members(set, &schema.object, &mut summary, (levels, depth));
        }
        for conjunct in schema.direct_conjuncts() {
            summary = summary.and(&self.summarize(set, conjunct, levels, depth - 1));
        }
        for branches in [&schema.any_of, &schema.one_of] {
            let either = branches.iter().map(|branch| self.summarize(set, *branch, levels, depth - 1));
            if let Some(either) = either.reduce(|one, two| Rc::new(one.or(&two))) {
                summary = summary.and(&either);
            }
        }
        summary
    }

    fn add_members(
        &mut self,
        set: &SchemaSet,
        object: &ObjectRules,
        summary: &mut Summary,
        (levels, depth): (usize, usize),
    ) {
        let mut required: Vec<Name> = object.required.iter().map(|name| self.name(name)).collect();
        required.sort_unstable();
        required.dedup();
        let mut members = Vec::with_capacity(object.properties.len());
        let mut names = Vec::with_capacity(object.properties.len());
        for (name, id) in &object.properties {
            let name = self.name(name);
            let value = self.summarize(set, *id, levels - 1, depth - 1);
            let is_required = required.binary_search(&name).is_ok();
            names.push(name);
            if is_required || !value.says_nothing() {
                members.push((name, Member { is_required, value }));
            }
        }
        names.sort_unstable();
        let anything = Rc::new(Summary::of_kinds(ALL));
        let undeclared = required.into_iter().filter(|name| names.binary_search(name).is_err());
        members.extend(undeclared.map(|name| (name, Member { is_required: true, value: Rc::clone(&anything) })));
        members.sort_unstable_by_key(|(name, _)| *name);
        summary.members = Rc::new(members);
        let is_closed = object.additional_properties.is_some_and(|others| set.get(others).never);
        if is_closed && object.pattern_properties.is_empty() {
            summary.names = Some(names.into());
        }
    }

    fn name(&mut self, name: &str) -> Name {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let next = self.names.len() as Name;
        self.names.insert(name.to_owned(), next);
        next
    }

    /// Numbers for values; `None` where equal ones might be written differently.
    fn numbered(&mut self, values: &[Value]) -> List {
        let known = &mut self.values;
        let number = |value: &Value| {
            let is_plain = match value {
                Value::Number(number) => number.is_i64() || number.is_u64(),
                Value::Array(_) | Value::Object(_) => false,
                _ => true,
            };
            is_plain.then(|| {
                let next = known.len() as u32;
                *known.entry(value.to_string()).or_insert(next)
            })
        };
        let mut numbers: Vec<u32> = values.iter().map(number).collect::<Option<_>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers.into())
    }
}
