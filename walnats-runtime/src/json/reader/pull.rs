//! Token by token, for types that read themselves: protobuf's messages.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Reader, Result};

/// A place to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    position: usize,
    depth: u8,
}

impl<'de> Reader<'de> {
    /// A reader for types that read themselves. What is passed over may hold any number.
    pub(crate) fn pulling(text: &'de str) -> Self {
        Self { rounds_all: true, ..Self::new(text) }
    }

    /// Where the reader is.
    pub(crate) fn mark(&self) -> Mark {
        Mark { position: self.position, depth: self.depth }
    }

    /// Goes to where the reader was.
    pub(crate) fn return_to(&mut self, mark: Mark) {
        self.position = mark.position;
        self.depth = mark.depth;
    }

    /// Reads a value and forgets it; it has to be JSON.
    pub(crate) fn pass_value(&mut self) -> Result<()> {
        IgnoredAny::deserialize(self).map(drop)
    }

    /// Reads `null`, if it is next.
    pub(crate) fn take_null(&mut self) -> Result<bool> {
        if self.next_byte() != Some(b'n') {
            return Ok(false);
        }
        self.literal("null").map(|()| true)
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool> {
        let value = self.next_byte() == Some(b't');
        self.literal(if value { "true" } else { "false" })?;
        Ok(value)
    }

    /// Reads `{` or `[`.
    pub(crate) fn enter(&mut self, bracket: u8) -> Result<()> {
        self.open(bracket, "an object or array")
    }

    /// Moves to the next item of an array, or past its end.
    #[inline]
    pub(crate) fn next_item(&mut self, is_first: bool) -> Result<bool> {
        if self.take(b']') {
            self.depth -= 1;
            return Ok(false);
        }
        self.comma(is_first)?;
        Ok(true)
    }

    /// Moves to the name of an object's next member, or past the object's end.
    #[inline]
    pub(crate) fn next_member(&mut self, is_first: bool) -> Result<bool> {
        // Compact JSON, most of the time.
        if !is_first && self.rest().starts_with(b",\"") {
            self.position += 1;
            return Ok(true);
        }
        if self.take(b'}') {
            self.depth -= 1;
            return Ok(false);
        }
        self.comma(is_first)?;
        if self.next_byte() == Some(b'"') { Ok(true) } else { Err(self.expected("a member's name")) }
    }

    fn comma(&mut self, is_first: bool) -> Result<()> {
        if is_first || self.take(b',') { Ok(()) } else { Err(self.expected("`,`")) }
    }

    /// What stands behind the quote that is next.
    pub(crate) fn behind_quote(&self) -> &'de [u8] {
        self.rest().get(1..).unwrap_or_default()
    }

    /// Goes past a name of `length` bytes that was found by [`Reader::behind_quote`], its quotes and the colon.
    pub(crate) fn pass_name(&mut self, length: usize) -> Result<()> {
        self.position += length + 2;
        self.colon()
    }

    /// Reads the colon behind a name.
    #[inline]
    pub(crate) fn colon(&mut self) -> Result<()> {
        if self.take(b':') { Ok(()) } else { Err(self.expected("`:`")) }
    }

    /// Reads a number and returns its text.
    pub(crate) fn number_text(&mut self) -> Result<&'de str> {
        self.scan_number().map(|(text, _)| text)
    }
}

/// The text of a number, if the whole of `text` is one.
pub(crate) fn as_number(text: &str) -> Option<&str> {
    let mut reader = Reader::new(text);
    let starts = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let number = reader.number_text().ok().filter(|_| starts)?;
    (number.len() == text.len()).then_some(number)
}
