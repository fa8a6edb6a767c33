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

    /// Passes over a string; gives what stands between its quotes, and whether there is a `\` in it.
    pub(super) fn skip_string(&mut self) -> Result<(&'de str, bool)> {
        if !self.take(b'"') {
            return Err(self.expected("a string"));
        }
        let bytes = self.text.as_bytes();
        let (start, mut escaped) = (self.position, false);
        loop {
            match bytes.get(self.position) {
                Some(b'"') => {
                    self.position += 1;
                    return Ok((&self.text[start..self.position - 1], escaped));
                }
                Some(b'\\') => {
                    // Whatever is escaped cannot end the string. A `\` before a character of several bytes is wrong
                    // anyway, and is found when the text is unescaped.
                    escaped = true;
                    self.position += 2;
                }
                Some(0..0x20) => return Err(self.expected("no control character")),
                Some(_) => self.position += 1,
                None => {
                    self.position = bytes.len();
                    return Err(self.expected("the end of a string"));
                }
            }
        }
    }
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

/// The character of `\uXXXX`, or of two of them that are a surrogate pair. Half a pair is no text.
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
