//! How a value where one type is used becomes a value where another is.

use super::{Proven, Prover};
use crate::model::{Bound, Constraint};
use crate::rust::types::{ItemId, Type, Typed};

/// What is done to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing: it is of the same type.
    Same,
    /// An item becomes another by its conversion, unless it is the same, and leaves its box or gets one.
    Item {
        is_same: bool,
        was_boxed: bool,
        is_boxed: bool,
    },
    /// It is there, where it may be absent.
    Wrap(Box<Change>),
    /// It is changed if it is there.
    Option(Box<Change>),
    List(Box<Change>),
    FixedArray(Box<Change>),
    Map(Box<Change>),
    Tuple(Vec<Change>),
}

impl Change {
    /// A change of what a map holds.
    pub fn of_map(self) -> Self {
        self.inside(Self::Map)
    }

    /// A change of what `wrap` holds.
    pub(super) fn inside(self, wrap: fn(Box<Change>) -> Change) -> Self {
        if self == Self::Same { self } else { wrap(Box::new(self)) }
    }
}

impl Prover<'_> {
    /// Proves that every value of one type, with what is asked of it, becomes one of the other.
    pub(super) fn change(&mut self, source: &Typed, target: &Typed) -> Proven<Change> {
        if let (false, Type::Nullable(inner), true) =
            (matches!(source.ty, Type::Nullable(_)), &target.ty, target.is_exact())
        {
            return Ok(Change::Wrap(Box::new(self.change(source, inner)?)));
        }
        let change = self.types(&source.ty, &target.ty)?;
        let is_asked = |limit: &Constraint| source.constraints.iter().any(|other| implies(other, limit));
        if !target.constraints.iter().all(is_asked) {
            return Err(self.obstacle("has other limits"));
        }
        let is_judged = |id| source.judgements.iter().any(|judgement| judgement.id == id);
        let is_as_before = change == Change::Same || !target.constraints.contains(&Constraint::UniqueItems);
        if !is_as_before || !target.judgements.iter().all(|judgement| is_judged(judgement.id)) {
            return Err(self.obstacle("has rules about all of it"));
        }
        Ok(change)
    }

    fn types(&mut self, source: &Type, target: &Type) -> Proven<Change> {
        if let (Some((source, was_boxed)), Some((target, is_boxed))) = (item(source), item(target)) {
            let is_same = source == target;
            if !is_same {
                self.items(source, target)?;
            }
            let is_changed = !is_same || was_boxed != is_boxed;
            return Ok(if is_changed { Change::Item { is_same, was_boxed, is_boxed } } else { Change::Same });
        }
        match (source, target) {
            (Type::Nullable(source), Type::Nullable(target)) => Ok(self.change(source, target)?.inside(Change::Option)),
            (Type::Nullable(_), _) => Err(self.obstacle("may be `null`")),
            (Type::Array(source), Type::Array(target)) => {
                Ok(self.at("[]", |prover| prover.change(source, target))?.inside(Change::List))
            }
            (Type::FixedArray(source, length), Type::FixedArray(target, other)) if length == other => {
                Ok(self.at("[]", |prover| prover.change(source, target))?.inside(Change::FixedArray))
            }
            (Type::Map(source), Type::Map(target)) => {
                Ok(self.at("*", |prover| prover.change(source, target))?.inside(Change::Map))
            }
            (Type::Tuple(sources), Type::Tuple(targets)) if sources.len() == targets.len() => {
                let pairs = sources.iter().zip(targets).enumerate();
                let changes = pairs.map(|(index, (source, target))| {
                    self.at(&index.to_string(), |prover| prover.change(source, target))
                });
                let changes: Vec<Change> = changes.collect::<Proven<_>>()?;
                let is_same = changes.iter().all(|change| *change == Change::Same);
                Ok(if is_same { Change::Same } else { Change::Tuple(changes) })
            }
            (source, target) if is_plain(source) && source == target => Ok(Change::Same),
            _ => Err(self.obstacle("has another type")),
        }
    }
}

/// Whether what keeps to one limit keeps to the other, too.
fn implies(limit: &Constraint, other: &Constraint) -> bool {
    match (limit, other) {
        (Constraint::MinLength(limit), Constraint::MinLength(other))
        | (Constraint::MinItems(limit), Constraint::MinItems(other))
        | (Constraint::MinProperties(limit), Constraint::MinProperties(other)) => limit >= other,
        (Constraint::MaxLength(limit), Constraint::MaxLength(other))
        | (Constraint::MaxItems(limit), Constraint::MaxItems(other))
        | (Constraint::MaxProperties(limit), Constraint::MaxProperties(other)) => limit <= other,
        (Constraint::Minimum(limit), Constraint::Minimum(other))
        | (Constraint::ExclusiveMinimum(limit), Constraint::ExclusiveMinimum(other)) => is_within(*other, *limit),
        (Constraint::Maximum(limit), Constraint::Maximum(other))
        | (Constraint::ExclusiveMaximum(limit), Constraint::ExclusiveMaximum(other)) => is_within(*limit, *other),
        _ => limit == other,
    }
}

/// Whether one bound is not greater than the other, of the same type.
fn is_within(one: Bound, other: Bound) -> bool {
    match (one, other) {
        (Bound::Integer(one), Bound::Integer(other)) => one <= other,
        (Bound::Float(one), Bound::Float(other)) => one <= other,
        _ => false,
    }
}

/// The item that a type is, and whether in a box.
fn item(ty: &Type) -> Option<(ItemId, bool)> {
    match ty {
        Type::Item(item) => Some((*item, false)),
        Type::Boxed(item) => Some((*item, true)),
        _ => None,
    }
}

/// Whether equal types have equal values.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Value
        | Type::Object
        | Type::Null
        | Type::Boolean
        | Type::Integer(_)
        | Type::Float
        | Type::String
        | Type::DateTime
        | Type::Date
        | Type::Uuid
        | Type::Base64
        | Type::Extern(_) => true,
        Type::Array(_)
        | Type::FixedArray(..)
        | Type::Tuple(_)
        | Type::Map(_)
        | Type::Nullable(_)
        | Type::Item(_)
        | Type::Boxed(_)
        | Type::Constant(_) => false,
    }
}
