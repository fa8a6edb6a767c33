//! Just enough of protobuf's lexical rules to find a field in the text of an option, and the statements of a file.

use std::ops::Range;

/// A token of a text, by its bytes there.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// What a token is; comments are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// An identifier or a number.
    Word,
    String,
    Symbol(u8),
}

/// The first `word` of `text` that stands outside of strings and comments.
pub fn find(text: &str, word: &str) -> Option<Range<usize>> {
    tokens(text).into_iter().map(|token| token.span).find(|span| text.get(span.clone()) == Some(word))
}

/// The string that `text` gives to the field `name`, as in `name: "..."` or `.name = "..."`; quotes included.
pub fn find_value(text: &str, name: &str) -> Option<Range<usize>> {
    tokens(text).windows(3).find_map(|window| match window {
        [field, Token { kind: Kind::Symbol(b':' | b'='), .. }, value]
            if field.kind == Kind::Word && value.kind == Kind::String && text.get(field.span.clone()) == Some(name) =>
        {
            Some(value.span.clone())
        }
        _ => None,
    })
}

/// The deepest braces and brackets that are read: values of options are parsed by recursion, without an end.
pub const MAX_DEPTH: usize = 100;

/// The brace or bracket that is deeper than [`MAX_DEPTH`].
pub fn too_deep(text: &str) -> Option<Range<usize>> {
    let opens = |byte: &u8| matches!(byte, b'{' | b'[' | b'<');
    if text.bytes().filter(|byte| opens(byte)).count() <= MAX_DEPTH {
        return None;
    }
    let mut depth = 0_usize;
    let is_too_deep = |token: &Token| {
        match token.kind {
            Kind::Symbol(symbol) if opens(&symbol) => depth += 1,
            Kind::Symbol(b'}' | b']' | b'>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    };
    tokens(text).into_iter().find(is_too_deep).map(|token| token.span)
}

/// The tokens of `text`, whatever it is.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (kind, length) = match rest {
            [b' ' | b'\t' | b'\r' | b'\n', ..] => (None, 1),
            [b'#', ..] | [b'/', b'/', ..] => (None, until(rest, b"\n")),
            [b'/', b'*', ..] => (None, 2 + until(&rest[2..], b"*/")),
            [quote @ (b'"' | b'\''), ..] => (Some(Kind::String), string_length(rest, *quote)),
            [first, ..] if is_word(*first) => {
                (Some(Kind::Word), rest.iter().take_while(|byte| is_word(**byte)).count())
            }
            // A character that is none of ASCII is one symbol.
            [first, more @ ..] => {
                let rest = more.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
                (Some(Kind::Symbol(*first)), 1 + if first.is_ascii() { 0 } else { rest })
            }
            [] => break,
        };
        tokens.extend(kind.map(|kind| Token { kind, span: at..at + length }));
        at += length;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Up to `end`, that included, or all of `bytes`.
fn until(bytes: &[u8], end: &[u8]) -> usize {
    bytes.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |position| position + end.len())
}

fn string_length(bytes: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    let end = bytes.iter().skip(1).position(|byte| {
        let ends = *byte == quote && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_outside_of_strings_and_comments() {
        let text = "{ /* uid: \"no\" */ owner: \"uid: 'no'\" # uid: \"no\"\n uid : 'a\\'b' }";
        assert_eq!(&text[find_value(text, "uid").unwrap()], "'a\\'b'");
        assert_eq!(find_value(text, "name"), None);
        assert_eq!(&text[find(text, "owner").unwrap()], "owner");
    }

    #[test]
    fn text_that_ends_early_has_an_end() {
        for text in ["\"", "/*", "//", "'\\", "ü", "a:"] {
            assert_eq!(find_value(text, "a"), None);
        }
    }
}
