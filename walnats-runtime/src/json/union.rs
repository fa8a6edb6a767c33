//! Unions: a value whose type is known only after a look at it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::Value;
use walnats_schema::At;

use super::{Reader, Validate};

/// By this name a union asks [`Reader`] for the text of its value. Any other deserializer takes it for a newtype and
/// hands over the value, which is then written out.
pub(super) const RAW: &str = "$walnats::raw";

/// The JSON text of a union's value, for generated code to look at before it reads a variant.
pub struct Union<'de> {
    text: Cow<'de, str>,
}

/// What a JSON value is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl<'de> Union<'de> {
    /// Takes the text of the value that `deserializer` stands at.
    ///
    /// # Errors
    ///
    /// There is no value.
    pub fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, TextVisitor)
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        match Reader::new(&self.text).next_byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The string that the value, an object, has under `name`; empty where it has none.
    pub fn tag(&self, name: &str) -> Cow<'_, str> {
        Reader::new(&self.text).member_text(name).unwrap_or_default()
    }

    /// The first of `names` that the value, an object, has as a member; empty where it has none.
    pub fn member(&self, names: &[&'static str]) -> &'static str {
        Reader::new(&self.text).find_member(names).unwrap_or_default()
    }

    /// Reads the value as `T`, and makes it a variant.
    ///
    /// # Errors
    ///
    /// The value is no `T`.
    pub fn variant<T, V, E>(&self, variant: fn(T) -> V) -> Result<V, E>
    where
        T: for<'a> Deserialize<'a>,
        E: Error,
    {
        Reader::read(&self.text).map(variant).map_err(E::custom)
    }

    /// Reads the value as `T` and makes it a variant, if it is a valid `T`.
    pub fn attempt<T, V>(&self, variant: fn(T) -> V) -> Option<V>
    where
        T: for<'a> Deserialize<'a>,
        V: Validate,
    {
        let mut violations = Vec::new();
        let value = Reader::read(&self.text).map(variant).ok()?;
        value.check(&At::Root, &mut violations);
        violations.is_empty().then_some(value)
    }

    /// The error for a value that is of no variant.
    pub fn mismatch<E: Error>(expected: &'static str) -> E {
        E::custom(format_args!("expected {expected}"))
    }
}

impl fmt::Debug for Union<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Union({:?})", self.kind())
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Union<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Union<'de>, E> {
        Ok(Union { text: text.into() })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Union<'de>, D::Error> {
        Ok(Union { text: Value::deserialize(deserializer)?.to_string().into() })
    }
}
