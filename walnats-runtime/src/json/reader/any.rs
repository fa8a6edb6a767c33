//! Values of any kind, read or passed over.

use serde::de::Visitor;

use super::number::{Number, is_exact};
use super::{MAX_DEPTH, Reader, Result};

impl<'de> Reader<'de> {
    /// Reads a value as what it is.
    pub(super) fn any<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.next_byte() {
            Some(b'"') => self.string(visitor),
            Some(b'{') => self.object(visitor),
            Some(b'[') => self.array(visitor),
            Some(b'n') => {
                self.literal("null")?;
                visitor.visit_unit()
            }
            Some(b't') => {
                self.literal("true")?;
                visitor.visit_bool(true)
            }
            Some(b'f') => {
                self.literal("false")?;
                visitor.visit_bool(false)
            }
            Some(b'-' | b'0'..=b'9') => {
                let start = self.position;
                match self.number()? {
                    Number::Unsigned(value) => visitor.visit_u64(value),
                    Number::Signed(value) => visitor.visit_i64(value),
                    // Nobody said that this is a float, so it is not made another number in silence.
                    Number::Float(value) if self.rounds_all || is_exact(&self.text[start..self.position]) => {
                        visitor.visit_f64(value)
                    }
                    Number::Float(_) => Err(self.expected("a number with no more digits than a float")),
                }
            }
            _ => Err(self.expected("a value")),
        }
    }

    /// Skips a value and returns its text, of which only the depth is checked.
    pub(crate) fn skip_value(&mut self) -> Result<&'de str> {
        self.next_byte();
        let start = self.position;
        let mut open = 0_u8;
        loop {
            match self.next_byte() {
                Some(b'"') => {
                    self.skip_string()?;
                }
                Some(b'{' | b'[') => {
                    open += 1;
                    if self.depth + open > MAX_DEPTH {
                        return Err(self.too_deep());
                    }
                    self.position += 1;
                    continue;
                }
                Some(b'}' | b']') if open > 0 => {
                    open -= 1;
                    self.position += 1;
                }
                Some(b',' | b':') if open > 0 => {
                    self.position += 1;
                    continue;
                }
                Some(byte) if byte.is_ascii_alphanumeric() || byte == b'-' => self.skip_scalar(),
                _ => return Err(self.expected("a value")),
            }
            if open == 0 {
                return Ok(&self.text[start..self.position]);
            }
        }
    }

    fn skip_scalar(&mut self) {
        let bytes = self.rest();
        let end =
            bytes.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'));
        self.position += end.unwrap_or(bytes.len());
    }
}
