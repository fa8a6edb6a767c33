//! Arrays and objects.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

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
        let value = visitor.visit_map(Members { reader: self, first: true })?;
        self.close(b'}', "the end of an object")?;
        Ok(value)
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

    fn open(&mut self, bracket: u8, what: &str) -> Result<()> {
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
        self.depth -= 1;
        if self.take(bracket) { Ok(()) } else { Err(self.expected(what)) }
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
        if !self.advance(b'}')? {
            return Ok(None);
        }
        if self.reader.next_byte() != Some(b'"') {
            return Err(self.reader.expected("a member's name"));
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        if !self.reader.take(b':') {
            return Err(self.reader.expected("`:`"));
        }
        seed.deserialize(&mut *self.reader)
    }
}
