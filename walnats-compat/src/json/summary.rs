//! What tells values apart at a glance: types, and members that schemas fix to a few values, such as the `kind` of an event.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::Value;
use walnats_schema::{SchemaId, SchemaSet};

use super::atom::{Kind, allows};

/// How deep conjuncts and members are looked into.
const MAX_DEPTH: usize = 12;
/// How many levels of members are summarized.
const MAX_LEVELS: usize = 3;
const OBJECT: u8 = 1 << Kind::Object as u8;
const ALL: u8 = (1 << Kind::ALL.len()) - 1;

/// What every value that a schema accepts is like; it may accept less.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    /// The types, one bit each.
    kinds: u8,
    /// The values, as numbers of [`Summaries::values`].
    values: Option<Rc<BTreeSet<u32>>>,
    /// Of objects alone.
    members: Rc<BTreeMap<Rc<str>, Member>>,
    /// The only names that objects have.
    names: Option<Rc<BTreeSet<Rc<str>>>>,
}

#[derive(Clone, Debug)]
struct Member {
    is_required: bool,
    value: Rc<Summary>,
}

/// Summaries that were made, and the values in them.
#[derive(Default)]
pub(super) struct Summaries {
    known: HashMap<(SchemaId, usize), Rc<Summary>>,
    values: HashMap<String, u32>,
}

impl Summary {
    /// Any value of a type.
    pub(super) fn of_kind(kind: Kind) -> Self {
        Self::of_kinds(1 << kind as u8)
    }

    fn of_kinds(kinds: u8) -> Self {
        Self { kinds, values: None, members: Rc::default(), names: None }
    }

    /// Whether no value is like this. `false` may be wrong.
    pub(super) fn is_empty(&self) -> bool {
        let lacks_required = || {
            self.members
                .iter()
                .any(|(name, member)| member.is_required && (member.value.is_empty() || self.is_closed_to(name)))
        };
        self.kinds == 0
            || self.values.as_ref().is_some_and(|values| values.is_empty())
            || (self.kinds == OBJECT && lacks_required())
    }

    fn is_closed_to(&self, name: &Rc<str>) -> bool {
        self.names.as_ref().is_some_and(|names| !names.contains(name))
    }

    /// Whether no value is like both. `false` may be wrong.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let kinds = self.kinds & other.kinds;
        if kinds == 0 {
            return true;
        }
        if let (Some(values), Some(others)) = (&self.values, &other.values)
            && values.is_disjoint(others)
        {
            return true;
        }
        kinds == OBJECT && (self.lacks_members_of(other) || other.lacks_members_of(self) || self.members_differ(other))
    }

    /// Whether the other has a member that cannot be here.
    fn lacks_members_of(&self, other: &Self) -> bool {
        self.names.is_some() && other.members.iter().any(|(name, member)| member.is_required && self.is_closed_to(name))
    }

    fn members_differ(&self, other: &Self) -> bool {
        let (few, many) = if self.members.len() < other.members.len() { (self, other) } else { (other, self) };
        few.members.iter().any(|(name, member)| {
            many.members
                .get(name)
                .is_some_and(|same| (member.is_required || same.is_required) && member.value.is_disjoint(&same.value))
        })
    }

    /// What is like both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.kinds &= other.kinds;
        both.values = match (&self.values, &other.values) {
            (Some(values), Some(others)) if !Rc::ptr_eq(values, others) => {
                Some(Rc::new(values.intersection(others).copied().collect()))
            }
            (values, others) => values.clone().or(others.clone()),
        };
        both.names = match (&self.names, &other.names) {
            (Some(names), Some(others)) if !Rc::ptr_eq(names, others) => {
                Some(Rc::new(names.intersection(others).cloned().collect()))
            }
            (names, others) => names.clone().or(others.clone()),
        };
        let (few, many) = if self.members.len() < other.members.len() { (self, other) } else { (other, self) };
        both.members = Rc::clone(&many.members);
        // What refers to another schema, and says nothing besides, has that one's members.
        if Rc::ptr_eq(&few.members, &many.members) {
            return both;
        }
        for (name, member) in few.members.iter() {
            let merged = match many.members.get(name) {
                Some(own) if own.is_required >= member.is_required && Rc::ptr_eq(&own.value, &member.value) => continue,
                Some(own) => Member {
                    is_required: own.is_required || member.is_required,
                    value: both_of(&own.value, &member.value),
                },
                None => member.clone(),
            };
            Rc::make_mut(&mut both.members).insert(name.clone(), merged);
        }
        both
    }

    /// What is like either.
    fn or(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        let mut either = Self::of_kinds(self.kinds | other.kinds);
        if let (Some(values), Some(others)) = (&self.values, &other.values) {
            either.values = Some(Rc::new(values.union(others).copied().collect()));
        }
        if self.kinds & OBJECT == 0 || other.kinds & OBJECT == 0 {
            let objects = if self.kinds & OBJECT == 0 { other } else { self };
            either.members = objects.members.clone();
            either.names = objects.names.clone();
            return either;
        }
        if let (Some(names), Some(others)) = (&self.names, &other.names) {
            either.names = Some(Rc::new(names.union(others).cloned().collect()));
        }
        for (name, member) in self.members.iter() {
            if let Some(same) = other.members.get(name) {
                let value = match Rc::ptr_eq(&member.value, &same.value) {
                    true => Rc::clone(&same.value),
                    false => Rc::new(member.value.or(&same.value)),
                };
                let is_required = member.is_required && same.is_required;
                Rc::make_mut(&mut either.members).insert(name.clone(), Member { is_required, value });
            }
        }
        either
    }

    /// The numbers of the values: those of a member that is always there, or those of the whole, by which it is told from others.
    /// What has another type has none of them.
    pub(super) fn key(&self, member: Option<&Rc<str>>) -> Option<BTreeSet<u32>> {
        let values = match member {
            Some(name) if self.kinds == OBJECT => {
                let member = self.members.get(name).filter(|member| member.is_required)?;
                &member.value.values
            }
            Some(_) => return None,
            None => &self.values,
        };
        values.as_deref().cloned()
    }

    /// The members that are always there and have a few values; `None` stands for the whole, if it has.
    pub(super) fn keys(&self) -> impl Iterator<Item = Option<Rc<str>>> + '_ {
        let is_key = |member: &Member| member.is_required && member.value.values.is_some();
        let members = self.members.iter().filter(move |(_, member)| self.kinds == OBJECT && is_key(member));
        members.map(|(name, _)| Some(name.clone())).chain(self.values.is_some().then_some(None))
    }

    pub(super) fn says_nothing(&self) -> bool {
        self.kinds == ALL && self.values.is_none() && self.members.is_empty() && self.names.is_none()
    }
}

fn both_of(one: &Rc<Summary>, other: &Rc<Summary>) -> Rc<Summary> {
    if Rc::ptr_eq(one, other) { Rc::clone(one) } else { Rc::new(one.and(other)) }
}

impl Summaries {
    /// What the values of a schema are like.
    pub(super) fn of(&mut self, set: &SchemaSet, id: SchemaId) -> Rc<Summary> {
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
            summary.values = self.numbered(values).map(Rc::new);
        }
        let object = &schema.object;
        if levels > 0 {
            for (name, id) in &object.properties {
                let value = self.summarize(set, *id, levels - 1, depth - 1);
                if !value.says_nothing() {
                    Rc::make_mut(&mut summary.members)
                        .insert(name.as_str().into(), Member { is_required: false, value });
                }
            }
            for name in &object.required {
                let anything = || Member { is_required: true, value: Rc::new(Summary::of_kinds(ALL)) };
                let members = Rc::make_mut(&mut summary.members);
                members.entry(name.as_str().into()).or_insert_with(anything).is_required = true;
            }
            let is_closed = object.additional_properties.is_some_and(|others| set.get(others).never);
            if is_closed && object.pattern_properties.is_empty() {
                summary.names = Some(Rc::new(object.properties.iter().map(|(name, _)| name.as_str().into()).collect()));
            }
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

    /// Numbers for values; `None` where equal ones might be written differently.
    fn numbered(&mut self, values: &[Value]) -> Option<BTreeSet<u32>> {
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
        values.iter().map(number).collect()
    }
}
