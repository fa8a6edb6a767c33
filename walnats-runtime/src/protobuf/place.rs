//! Where in a message something is: kept on the stack, and written out only where something is wrong.

use std::fmt::Write as _;

/// A place in a message.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Field(&'static str),
    Item(usize),
    Entry(Key<'a>),
    /// The key of an entry itself.
    Key(Key<'a>),
}

/// The key of an entry of a map.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// Of a map by numbers or booleans.
    Plain(i128, Plain),
    /// Of a map by text.
    Text(&'a str),
}

/// How a key is written that is no text.
#[derive(Clone, Copy, Debug)]
pub enum Plain {
    /// `1`
    Number,
    /// `true`
    Bool,
}

impl<'a> Place<'a> {
    /// The whole message.
    pub const ROOT: Place<'static> = Place { outer: None, step: Step::Root };

    /// The field `name`.
    pub const fn field(&'a self, name: &'static str) -> Place<'a> {
        Place { outer: Some(self), step: Step::Field(name) }
    }

    /// The item `index` of a list.
    pub const fn item(&'a self, index: usize) -> Place<'a> {
        Place { outer: Some(self), step: Step::Item(index) }
    }

    /// The value to which `key` leads in a map.
    pub fn entry(&'a self, key: impl Into<Key<'a>>) -> Place<'a> {
        Place { outer: Some(self), step: Step::Entry(key.into()) }
    }

    /// `key` of a map itself.
    pub fn key(&'a self, key: impl Into<Key<'a>>) -> Place<'a> {
        Place { outer: Some(self), step: Step::Key(key.into()) }
    }

    /// Whether it is a key.
    pub const fn is_key(&self) -> bool {
        matches!(self.step, Step::Key(_))
    }

    /// As protovalidate writes it: `items[0].sku`, `prices["EUR"]`.
    pub fn path(&self) -> String {
        let mut path = self.outer.map(Place::path).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Field(name) if path.is_empty() => path.push_str(name),
            Step::Field(name) => path.extend([".", name]),
            Step::Item(index) => {
                let _ = write!(path, "[{index}]");
            }
            Step::Entry(key) | Step::Key(key) => {
                let _ = match key {
                    Key::Text(text) => write!(path, "[{text:?}]"),
                    plain => write!(path, "[{}]", plain.text()),
                };
            }
        }
        path
    }

    /// How many bytes the place has when it is written out, nearly.
    pub(crate) fn length(&self) -> usize {
        let step = match self.step {
            Step::Root => 0,
            Step::Field(name) => name.len(),
            Step::Entry(Key::Text(text)) | Step::Key(Key::Text(text)) => text.len(),
            Step::Item(_) | Step::Entry(Key::Plain(..)) | Step::Key(Key::Plain(..)) => std::mem::size_of::<u64>(),
        };
        self.outer.map(Place::length).unwrap_or_default() + 1 + step
    }

    /// As a JSON Pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut pointer = self.outer.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Field(name) => pointer.extend(["/", name]),
            Step::Item(index) => {
                let _ = write!(pointer, "/{index}");
            }
            Step::Entry(key) | Step::Key(key) => {
                pointer.push('/');
                pointer.push_str(&walnats_schema::pointer::escape(&key.text()));
            }
        }
        pointer
    }
}

impl Key<'_> {
    fn text(&self) -> String {
        match self {
            Key::Text(text) => (*text).to_owned(),
            Key::Plain(value, Plain::Bool) => (*value != 0).to_string(),
            Key::Plain(value, Plain::Number) => value.to_string(),
        }
    }
}

impl<'a> From<&'a String> for Key<'a> {
    fn from(key: &'a String) -> Self {
        Key::Text(key)
    }
}

impl From<&bool> for Key<'_> {
    fn from(key: &bool) -> Self {
        Key::Plain(i128::from(*key), Plain::Bool)
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {$(
        impl From<&$number> for Key<'_> {
            fn from(key: &$number) -> Self {
                Key::Plain(i128::from(*key), Plain::Number)
            }
        }
    )*};
}

from_number!(i32, i64, u32, u64);
