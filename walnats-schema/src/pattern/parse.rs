//! Reads a regular expression of ECMA-262 (section 22.2.1), `u` flag on.

use super::PatternError;
use super::syntax::{Assertion, Class, ClassItem, Look, Node, Set};

/// How deep groups may nest.
const MAX_DEPTH: usize = 100;

/// What to make of syntax that is wrong with the `u` flag, and without it has only one meaning (Annex B): `}` and `]` for
/// themselves, escapes of what needs none.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Leniency {
    Strict,
    Forgiving,
}

pub(super) fn parse(pattern: &str, leniency: Leniency) -> Result<Node, PatternError> {
    let mut parser = Parser { pattern, strict: leniency == Leniency::Strict, offset: 0, depth: 0 };
    let node = parser.alternatives()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error("`)` without a `(` before it")),
    }
}

struct Parser<'p> {
    pattern: &'p str,
    strict: bool,
    /// In bytes, always between two characters.
    offset: usize,
    depth: usize,
}

type Parsed<T> = Result<T, PatternError>;

impl Parser<'_> {
    fn alternatives(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("groups nest too deep"));
        }
        let mut branches = vec![self.sequence()?];
        while self.eat("|") {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternate(branches) })
    }

    fn sequence(&mut self) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while let Some(next) = self.peek() {
            if next == '|' || next == ')' {
                break;
            }
            let atom = self.atom()?;
            nodes.push(self.quantified(atom)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    fn atom(&mut self) -> Parsed<Node> {
        let start = self.offset;
        let Some(character) = self.next() else { return Ok(Node::Empty) };
        Ok(match character {
            '^' => Node::Assertion(Assertion::Start),
            '$' => Node::Assertion(Assertion::End),
            '.' => Node::Dot,
            '(' => self.group(start)?,
            '[' => Node::Class(self.class(start)?),
            '\\' => self.atom_escape(start)?,
            '*' | '+' | '?' => return Err(self.error_at(start, "nothing to repeat before the quantifier")),
            '{' if self.looks_like_quantifier() => {
                return Err(self.error_at(start, "a quantifier that repeats nothing, or lacks its lower bound"));
            }
            '{' | '}' | ']' if self.strict => return Err(self.error_at(start, "a bracket that must be escaped")),
            other => Node::Literal(u32::from(other)),
        })
    }

    /// Whether what follows a `{` is `2}`, `2,}`, `2,3}` or `,3}`.
    fn looks_like_quantifier(&self) -> bool {
        let Some((inside, _)) = self.rest().split_once('}') else { return false };
        inside.bytes().any(|byte| byte.is_ascii_digit())
            && inside.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
            && inside.matches(',').count() <= 1
    }

    fn quantified(&mut self, atom: Node) -> Parsed<Node> {
        let start = self.offset;
        let (min, max) = match self.peek() {
            Some('*') => self.skip((0, None)),
            Some('+') => self.skip((1, None)),
            Some('?') => self.skip((0, Some(1))),
            Some('{') => match self.bounds(start)? {
                Some(bounds) => bounds,
                None => return Ok(atom),
            },
            _ => return Ok(atom),
        };
        self.eat("?");
        if self.rest().starts_with(['*', '+', '?']) {
            return Err(self.error("a quantifier after a quantifier"));
        }
        if matches!(atom, Node::Assertion(_)) {
            return Err(self.error_at(start, "a quantifier on what matches no character"));
        }
        Ok(Node::Repeat { node: Box::new(atom), min, max })
    }

    /// `{2}`, `{2,}`, `{2,3}`; `None` for a brace that stands for itself.
    fn bounds(&mut self, start: usize) -> Parsed<Option<(u32, Option<u32>)>> {
        self.offset += 1;
        if !self.looks_like_quantifier() {
            self.offset = start;
            return Ok(None);
        }
        let inside = self.rest().split_once('}').map_or("", |(inside, _)| inside).to_owned();
        self.offset += inside.len() + 1;
        let number = |text: &str| {
            text.parse().map_err(|_| self.error_at(start, "the quantifier lacks its lower bound, or is too large"))
        };
        let (min, max) = match inside.split_once(',') {
            None => (number(&inside)?, Some(number(&inside)?)),
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        if max.is_some_and(|max| max < min) {
            return Err(self.error_at(start, "the bounds of the quantifier are out of order"));
        }
        Ok(Some((min, max)))
    }

    fn group(&mut self, start: usize) -> Parsed<Node> {
        let look = |ahead, wanted| move |node| Node::Look(Look { ahead, wanted, node: Box::new(node) });
        let plain = |node| Node::Group(Box::new(node));
        let node = if self.eat("?:") {
            plain(self.alternatives()?)
        } else if self.eat("?=") {
            look(true, true)(self.alternatives()?)
        } else if self.eat("?!") {
            look(true, false)(self.alternatives()?)
        } else if self.eat("?<=") {
            look(false, true)(self.alternatives()?)
        } else if self.eat("?<!") {
            look(false, false)(self.alternatives()?)
        } else if self.eat("?<") {
            self.group_name(start)?;
            plain(self.alternatives()?)
        } else if self.eat("?") {
            let flags = self.flags(start)?;
            Node::Flags(flags, Box::new(self.alternatives()?))
        } else {
            plain(self.alternatives()?)
        };
        if self.eat(")") { Ok(node) } else { Err(self.error_at(start, "a group that is not closed")) }
    }

    fn group_name(&mut self, start: usize) -> Parsed<()> {
        let name = self.rest().split_once('>').map_or("", |(name, _)| name);
        let ordinary = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        if name.is_empty() || !name.chars().all(ordinary) || name.starts_with(|c: char| c.is_numeric()) {
            return Err(self.error_at(start, "a group whose name is not an identifier"));
        }
        self.offset += name.len() + 1;
        Ok(())
    }

    /// `(?i:`, `(?s-i:`
    fn flags(&mut self, start: usize) -> Parsed<String> {
        let flags = self.rest().split_once(':').map_or("", |(flags, _)| flags);
        let known = flags.bytes().all(|byte| matches!(byte, b'i' | b'm' | b's' | b'-'));
        if flags.is_empty() || flags == "-" || !known || flags.matches('-').count() > 1 {
            return Err(self.error_at(start, "a kind of group that ECMA-262 does not have"));
        }
        let flags = flags.to_owned();
        self.offset += flags.len() + 1;
        Ok(flags)
    }

    fn atom_escape(&mut self, start: usize) -> Parsed<Node> {
        match self.peek() {
            Some('b') => Ok(self.skip(Node::Assertion(Assertion::WordBoundary))),
            Some('B') => Ok(self.skip(Node::Assertion(Assertion::NotWordBoundary))),
            Some('1'..='9') => {
                while self.peek().is_some_and(|c| c.is_ascii_digit()) {
                    self.next();
                }
                Ok(Node::BackReference)
            }
            Some('k') => {
                self.next();
                if !self.eat("<") {
                    return Err(self.error_at(start, "`\\k` without a group's name"));
                }
                self.group_name(start)?;
                Ok(Node::BackReference)
            }
            _ => Ok(match self.class_escape(start)? {
                ClassItem::Range(code_point, _) => Node::Literal(code_point),
                set => Node::Class(Class { negated: false, items: vec![set] }),
            }),
        }
    }

    fn class(&mut self, start: usize) -> Parsed<Class> {
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
    fn class_escape(&mut self, start: usize) -> Parsed<ClassItem> {
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

    fn rest(&self) -> &str {
        self.pattern.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    fn skip<T>(&mut self, value: T) -> T {
        self.next();
        value
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.offset += text.len();
        }
        found
    }

    fn error(&self, message: &str) -> PatternError {
        self.error_at(self.offset, message)
    }

    fn error_at(&self, offset: usize, message: &str) -> PatternError {
        PatternError::Syntax { offset, message: message.to_owned() }
    }
}

fn one(character: char) -> ClassItem {
    code(u32::from(character))
}

fn code(code_point: u32) -> ClassItem {
    ClassItem::Range(code_point, code_point)
}
