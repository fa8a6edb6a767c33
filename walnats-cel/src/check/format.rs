//! `'…'.format([…])`

use super::{Checker, constant, unwrapped};
use crate::library::{Show, binary, fixed, hex, hex_text, octal, scientific};
use crate::syntax::{Node, Tree};
use crate::{Error, Expr, Kind, Piece, Type, Value};

/// The digits after the point where nothing is said.
const PRECISION: usize = 6;

impl Checker<'_> {
    pub(super) fn format(&mut self, text: &Tree, values: &Tree, offset: usize) -> Result<Expr, Error> {
        let Node::Literal(Value::String(pattern)) = &text.node else {
            return Err(Error::new(text.offset, "the text of `format` has to be a literal"));
        };
        let Node::List(values) = &values.node else {
            return Err(Error::new(values.offset, "the values of `format` have to be written as a list"));
        };
        let mut values = values.iter();
        let mut pieces = Vec::new();
        let mut known = String::new();
        let mut rest = pattern.as_str();
        while let Some(at) = rest.find('%') {
            known.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                known.push('%');
                rest = after;
                continue;
            }
            let (verb, precision, after) = directive(rest)
                .ok_or_else(|| Error::new(text.offset, "a `%` is followed by nothing that `format` knows"))?;
            rest = after;
            let value = values.next().ok_or_else(|| Error::new(offset, "there are fewer values than `%`"))?;
            let value = unwrapped(self.expression(value)?);
            if !takes(verb, &value.ty) {
                let message = format!("`%{verb}` does not take a value of type `{}`", value.ty);
                return Err(Error::new(value.offset, message));
            }
            match value.constant() {
                Some(value) => show(verb, precision, value, &mut known),
                None => {
                    pieces.push(Piece::Text(std::mem::take(&mut known)));
                    pieces.push(Piece::Value { verb, precision, value });
                }
            }
        }
        known.push_str(rest);
        if values.next().is_some() {
            return Err(Error::new(offset, "there are more values than `%`"));
        }
        if pieces.is_empty() {
            return Ok(constant(Value::String(known), offset));
        }
        pieces.push(Piece::Text(known));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Ok(Expr { kind: Kind::Format(pieces), ty: Type::String, offset })
    }
}

/// What follows a percent sign: the verb, the digits after the point, and the rest.
fn directive(text: &str) -> Option<(char, usize, &str)> {
    let (precision, text) = match text.strip_prefix('.') {
        Some(digits) => {
            let end = digits.find(|c: char| !c.is_ascii_digit())?;
            (digits[..end].parse().ok().filter(|precision| *precision <= 100)?, &digits[end..])
        }
        None => (PRECISION, text),
    };
    let verb = text.chars().next()?;
    "sdfexXob".contains(verb).then(|| (verb, precision, &text[1..]))
}

fn takes(verb: char, ty: &Type) -> bool {
    match verb {
        's' => match ty {
            Type::List(item) => !matches!(**item, Type::Message(_) | Type::List(_) | Type::Map(..)),
            Type::Map(..) | Type::Message(_) => false,
            _ => true,
        },
        'd' => matches!(ty, Type::Int | Type::Uint | Type::Double),
        'f' | 'e' => matches!(ty, Type::Double),
        'x' | 'X' => matches!(ty, Type::Int | Type::Uint | Type::String | Type::Bytes),
        'o' => matches!(ty, Type::Int | Type::Uint),
        _ => matches!(ty, Type::Int | Type::Uint | Type::Bool),
    }
}

/// A value as text, by the verb of `format`.
pub fn show(verb: char, precision: usize, value: &Value, into: &mut String) {
    let integer = match value {
        Value::Int(value) => i128::from(*value),
        Value::Uint(value) => i128::from(*value),
        Value::Bool(value) => i128::from(*value),
        _ => 0,
    };
    let number = if let Value::Double(value) = value { *value } else { 0.0 };
    let text = match (verb, value) {
        ('x' | 'X', Value::String(text)) => hex_text(text.as_bytes()),
        ('x' | 'X', Value::Bytes(bytes)) => hex_text(bytes),
        ('x' | 'X', _) => hex(integer),
        ('o', _) => octal(integer),
        ('b', _) => binary(integer),
        ('f', _) => fixed(number, precision),
        ('e', _) => scientific(number, precision),
        _ => return value.show(into),
    };
    into.push_str(&if verb == 'X' { text.to_uppercase() } else { text });
}
