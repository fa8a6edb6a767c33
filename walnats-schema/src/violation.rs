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
