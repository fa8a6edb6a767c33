//! Unions: a value whose type is known only after a look at it.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use walnats_schema::At;

use super::Validate;
use super::object::{missing, set};
use super::reader::{Lent, PLACE, ReadError, Reader};
use super::tolerance;

/// The place of a union's value, for generated code to look at before it reads a variant.
pub struct Union<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// How many members that could say which variant it is are passed over, because what they said did not fit.
    passed: usize,
    /// Whether there is one more.
    has_more: &'r Cell<bool>,
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
        let mut reader = self.reader.clone();
        let mut found = reader.find_member(names);
        for _ in 0..self.passed {
            found = found.and_then(|_| reader.find_next_member(names));
        }
        self.has_more.set(found.is_some());
        found.unwrap_or_default()
    }

    /// The value, a string, or the name of the first member of the value, an object: what variants are called in JSON.
    pub fn wrapper(&self) -> Cow<'de, str> {
        let mut reader = self.reader.clone();
        let mut found = reader.first_text();
        if tolerance::is_tolerant() && self.kind() == Kind::Object {
            for _ in 0..self.passed {
                found = found.and_then(|_| reader.next_name());
            }
            self.has_more.set(found.is_some());
        }
        found.unwrap_or_default()
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
        let met = tolerance::met();
        let value = T::deserialize(&mut reader).ok().map(variant);
        if let Some(value) = &value {
            value.check(&At::Root, &mut violations);
        }
        // Strict readers keep nothing that could be at fault for that.
        match value {
            Some(value) if violations.iter().all(tolerance::is_of_kept) => {
                *self.reader = reader;
                Some(value)
            }
            _ => {
                tolerance::forget(met);
                None
            }
        }
    }

    /// Reads the value, an object whose tag no variant has, for a tolerant reader.
    ///
    /// # Errors
    ///
    /// The reader is strict, or the value is no object.
    pub fn keep<V>(self, variant: fn(Value) -> V, expected: &'static str) -> Result<V, ReadError> {
        if self.kind() != Kind::Object || !tolerance::meet(|met| met.variants += 1) {
            return Err(Self::mismatch(expected));
        }
        Reader::read_value(self.reader.skip_value()?).map(variant)
    }

    /// As [`Union::keep`], of objects with one member, whose name no variant has, and of strings.
    ///
    /// # Errors
    ///
    /// The reader is strict, or the value is something else.
    pub fn keep_member<V>(self, variant: fn(Value) -> V, expected: &'static str) -> Result<V, ReadError> {
        let mut members = self.reader.clone();
        let is_kept = match self.kind() {
            Kind::Object => members.first_text().is_some() && members.next_name().is_none(),
            kind => kind == Kind::String,
        };
        if !is_kept || !tolerance::meet(|met| met.variants += 1) {
            return Err(Self::mismatch(expected));
        }
        Reader::read_value(self.reader.skip_value()?).map(variant)
    }

    /// Reads the value as `T` and makes it a variant. A tolerant reader keeps it where the schema does not list it.
    ///
    /// # Errors
    ///
    /// The value is not a valid `T`, and the reader is strict.
    pub fn listed<T: Deserialize<'de>, V: Validate>(
        mut self,
        variant: fn(T) -> V,
        unknown: fn(Value) -> V,
    ) -> Result<V, ReadError> {
        if let Some(value) = tolerance::strictly(|| self.attempt(variant)) {
            return Ok(value);
        }
        if !tolerance::meet(|met| met.values += 1) {
            return Err(Self::mismatch("a value that the schema lists"));
        }
        Reader::read_value(self.reader.skip_value()?).map(unknown)
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
                tolerance::ignore(&mut members)?;
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

fn read<T>(choose: Choose<T>, reader: &mut Reader<'_>, passed: usize, has_more: &Cell<bool>) -> Result<T, ReadError> {
    let depth = reader.depth();
    let value = choose(Union { reader: &mut *reader, passed, has_more })?;
    if reader.depth() == depth { Ok(value) } else { Err(ReadError::custom("expected the end of an object")) }
}

/// Reads the variant that fits without tolerance, if one does; otherwise the first one that what is there may mean. In an
/// object, several members may say what it is, of which a strict reader knows that only one is there.
fn read_tolerantly<T>(choose: Choose<T>, reader: &mut Reader<'_>) -> Result<T, ReadError> {
    let (start, met, has_more) = (reader.clone(), tolerance::met(), Cell::new(false));
    if tolerance::may_read_again() {
        let outcome = tolerance::strictly(|| read(choose, reader, 0, &has_more));
        if outcome.is_ok() {
            return outcome;
        }
        tolerance::read_again(reader.distance(&start));
    }
    for passed in 0.. {
        *reader = start.clone();
        has_more.set(false);
        let outcome = read(choose, reader, passed, &has_more);
        if outcome.is_ok() || !has_more.get() || !tolerance::may_read_again() {
            return outcome;
        }
        tolerance::forget(met);
        tolerance::read_again(reader.distance(&start));
    }
    Err(ReadError::custom("expected fewer members"))
}

impl<'de, T> Visitor<'de> for Chooser<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut place: A) -> Result<T, A::Error> {
        let mut reader = Lent::borrow(&mut place)?;
        let value = match tolerance::is_tolerant() {
            false => read(self.0, &mut reader, 0, &Cell::new(false)),
            true => read_tolerantly(self.0, &mut reader),
        };
        let value = value.map_err(A::Error::custom);
        Lent::give_back(&mut place, &reader)?;
        value
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let text = Value::deserialize(deserializer)?.to_string();
        read(self.0, &mut Reader::new(&text), 0, &Cell::new(false)).map_err(D::Error::custom)
    }
}
