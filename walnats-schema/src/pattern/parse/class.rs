//! Classes, and the escapes that mean the same inside and outside of them.

use super::{Parsed, Parser};
use crate::pattern::syntax::{Class, ClassItem, Set};

impl Parser<'_> {
    pub(super) fn class(&mut self, start: usize) -> Parsed<Class> {
        let mut class = Class { negated: self.eat("^"), items: Vec::new() };
        while !self.eat("]") {
            let from = self.class_atom(start)?;
            if !self.rest().starts_with('-') || self.rest().starts_with("-]") {
                class.items.push(from);
                continue;
            }
            self.offset += 1;
            let to = self.class_atom(start)?;
            match (from, to) {
                (ClassItem::Range(from, _), ClassItem::Range(to, _)) if from <= to => {
                    class.items.push(ClassItem::Range(from, to));
                }
                (ClassItem::Range(..), ClassItem::Range(..)) => {
                    return Err(self.error("the range of characters is out of order"));
                }
                _ if self.strict => return Err(self.error("a range that ends in a set")),
                // `[\w-.]`: next to a set, the hyphen can only mean itself.
                (from, to) => class.items.extend([from, one('-'), to]),
            }
        }
        Ok(class)
    }

    fn class_atom(&mut self, start: usize) -> Parsed<ClassItem> {
        let offset = self.offset;
        match self.next() {
            None => Err(self.error_at(start, "a class that is not closed")),
            Some('\\') if self.peek() == Some('b') => Ok(self.skip(one('\u{8}'))),
            Some('\\') if self.peek() == Some('-') => Ok(self.skip(one('-'))),
            Some('\\') => self.class_escape(offset),
            Some(character) => Ok(one(character)),
        }
    }

    /// An escape that means the same inside and outside of a class.
    pub(super) fn class_escape(&mut self, start: usize) -> Parsed<ClassItem> {
        let Some(character) = self.next() else { return Err(self.error_at(start, "`\\` at the end")) };
        Ok(match character {
            'd' => ClassItem::Set(Set::Digit, false),
            'D' => ClassItem::Set(Set::Digit, true),
            'w' => ClassItem::Set(Set::Word, false),
            'W' => ClassItem::Set(Set::Word, true),
            's' => ClassItem::Set(Set::Space, false),
            'S' => ClassItem::Set(Set::Space, true),
            'p' | 'P' => ClassItem::Property(self.property(start)?, character == 'P'),
            't' => one('\t'),
            'n' => one('\n'),
            'v' => one('\u{B}'),
            'f' => one('\u{C}'),
            'r' => one('\r'),
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => one('\0'),
            'c' => match self.next() {
                Some(letter) if letter.is_ascii_alphabetic() => code(u32::from(letter) % 32),
                _ => return Err(self.error_at(start, "`\\c` without a letter")),
            },
            'x' => code(self.hexadecimal(2, start)?),
            'u' => code(self.unicode_escape(start)?),
            '^' | '$' | '\\' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/' => one(character),
            other if !other.is_alphanumeric() && !self.strict => one(other),
            other => return Err(self.error_at(start, &format!("`\\{other}`, an escape that ECMA-262 does not have"))),
        })
    }

    fn property(&mut self, start: usize) -> Parsed<String> {
        let name = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or("", |(name, _)| name);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'=') {
            return Err(self.error_at(start, "`\\p` without the name of a Unicode property in braces"));
        }
        let name = name.to_owned();
        self.offset += name.len() + 2;
        Ok(name)
    }

    /// `\u0041`, `\u{1F432}`, `\uD83D\uDC32`
    fn unicode_escape(&mut self, start: usize) -> Parsed<u32> {
        if self.eat("{") {
            let digits = self.rest().split_once('}').map_or("", |(digits, _)| digits).to_owned();
            self.offset += digits.len() + 1;
            return match u32::from_str_radix(&digits, 16) {
                Ok(code_point) if code_point <= 0x10_FFFF && !digits.starts_with('+') => Ok(code_point),
                _ => Err(self.error_at(start, "`\\u{}` without a code point")),
            };
        }
        let first = self.hexadecimal(4, start)?;
        if (0xD800..0xDC00).contains(&first) && self.rest().starts_with("\\u") {
            let before = self.offset;
            self.offset += 2;
            match self.hexadecimal(4, start) {
                Ok(second) if (0xDC00..0xE000).contains(&second) => {
                    return Ok(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
                }
                _ => self.offset = before,
            }
        }
        Ok(first)
    }

    fn hexadecimal(&mut self, digits: usize, start: usize) -> Parsed<u32> {
        let text = self.rest().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(value) = text.and_then(|text| u32::from_str_radix(text, 16).ok()) else {
            return Err(self.error_at(start, &format!("an escape without its {digits} hexadecimal digits")));
        };
        self.offset += digits;
        Ok(value)
    }
}

fn one(character: char) -> ClassItem {
    code(u32::from(character))
}

fn code(code_point: u32) -> ClassItem {
    ClassItem::Range(code_point, code_point)
}
