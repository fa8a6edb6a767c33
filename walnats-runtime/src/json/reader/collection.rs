//! Arrays and objects.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::super::object::Names;
use super::{MAX_DEPTH, ReadError, Reader, Result};

impl<'de> Reader<'de> {
    /// Reads an array.
    pub(super) fn array<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.open(b'[', "an array")?;
        let value = visitor.visit_seq(Members { reader: self, first: true })?;
        self.close(b']', "the end of an array")?;
        Ok(value)
    }

    /// Reads an object.
    pub(super) fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.open(b'{', "an object")?;
        // No look at the value: it would have to be copied out of what the visitor returns, and structs can be large.
        visitor.visit_map(Members { reader: self, first: true })
    }

    /// Reads an object of which these members, whose names nothing escapes, are fields of a struct.
    pub(super) fn structure<V: Visitor<'de>>(
        &mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.open(b'{', "an object")?;
        visitor.visit_map(Fields { members: Members { reader: self, first: true }, names: Names::new(fields) })
    }

    /// The string under `name` in the object that is next; `None` where there is none.
    pub(crate) fn member_text(&mut self, name: &str) -> Option<Cow<'de, str>> {
        self.take(b'{');
        while self.next_byte() == Some(b'"') {
            let key = self.text().ok()?;
            self.take(b':');
            if key == name {
                return self.text().ok();
            }
            self.skip_value().ok()?;
            self.take(b',');
        }
        None
    }

    /// The string that is next, or the name of the first member of the object that is next.
    pub(crate) fn first_text(&mut self) -> Option<Cow<'de, str>> {
        self.take(b'{');
        self.next_byte().filter(|byte| *byte == b'"').and_then(|_| self.text().ok())
    }

    /// The name of the first member of the object that is next whose name is among `names`.
    pub(crate) fn find_member(&mut self, names: &[&'static str]) -> Option<&'static str> {
        self.take(b'{');
        while self.next_byte() == Some(b'"') {
            let key = self.text().ok()?;
            if let Some(name) = names.iter().find(|name| **name == key) {
                return Some(name);
            }
            self.take(b':');
            self.skip_value().ok()?;
            self.take(b',');
        }
        None
    }

    /// The next such name, after one was found.
    pub(crate) fn find_next_member(&mut self, names: &[&'static str]) -> Option<&'static str> {
        self.skip_to_next()?;
        self.find_member(names)
    }

    /// The name of the next member, after the one whose name was read.
    pub(crate) fn next_name(&mut self) -> Option<Cow<'de, str>> {
        self.skip_to_next()?;
        self.next_byte().filter(|byte| *byte == b'"').and_then(|_| self.text().ok())
    }

    fn skip_to_next(&mut self) -> Option<()> {
        self.take(b':');
        self.skip_value().ok()?;
        self.take(b',').then_some(())
    }

    pub(super) fn open(&mut self, bracket: u8, what: &str) -> Result<()> {
        if !self.take(bracket) {
            return Err(self.expected(what));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8, what: &str) -> Result<()> {
        if !self.take(bracket) {
            return Err(self.expected(what));
        }
        self.depth -= 1;
        Ok(())
    }

    pub(super) fn too_deep(&self) -> ReadError {
        self.expected("less nesting")
    }
}

/// What stands between the brackets of an array or object.
struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl Members<'_, '_> {
    /// Moves to the next member, if there is one; the bracket that ends them stays unread.
    fn advance(&mut self, bracket: u8) -> Result<bool> {
        if self.reader.next_byte() == Some(bracket) {
            return Ok(false);
        }
        if self.first {
            self.first = false;
        } else if !self.reader.take(b',') {
            return Err(self.reader.expected("`,`"));
        }
        Ok(true)
    }

    /// Moves to the name of the next member, or past the end of the object.
    fn advance_to_name(&mut self) -> Result<bool> {
        // Compact JSON, most of the time.
        if !self.first && self.reader.rest().starts_with(b",\"") {
            self.reader.position += 1;
            return Ok(true);
        }
        if !self.advance(b'}')? {
            // A visitor that stops before the end leaves the depth as it is, which is found where it counts.
            self.reader.close(b'}', "the end of an object")?;
            return Ok(false);
        }
        if self.reader.next_byte() == Some(b'"') { Ok(true) } else { Err(self.reader.expected("a member's name")) }
    }
}

impl<'de> SeqAccess<'de> for Members<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.advance(b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.advance_to_name()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        if !self.reader.take(b':') {
            return Err(self.reader.expected("`:`"));
        }
        seed.deserialize(&mut *self.reader)
    }
}

/// The members of an object that is a struct; the names of its fields are read as their indices.
struct Fields<'r, 'de> {
    members: Members<'r, 'de>,
    names: Names,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.members.advance_to_name()? {
            return Ok(None);
        }
        let reader = &mut *self.members.reader;
        let index = match self.names.expect(&reader.rest()[1..]) {
            Some((index, length)) => {
                reader.position += length + 2;
                index
            }
            None => {
                let name = reader.text()?;
                match self.names.find(&name) {
                    Some(index) => index,
                    None => return seed.deserialize(NoField(name)).map(Some),
                }
            }
        };
        seed.deserialize((index as u64).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.members.next_value_seed(seed)
    }
}

/// The name of a member that has no field.
struct NoField<'de>(Cow<'de, str>);

impl<'de> Deserializer<'de> for NoField<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
