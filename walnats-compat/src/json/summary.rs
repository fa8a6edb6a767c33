//! What tells values apart at a glance: types, and members that schemas fix to a few values, such as the `kind` of an event.

mod lists;
mod summaries;

use std::rc::Rc;

use self::lists::{List, both_lists, either_list, in_both};
pub(super) use self::summaries::Summaries;
use super::atom::Kind;

const OBJECT: u8 = 1 << Kind::Object as u8;
const ALL: u8 = (1 << Kind::ALL.len()) - 1;

/// What every value that a schema accepts is like; it may accept less.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    /// The types, one bit each.
    kinds: u8,
    /// The values, as numbers of [`Summaries::values`], in order.
    values: List,
    /// Of objects alone, in the order of their names.
    members: Rc<Vec<(Name, Member)>>,
    /// The only names that objects have, in order.
    names: List,
}

/// The name of a member, as a number of [`Summaries::names`].
pub(super) type Name = u32;

#[derive(Clone, Debug)]
struct Member {
    is_required: bool,
    value: Rc<Summary>,
}

impl Summary {
    /// Any value of a type.
    pub(super) fn of_kind(kind: Kind) -> Self {
        Self::of_kinds(1 << kind as u8)
    }

    fn of_kinds(kinds: u8) -> Self {
        Self { kinds, values: None, members: Rc::default(), names: None }
    }

    /// Whether a value of this type may be like this.
    pub(super) fn allows(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u8) != 0
    }

    /// Whether no value is like this. `false` may be wrong.
    pub(super) fn is_empty(&self) -> bool {
        let lacks_required = || {
            self.lacks_members_of(self)
                || self.members.iter().any(|(_, member)| member.is_required && member.value.is_empty())
        };
        self.kinds == 0
            || self.values.as_ref().is_some_and(|values| values.is_empty())
            || (self.kinds == OBJECT && lacks_required())
    }

    /// Whether no value is like both. `false` may be wrong.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let kinds = self.kinds & other.kinds;
        if kinds == 0 {
            return true;
        }
        if let (Some(values), Some(others)) = (&self.values, &other.values)
            && in_both(values, others).next().is_none()
        {
            return true;
        }
        kinds == OBJECT && (self.lacks_members_of(other) || other.lacks_members_of(self) || self.members_differ(other))
    }

    /// Whether the other has a member that cannot be here.
    fn lacks_members_of(&self, other: &Self) -> bool {
        let Some(names) = &self.names else { return false };
        let mut names = names.iter().peekable();
        other.members.iter().filter(|(_, member)| member.is_required).any(|(name, _)| {
            while names.next_if(|known| *known < name).is_some() {}
            names.peek() != Some(&name)
        })
    }

    fn members_differ(&self, other: &Self) -> bool {
        !Rc::ptr_eq(&self.members, &other.members)
            && self
                .members_of_both(other)
                .any(|(_, one, same)| (one.is_required || same.is_required) && one.value.is_disjoint(&same.value))
    }

    fn members_of_both<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (Name, &'s Member, &'s Member)> {
        let mut others = other.members.iter().peekable();
        self.members.iter().filter_map(move |(name, member)| {
            while others.next_if(|(known, _)| known < name).is_some() {}
            let (_, same) = others.next_if(|(known, _)| known == name)?;
            Some((*name, member, same))
        })
    }

    /// What is like both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            kinds: self.kinds & other.kinds,
            values: both_lists(&self.values, &other.values),
            names: both_lists(&self.names, &other.names),
            members: self.all_members(other),
        }
    }

    /// The members of both.
    fn all_members(&self, other: &Self) -> Rc<Vec<(Name, Member)>> {
        // What refers to another schema, and says nothing besides, has that one's members.
        if Rc::ptr_eq(&self.members, &other.members) || other.members.is_empty() {
            return Rc::clone(&self.members);
        }
        if self.members.is_empty() {
            return Rc::clone(&other.members);
        }
        let mut all = Vec::with_capacity(self.members.len().max(other.members.len()));
        let mut others = other.members.iter().peekable();
        for (name, member) in self.members.iter() {
            while let Some(earlier) = others.next_if(|(known, _)| known < name) {
                all.push(earlier.clone());
            }
            let merged = match others.next_if(|(known, _)| known == name) {
                Some((_, same)) => Member {
                    is_required: member.is_required || same.is_required,
                    value: both_of(&member.value, &same.value),
                },
                None => member.clone(),
            };
            all.push((*name, merged));
        }
        all.extend(others.cloned());
        Rc::new(all)
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
        either.values = either_list(&self.values, &other.values);
        if self.kinds & OBJECT == 0 || other.kinds & OBJECT == 0 {
            let objects = if self.kinds & OBJECT == 0 { other } else { self };
            either.members = objects.members.clone();
            either.names = objects.names.clone();
            return either;
        }
        either.names = either_list(&self.names, &other.names);
        let either_member = |(name, one, same): (Name, &Member, &Member)| {
            let value = match Rc::ptr_eq(&one.value, &same.value) {
                true => Rc::clone(&one.value),
                false => Rc::new(one.value.or(&same.value)),
            };
            (name, Member { is_required: one.is_required && same.is_required, value })
        };
        either.members = Rc::new(self.members_of_both(other).map(either_member).collect());
        either
    }

    /// The numbers of the values: those of a member that is always there, or those of the whole, by which it is told from others.
    /// What has another type has none of them.
    pub(super) fn key(&self, member: Option<Name>) -> Option<&[u32]> {
        let values = match member {
            Some(name) if self.kinds == OBJECT => {
                let at = self.members.binary_search_by_key(&name, |(name, _)| *name).ok()?;
                let (_, member) = &self.members[at];
                member.is_required.then_some(&member.value.values)?
            }
            Some(_) => return None,
            None => &self.values,
        };
        values.as_deref()
    }

    /// The members that are always there and have a few values; `None` stands for the whole, if it has.
    pub(super) fn keys(&self) -> impl Iterator<Item = Option<Name>> + '_ {
        let is_key = |member: &Member| member.is_required && member.value.values.is_some();
        let members = self.members.iter().filter(move |(_, member)| self.kinds == OBJECT && is_key(member));
        members.map(|(name, _)| Some(*name)).chain(self.values.is_some().then_some(None))
    }

    pub(super) fn says_nothing(&self) -> bool {
        self.kinds == ALL && self.values.is_none() && self.members.is_empty() && self.names.is_none()
    }
}

fn both_of(one: &Rc<Summary>, other: &Rc<Summary>) -> Rc<Summary> {
    if Rc::ptr_eq(one, other) { Rc::clone(one) } else { Rc::new(one.and(other)) }
}
