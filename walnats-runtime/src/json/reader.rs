//! Reads JSON text into generated types, without serde's leniencies.
//!
//! Through `serde_json` a derived struct also reads arrays, a field-less enum reads `{"a":null}`, an integer refuses
//! `1.0`, and a float rounds a large integer in silence. A union needs to look at a value before it knows what to read,
//! for which serde would copy it whole. This reader does none of that, and works on borrowed text.

mod any;
mod collection;
mod error;
mod lent;
mod number;
#[cfg(feature = "protobuf")]
mod pull;
mod string;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor, value::StrDeserializer};
use serde_json::Value;

pub use self::error::ReadError;
pub(super) use self::lent::Lent;
#[cfg(feature = "protobuf")]
#[cfg(feature = "protobuf")]
pub(crate) use self::number::{has_fraction, whole};
pub(super) use self::number::{is_exact, nearest};
#[cfg(feature = "protobuf")]
pub(crate) use self::pull::{Mark, as_number};
#[cfg(feature = "protobuf")]
pub(crate) use self::string::ordinary;
use super::object::{FIELDS, OPEN};

/// How deep values may nest; what `serde_json` allows too, so that both paths of decoding agree. Nothing deeper is written.
pub(crate) const MAX_DEPTH: u8 = 127;

/// By this name a union asks a [`Reader`] to lend it the place of its value. Any other deserializer takes it for a newtype and
/// hands over the value, which is then written out.
pub(super) const PLACE: &str = "$walnats::place";

/// By this name a tolerant reader asks a [`Reader`] for the text of a value.
pub(super) const RAW: &str = "$walnats::raw";

/// A place in JSON text.
#[derive(Clone)]
pub(crate) struct Reader<'de> {
    text: &'de str,
    position: usize,
    depth: u8,
    /// Whether an integer of more digits than a float has is read as the float next to it.
    rounds: bool,
    /// Whether that is so of any number, also where any value is read; one beyond the range of floats is the last of them.
    rounds_all: bool,
}

type Result<T> = std::result::Result<T, ReadError>;

impl<'de> Reader<'de> {
    /// Reads all of `text` as one value.
    pub(crate) fn read<T: Deserialize<'de>>(text: &'de str) -> Result<T> {
        let mut reader = Self::new(text);
        let value = T::deserialize(&mut reader);
        // By reference: a struct is large, and each look at it by value would copy it.
        match &value {
            Ok(_) if !reader.is_at_end() => Err(reader.expected("the end of the text")),
            _ => value,
        }
    }

    /// Like [`Reader::read`], for what was judged before: an integer is rounded to the float next to it where a float is wanted.
    pub(crate) fn read_rounding<T: Deserialize<'de>>(text: &'de str) -> Result<T> {
        let mut reader = Self { rounds: true, ..Self::new(text) };
        let value = T::deserialize(&mut reader)?;
        if reader.is_at_end() { Ok(value) } else { Err(reader.expected("the end of the text")) }
    }

    /// Reads all of `text` as what it is, with each number as the float next to it where it is no integer of 64 bits.
    pub(crate) fn read_value(text: &'de str) -> Result<Value> {
        let mut reader = Self { rounds_all: true, ..Self::new(text) };
        let value = Value::deserialize(&mut reader)?;
        if reader.is_at_end() { Ok(value) } else { Err(reader.expected("the end of the text")) }
    }

    pub(crate) fn new(text: &'de str) -> Self {
        Self { text, position: 0, depth: 0, rounds: false, rounds_all: false }
    }

    /// How many bytes this is further than `start`.
    pub(super) fn distance(&self, start: &Self) -> usize {
        self.position.saturating_sub(start.position)
    }

    /// How many arrays and objects are open.
    pub(super) fn depth(&self) -> u8 {
        self.depth
    }

    /// Whether nothing follows, and all that was opened is closed.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.depth == 0 && self.next_byte().is_none()
    }

    /// What is unread.
    fn rest(&self) -> &'de [u8] {
        &self.text.as_bytes()[self.position..]
    }

    /// Peeks at the next byte that is not white space.
    #[inline]
    pub(crate) fn next_byte(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.position) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.next_byte_after_space(),
        }
    }

    #[cold]
    fn next_byte_after_space(&mut self) -> Option<u8> {
        let rest = self.rest();
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count();
        self.position += space;
        rest.get(space).copied()
    }

    /// Reads `byte`, after white space, if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.next_byte() == Some(byte);
        self.position += usize::from(found);
        found
    }

    /// Goes past a byte that was looked at.
    pub(super) fn pass(&mut self) {
        self.position += 1;
    }

    fn literal(&mut self, literal: &'static str) -> Result<()> {
        if self.text[self.position..].starts_with(literal) {
            self.position += literal.len();
            Ok(())
        } else {
            Err(self.expected(literal))
        }
    }

    fn expected(&self, what: &str) -> ReadError {
        ReadError::new(format!("expected {what} at byte {}", self.position))
    }
}

/// Forwards types that the JSON itself determines.
macro_rules! by_form {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.deserialize_any(visitor)
        }
    )*};
}

/// Numbers: one reader for each width, `visit_u64`, `visit_i64` and `visit_f64` being all that a visitor needs.
macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.integer(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.any(visitor)
    }

    by_form! {
        deserialize_bool deserialize_char deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_seq
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.wide_integer(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.wide_integer(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.float(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.next_byte() == Some(b'n') {
            self.literal("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    /// A union asks by a name of its own to read its value itself, see [`super::Union`]; a struct with further members tells
    /// by one that it knows this reader.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            PLACE => visitor.visit_seq(Lent::new(self)),
            OPEN => visitor.visit_some(self),
            RAW => visitor.visit_borrowed_str(self.skip_value()?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.array(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.array(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if name == FIELDS { self.structure(fields, visitor) } else { self.object(visitor) }
    }

    /// Generated enums that derive `Deserialize` have no fields: they are strings.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let name = self.text()?;
        visitor.visit_enum(StrDeserializer::new(&name))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }
}

#[cfg(test)]
mod tests;
