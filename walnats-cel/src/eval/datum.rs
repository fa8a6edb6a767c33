//! The values of an evaluation.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::{Type, Value};

/// A message that the caller has. Google's timestamps, durations and wrappers are none: their fields have a [`Value`], which is
/// [`Value::Null`] for a wrapper that is not set.
pub trait Message: Clone {
    /// The value of the field `name`, its default where it is not set.
    fn field(&self, name: &str) -> Datum<Self>;

    /// Whether the field `name` is set, as far as can be seen.
    fn has(&self, name: &str) -> bool;

    /// The fields that are set, by name, in an order that is the same for all messages of the type.
    fn set_fields(&self) -> Vec<(String, Datum<Self>)>;
}

/// A value of an evaluation.
#[derive(Clone, Debug)]
pub enum Datum<M> {
    /// One without messages in it.
    Value(Value),
    /// A message.
    Message(M),
    /// A list.
    List(Rc<[Datum<M>]>),
    /// A map, in the order of its keys.
    Map(Rc<[(Value, Datum<M>)]>),
}

impl<M> From<bool> for Datum<M> {
    fn from(value: bool) -> Self {
        Self::Value(Value::Bool(value))
    }
}

impl<M> Datum<M> {
    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(items.into())
    }

    /// A map, whose keys are of one type.
    pub fn map(mut entries: Vec<(Value, Self)>) -> Self {
        entries.sort_by(|a, b| a.0.order(&b.0).unwrap_or(Ordering::Equal));
        Self::Map(entries.into())
    }
}

/// The variables of a loop's step: the first, and the second where there are two.
pub(super) type Step<M> = (Datum<M>, Option<Datum<M>>);

impl<M: Message> Datum<M> {
    /// As a value that is known; `None` for messages and maps.
    pub fn known(&self) -> Option<Value> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::List(items) => Some(Value::List(items.iter().map(Self::known).collect::<Option<_>>()?, Type::Dyn)),
            Self::Message(_) | Self::Map(_) => None,
        }
    }

    /// The items of a list; `None` for all else.
    pub(super) fn items(&self) -> Option<Rc<[Self]>> {
        match self {
            Self::List(items) => Some(Rc::clone(items)),
            Self::Value(Value::List(items, _)) => Some(items.iter().cloned().map(Self::Value).collect()),
            _ => None,
        }
    }

    /// The steps of a loop over it, which has two variables or one.
    pub(super) fn steps(&self, two: bool) -> Option<Box<dyn Iterator<Item = Step<M>> + '_>> {
        if let Self::Map(entries) = self {
            let steps = entries.iter().map(move |(key, value)| (Self::Value(key.clone()), two.then(|| value.clone())));
            return Some(Box::new(steps));
        }
        let items = self.items()?;
        let count = items.len();
        let steps = (0..count).map(move |index| {
            let item = items[index].clone();
            match two {
                true => (Self::Value(Value::Int(i64::try_from(index).unwrap_or(i64::MAX))), Some(item)),
                false => (item, None),
            }
        });
        Some(Box::new(steps))
    }

    /// What `key` leads to in a map.
    pub(super) fn entry<'e>(entries: &'e [(Value, Self)], key: &Value) -> Option<&'e Self> {
        let found = entries.binary_search_by(|(known, _)| known.order(key).unwrap_or(Ordering::Less)).ok()?;
        entries.get(found).map(|(_, value)| value)
    }

    /// Whether the two are equal; numbers that are none are equal to nothing.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => {
                let are_equal =
                    |(one, other): (&(Value, Self), &(Value, Self))| one.0 == other.0 && one.1.equals(&other.1);
                one.len() == other.len() && one.iter().zip(other.iter()).all(are_equal)
            }
            (Self::Message(one), Self::Message(other)) => {
                let (one, other) = (one.set_fields(), other.set_fields());
                let are_equal =
                    |(one, other): (&(String, Self), &(String, Self))| one.0 == other.0 && one.1.equals(&other.1);
                one.len() == other.len() && one.iter().zip(&other).all(are_equal)
            }
            (Self::Message(message), Self::Value(Value::Message(_, fields)))
            | (Self::Value(Value::Message(_, fields)), Self::Message(message)) => {
                let set = message.set_fields();
                let is_equal = |(name, value): &(String, Self)| {
                    fields.get(name).is_some_and(|known| value.equals(&Self::Value(known.clone())))
                };
                set.len() == fields.len() && set.iter().all(is_equal)
            }
            _ => match (self.items(), other.items()) {
                (Some(one), Some(other)) => {
                    one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| one.equals(other))
                }
                _ => false,
            },
        }
    }
}
