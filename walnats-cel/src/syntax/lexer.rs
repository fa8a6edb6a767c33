//! The tokens of an expression.

use crate::{Error, Value};

/// A token, with where it starts, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub offset: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A name, or a word that the language keeps for itself.
    Word(String),
    Literal(Value),
    /// An operator or a bracket.
    Symbol(&'static str),
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 25] = [
    "&&", "||", "==", "!=", "<=", ">=", "?", ":", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "[", "]", "{", "}",
    ".", ",", "`",
];

/// The tokens of `text`; the last one is [`Kind::End`].
pub fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = if let Some(literal) = quoted(rest, at)? {
            literal
        } else if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()))
        {
            number(rest, at)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Kind::Word(rest[..length].to_owned()), length)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Kind::Symbol(symbol), symbol.len())
        } else {
            return Err(Error::new(at, format!("`{first}` has no meaning here")));
        };
        tokens.push(Token { kind, offset: at });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, offset: text.len() });
    Ok(tokens)
}

fn number(text: &str, at: usize) -> Result<(Kind, usize), Error> {
    let wrong = |length: usize| Error::new(at, format!("`{}` is out of range", &text[..length]));
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        let value = u64::from_str_radix(&digits[..length], 16).map_err(|_| wrong(length + 2))?;
        return whole(value, &digits[length..], length + 2).ok_or_else(|| wrong(length + 2));
    }
    let digits = |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    let whole_end = end;
    if text[end..].starts_with('.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        if digits(end + 1 + sign) > end + 1 + sign {
            end = digits(end + 1 + sign);
        }
    }
    if end > whole_end {
        let value = text[..end].parse::<f64>().map_err(|_| wrong(end))?;
        return Ok((Kind::Literal(Value::Double(value)), end));
    }
    let value = text[..end].parse::<u64>().map_err(|_| wrong(end))?;
    whole(value, &text[end..], end).ok_or_else(|| wrong(end))
}

/// `9223372036854775808` is too large by itself and right after a minus, so the parser decides about it.
fn whole(value: u64, rest: &str, length: usize) -> Option<(Kind, usize)> {
    if rest.starts_with(['u', 'U']) {
        return Some((Kind::Literal(Value::Uint(value)), length + 1));
    }
    match i64::try_from(value) {
        Ok(value) => Some((Kind::Literal(Value::Int(value)), length)),
        Err(_) if value == i64::MIN.unsigned_abs() => Some((Kind::Symbol(LOWEST), length)),
        Err(_) => None,
    }
}

/// The digits of the smallest integer.
pub const LOWEST: &str = "9223372036854775808";

/// A string or bytes, if `text` starts with one.
fn quoted(text: &str, at: usize) -> Result<Option<(Kind, usize)>, Error> {
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (is_raw, is_bytes) = match text[..letters].to_ascii_lowercase().as_str() {
        "" => (false, false),
        "r" => (true, false),
        "b" => (false, true),
        "rb" | "br" => (true, true),
        _ => return Ok(None),
    };
    let body = &text[letters..];
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote)) else {
        return Ok(None);
    };
    let mut content = Content { text: String::new(), bytes: Vec::new(), is_bytes };
    let mut rest = &body[quote.len()..];
    loop {
        if let Some(after) = rest.strip_prefix(quote) {
            let length = text.len() - after.len();
            let value = if is_bytes { Value::Bytes(content.bytes) } else { Value::String(content.text) };
            return Ok(Some((Kind::Literal(value), length)));
        }
        let offset = at + text.len() - rest.len();
        let Some(next) = rest.chars().next().filter(|next| quote.len() == 3 || *next != '\n') else {
            return Err(Error::new(at, "the string has no end"));
        };
        if next == '\\' && !is_raw {
            rest = content.escape(&rest[1..]).ok_or_else(|| Error::new(offset, "no such escape sequence"))?;
        } else {
            content.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
}

struct Content {
    text: String,
    bytes: Vec<u8>,
    is_bytes: bool,
}

impl Content {
    fn push(&mut self, c: char) {
        if self.is_bytes {
            self.bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
        } else {
            self.text.push(c);
        }
    }

    /// Takes what stands after a backslash; returns what follows it.
    fn escape<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let first = text.chars().next()?;
        let plain = match first {
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '\\' | '?' | '"' | '\'' | '`' => first,
            'x' | 'X' => return self.code(text, 1, 2, 16),
            'u' if !self.is_bytes => return self.code(text, 1, 4, 16),
            'U' if !self.is_bytes => return self.code(text, 1, 8, 16),
            '0'..='3' => return self.code(text, 0, 3, 8),
            _ => return None,
        };
        self.push(plain);
        Some(&text[1..])
    }

    /// A character, or in bytes a byte, by its number.
    fn code<'t>(&mut self, text: &'t str, from: usize, length: usize, radix: u32) -> Option<&'t str> {
        let digits = text.get(from..from + length).filter(|digits| digits.chars().all(|c| c.is_digit(radix)))?;
        let number = u32::from_str_radix(digits, radix).ok()?;
        if self.is_bytes {
            self.bytes.push(u8::try_from(number).ok()?);
        } else {
            self.text.push(char::from_u32(number)?);
        }
        Some(&text[from + length..])
    }
}
