//! Attribute values.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::DateTime;

/// The value of an extension attribute. In binary mode, readers get every type as a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// Text without control characters.
    String(String),
    /// A 32-bit integer.
    Integer(i32),
    /// `true` or `false`.
    Boolean(bool),
    /// An absolute URI.
    Uri(String),
    /// A URI or a relative reference.
    UriReference(String),
    /// A time of RFC 3339.
    Timestamp(DateTime),
    /// Bytes, written as base64.
    Binary(Vec<u8>),
}

impl AttributeValue {
    /// The canonical text of the type.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) | Self::Uri(text) | Self::UriReference(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Timestamp(time) => Cow::Borrowed(time.as_str()),
            Self::Binary(bytes) => Cow::Owned(STANDARD.encode(bytes)),
        }
    }
}

impl fmt::Display for AttributeValue {
    /// The canonical text of the type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i32> for AttributeValue {
    fn from(number: i32) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<DateTime> for AttributeValue {
    fn from(time: DateTime) -> Self {
        Self::Timestamp(time)
    }
}

impl From<Vec<u8>> for AttributeValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}
