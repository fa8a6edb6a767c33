//! Strings: borrowed where nothing is escaped.

use std::borrow::Cow;

use serde::de::Visitor;

use super::{Reader, Result};

impl<'de> Reader<'de> {
    /// Reads a string.
    pub(super) fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    /// Reads a string (RFC 8259, section 7).
    pub(crate) fn text(&mut self) -> Result<Cow<'de, str>> {
        let (text, escaped) = self.skip_string()?;
        if escaped {
            unescape(text).map(Cow::Owned).ok_or_else(|| self.expected("a valid escape"))
        } else {
            Ok(text.into())
        }
    }

    /// Skips a string; returns the text between its quotes, and whether it contains a `\`.
    pub(super) fn skip_string(&mut self) -> Result<(&'de str, bool)> {
        if !self.take(b'"') {
            return Err(self.expected("a string"));
        }
        let bytes = self.text.as_bytes();
        let (start, mut escaped) = (self.position, false);
        let mut position = start;
        loop {
            position += ordinary(bytes.get(position..).unwrap_or_default());
            match bytes.get(position) {
                Some(b'"') => {
                    self.position = position + 1;
                    return Ok((&self.text[start..position], escaped));
                }
                Some(b'\\') => {
                    // Whatever is escaped cannot end the string. A `\` before a character of several bytes is wrong
                    // anyway, and is found when the text is unescaped.
                    escaped = true;
                    position += 2;
                }
                Some(_) => {
                    self.position = position;
                    return Err(self.expected("no control character"));
                }
                None => {
                    self.position = bytes.len();
                    return Err(self.expected("the end of a string"));
                }
            }
        }
    }
}

/// How many bytes from the start mean themselves in a string: no `"`, no `\`, no control character. Eight at a time.
pub(crate) fn ordinary(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let is_less = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // One bit changed, and the quote is next to the control characters.
        let quote_or_control = is_less(word ^ (ONES * 2), (b'"' ^ 2) + 1);
        let backslash = is_less(word ^ (ONES * u64::from(b'\\')), 1);
        // The highest bit of each byte that is one of these; borrowing spoils bits only beyond the first such byte.
        let found = (quote_or_control | backslash) & HIGHEST;
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_ordinary = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().take_while(is_ordinary).count()
}

fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(backslash) = rest.find('\\') {
        plain.push_str(&rest[..backslash]);
        let mut chars = rest[backslash + 1..].chars();
        plain.push(match chars.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unescape_unicode(&mut chars)?,
            _ => return None,
        });
        rest = chars.as_str();
    }
    plain.push_str(rest);
    Some(plain)
}

/// The character of `\uXXXX`, or of two of them that are a surrogate pair. A lone surrogate is invalid.
fn unescape_unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let first = code_unit(chars)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if (chars.next(), chars.next()) != (Some('\\'), Some('u')) {
        return None;
    }
    let second = code_unit(chars)?;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)
}

fn code_unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.to_digit(16)?))
}
