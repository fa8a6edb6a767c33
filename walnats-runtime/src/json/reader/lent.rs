//! A reader's place, lent to a union by way of serde.
//!
//! A union has to look ahead before it can say what to read, and serde has no words for that. So [`Lent`] is a sequence: of
//! its place's depth, of the text from there on and of whether numbers are rounded, which the union reads with a reader of
//! its own, and of how far that came, which is passed as the length of a tuple, because no other serde method takes a number.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{ReadError, Reader, Result};

/// A reader's place.
pub(in crate::json) struct Lent<'r, 'de>(&'r mut Reader<'de>);

impl<'r, 'de> Lent<'r, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'de>) -> Self {
        Self(reader)
    }
}

impl<'de> Lent<'_, 'de> {
    /// A reader at the place that was lent.
    pub(in crate::json) fn borrow<A: SeqAccess<'de>>(place: &mut A) -> std::result::Result<Reader<'de>, A::Error> {
        match (place.next_element()?, place.next_element()?, place.next_element()?) {
            (Some(depth), Some(text), Some(rounds)) => Ok(Reader { depth, rounds, ..Reader::new(text) }),
            _ => Err(A::Error::custom("expected a place")),
        }
    }

    /// Moves the place to where `reader` is.
    pub(in crate::json) fn give_back<A: SeqAccess<'de>>(
        place: &mut A,
        reader: &Reader<'de>,
    ) -> std::result::Result<(), A::Error> {
        place.next_element_seed(Passed(reader.position)).map(drop)
    }
}

/// How many bytes were read.
struct Passed(usize);

impl<'de> DeserializeSeed<'de> for Passed {
    type Value = IgnoredAny;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<IgnoredAny, D::Error> {
        deserializer.deserialize_tuple(self.0, IgnoredAny)
    }
}

impl<'de> SeqAccess<'de> for Lent<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        seed.deserialize(Lent(self.0)).map(Some)
    }
}

impl<'de> Deserializer<'de> for Lent<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(self.0.expected("a union"))
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u8(self.0.depth)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.0.rounds)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(&self.0.text[self.0.position..])
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, passed: usize, visitor: V) -> Result<V::Value> {
        self.0.position += passed;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u16 u32 u64 u128 f32 f64 char string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple_struct map struct enum identifier ignored_any
    }
}
