//! What is wrong with an instance: place, keyword and expectation, never the value.

use std::fmt;

use crate::pointer;

/// One way in which an instance breaks its schema.
///
/// The value itself is never part of it: it may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where in the instance: a JSON Pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// The keyword that is broken, such as `maxLength`.
    pub keyword: &'static str,
    /// What the schema expects, such as `at most 40 characters`.
    pub expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.pointer.is_empty() { "the instance" } else { &self.pointer };
        write!(f, "{at}: expected {} ({})", self.expected, self.keyword)
    }
}

/// What is wrong with an instance; empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// In the order in which they were found.
    pub list: Vec<Violation>,
    /// Why there may be more; `None` where the list is complete.
    pub cut: Option<Cut>,
}

/// Why a list of violations is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// There are more than are listed.
    TooMany,
    /// More schemas apply inside one another than the validator follows; the instance counts as invalid.
    TooDeep {
        /// Where in the instance, as a JSON Pointer.
        pointer: String,
    },
}

/// How many violations are listed at most.
pub const MAX_VIOLATIONS: usize = 100;

/// How many bytes the places of all listed violations have at most: names of members and keys of maps are as long as an
/// instance makes them.
const MAX_PLACES: usize = 1 << 16;

impl Violations {
    /// Whether the instance is valid.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.cut.is_none()
    }

    /// Whether the list has room for one more, whose place has `length` bytes; a first one always has. Where there is none,
    /// [`Cut::TooMany`] says so from then on.
    pub fn has_room(&mut self, length: usize) -> bool {
        let places = || self.list.iter().map(|violation| violation.pointer.len()).sum::<usize>();
        let has_room =
            self.list.is_empty() || (self.list.len() < MAX_VIOLATIONS && places().saturating_add(length) <= MAX_PLACES);
        if !has_room {
            self.cut.get_or_insert(Cut::TooMany);
        }
        has_room
    }

    /// Adds a violation while there is room for it.
    pub fn push(&mut self, violation: Violation) {
        if self.has_room(violation.pointer.len()) {
            self.list.push(violation);
        }
    }

    /// Puts `step`, the name of a member or the position of an item, in front of the places of the violations from the one at
    /// `from` on, which were found below it. Of those, the first stays however long its place is; others need room.
    pub fn below(&mut self, from: usize, step: &str) {
        let step = pointer::escape(step);
        let below = self.list.split_off(from.min(self.list.len()));
        for mut violation in below {
            violation.pointer = format!("/{step}{}", violation.pointer);
            if self.list.len() == from || self.has_room(violation.pointer.len()) {
                self.list.push(violation);
            }
        }
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl From<Vec<Violation>> for Violations {
    fn from(list: Vec<Violation>) -> Self {
        Self { list, cut: None }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => f.write_str("and more"),
            Self::TooDeep { pointer } if pointer.is_empty() => f.write_str("the schemas nest too deep to go on"),
            Self::TooDeep { pointer } => write!(f, "{pointer}: the schemas nest too deep to go on"),
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        match &self.cut {
            Some(cut) if self.list.is_empty() => write!(f, "{cut}"),
            Some(cut) => write!(f, "; {cut}"),
            None => Ok(()),
        }
    }
}

/// A place in an instance, kept on the stack while it is walked and written out only when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub enum At<'a> {
    /// The whole instance.
    Root,
    /// A member of an object.
    Property(&'a At<'a>, &'a str),
    /// An item of an array.
    Item(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    /// The member `name` of this place.
    pub fn property(&'a self, name: &'a str) -> At<'a> {
        At::Property(self, name)
    }

    /// The item `index` of this place.
    pub fn item(&'a self, index: usize) -> At<'a> {
        At::Item(self, index)
    }

    /// The JSON Pointer of this place (RFC 6901).
    pub fn pointer(&self) -> String {
        match self {
            At::Root => String::new(),
            At::Property(parent, name) => format!("{}/{}", parent.pointer(), pointer::escape(name)),
            At::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}
