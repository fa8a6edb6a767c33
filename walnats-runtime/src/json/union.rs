//! Unions: a value whose type is known only after a look at it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use walnats_schema::At;

use super::Validate;
use super::object::{missing, set, unknown};
use super::reader::{Lent, PLACE, ReadError, Reader};

/// The place of a union's value, for generated code to look at before it reads a variant.
pub struct Union<'r, 'de> {
    reader: &'r mut Reader<'de>,
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

/// Reads the union that `deserializer` stands at: `choose` looks at it, and reads a variant.
///
/// # Errors
///
/// The value is missing, or matches no variant.
pub fn union<'de, D: Deserializer<'de>, T>(deserializer: D, choose: Choose<T>) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(PLACE, Chooser(choose))
}

/// Reads the value at a union's place as what it is.
type Choose<T> = fn(Union<'_, '_>) -> Result<T, ReadError>;

impl<'de> Union<'_, 'de> {
    /// What the value is.
    pub fn kind(&self) -> Kind {
        match self.reader.clone().next_byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The string that the value, an object, has under `name`; empty where it has none.
    pub fn tag(&self, name: &str) -> Cow<'de, str> {
        self.reader.clone().member_text(name).unwrap_or_default()
    }

    /// The first of `names` that the value, an object, has as a member; empty where it has none.
    pub fn member(&self, names: &[&'static str]) -> &'static str {
        self.reader.clone().find_member(names).unwrap_or_default()
    }

    /// The value, a string, or the name of the first member of the value, an object: what variants are called in JSON.
    pub fn wrapper(&self) -> Cow<'de, str> {
        self.reader.clone().first_text().unwrap_or_default()
    }

    /// Reads the value, a string, as the variant that it names.
    ///
    /// # Errors
    ///
    /// The value is not a string.
    pub fn unit<V>(self, variant: V) -> Result<V, ReadError> {
        self.reader.skip_value().map(|_| variant)
    }

    /// Reads the value as an object whose only member is `name`, and makes a variant of that.
    ///
    /// # Errors
    ///
    /// The value is something else.
    pub fn only<T: Deserialize<'de>, V>(self, name: &'static str, variant: fn(T) -> V) -> Result<V, ReadError> {
        self.reader.deserialize_map(Wrapping { tag: None, content: name, of: PhantomData }).map(variant)
    }

    /// Reads the value as an object of `tag`, which was looked at before, and `content`, and makes a variant of the latter.
    ///
    /// # Errors
    ///
    /// The value is something else.
    pub fn adjacent<T: Deserialize<'de>, V>(
        self,
        tag: &'static str,
        content: &'static str,
        variant: fn(T) -> V,
    ) -> Result<V, ReadError> {
        self.reader.deserialize_map(Wrapping { tag: Some(tag), content, of: PhantomData }).map(variant)
    }

    /// Reads the value as `T`, and makes it a variant.
    ///
    /// # Errors
    ///
    /// The value is not a `T`.
    pub fn variant<T: Deserialize<'de>, V>(self, variant: fn(T) -> V) -> Result<V, ReadError> {
        T::deserialize(self.reader).map(variant)
    }

    /// Reads the value as `T` and makes it a variant, if it is a valid `T`; otherwise the value stays unread.
    pub fn attempt<T: Deserialize<'de>, V: Validate>(&mut self, variant: fn(T) -> V) -> Option<V> {
        let mut reader = self.reader.clone();
        let mut violations = Vec::new();
        let value = variant(T::deserialize(&mut reader).ok()?);
        value.check(&At::Root, &mut violations);
        violations.is_empty().then(|| {
            *self.reader = reader;
            value
        })
    }

    /// The error for a value that matches no variant.
    pub fn mismatch(expected: &'static str) -> ReadError {
        ReadError::custom(format_args!("expected {expected}"))
    }
}

impl fmt::Debug for Union<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Union({:?})", self.kind())
    }
}

/// Reads an object that has the member `content`, of type `T`, and the tag, where there is one, and no other member.
struct Wrapping<T> {
    tag: Option<&'static str>,
    content: &'static str,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Wrapping<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the member {:?}", self.content)
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut members: M) -> Result<T, M::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            if name == self.content {
                set(&mut found, &mut members)?;
            } else if self.tag.take_if(|tag| *tag == name).is_some() {
                members.next_value::<IgnoredAny>()?;
            } else {
                return Err(unknown());
            }
        }
        found.ok_or_else(|| missing(self.content))
    }
}

/// Writes an object of one member.
///
/// # Errors
///
/// Those of `serializer`.
pub fn write_only<S: Serializer>(
    serializer: S,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(Some(1))?;
    members.serialize_entry(name, value)?;
    members.end()
}

/// Writes an object of a tag and the content next to it.
///
/// # Errors
///
/// Those of `serializer`.
pub fn write_adjacent<S: Serializer>(
    serializer: S,
    tag: &'static str,
    text: &'static str,
    content: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(Some(2))?;
    members.serialize_entry(tag, text)?;
    members.serialize_entry(content, value)?;
    members.end()
}

struct Chooser<T>(Choose<T>);

impl<'de, T> Visitor<'de> for Chooser<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut place: A) -> Result<T, A::Error> {
        let mut reader = Lent::borrow(&mut place)?;
        let depth = reader.depth();
        let value = (self.0)(Union { reader: &mut reader }).map_err(A::Error::custom);
        if reader.depth() != depth {
            return Err(A::Error::custom("expected the end of an object"));
        }
        Lent::give_back(&mut place, &reader)?;
        value
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let text = Value::deserialize(deserializer)?.to_string();
        (self.0)(Union { reader: &mut Reader::new(&text) }).map_err(D::Error::custom)
    }
}
