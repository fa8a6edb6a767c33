//! Values of other crates that are written as they were read.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use walnats_schema::Format;

/// A value of another crate with its text, so that it is written exactly as it was read.
///
/// It converts from such a value and dereferences to it. Two that are written differently are not equal, even if they mean
/// the same: compare the values for that, `*one == *other`.
#[derive(Clone)]
pub struct Verbatim<T> {
    value: T,
    text: Box<str>,
}

impl<T> Verbatim<T> {
    /// The text that was read, or that was written for a value.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value, without the text.
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// A type of another crate for a format of JSON Schema. Sealed: only this crate implements it.
pub trait Written: Sized {
    /// The format.
    const FORMAT: Format;

    /// Reads a text of the format; `None` if the type cannot represent it.
    fn read(text: &str) -> Option<Self>;

    /// Writes a text of the format. RFC 3339 has no years before 0 and after 9999: the nearest valid value is written.
    fn write(&self) -> String;
}

/// The text is not of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a `{}` of {}", .0.name(), .0.specification())]
pub struct ParseVerbatimError(Format);

impl<T: Written> FromStr for Verbatim<T> {
    type Err = ParseVerbatimError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The crates accept more than the format permits: a space instead of the `T`, or fewer digits.
        let value = T::FORMAT.check(text).then(|| T::read(text)).flatten().ok_or(ParseVerbatimError(T::FORMAT))?;
        Ok(Self { value, text: text.into() })
    }
}

impl<T: Written> From<T> for Verbatim<T> {
    fn from(value: T) -> Self {
        let text = value.write().into();
        Self { value, text }
    }
}

impl<T> Deref for Verbatim<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Display for Verbatim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> fmt::Debug for Verbatim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> PartialEq for Verbatim<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Verbatim<T> {}

impl<T> Hash for Verbatim<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> Serialize for Verbatim<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T: Written> Deserialize<'de> for Verbatim<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(super::TextVisitor::default())
    }
}
