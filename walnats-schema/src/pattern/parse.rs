//! Reads a regular expression of ECMA-262 (section 22.2.1), `u` flag on.

mod class;

use super::PatternError;
use super::syntax::{Assertion, Class, ClassItem, Look, Node};

/// How deep groups may nest.
const MAX_DEPTH: usize = 100;

/// What to make of syntax that is wrong with the `u` flag, and without it has only one meaning (Annex B): `}` and `]` for
/// themselves, escapes of what needs none, a quantifier after a look ahead. And flags for the whole expression at its start, which other languages have.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Leniency {
    Strict,
    Forgiving,
}

pub(super) fn parse(pattern: &str, leniency: Leniency) -> Result<Node, PatternError> {
    let strict = leniency == Leniency::Strict;
    let mut parser = Parser { pattern, strict, ..Parser::default() };
    let node = parser.whole()?;
    for (offset, name) in &parser.references {
        if parser.number(name).is_none() {
            return Err(parser.error_at(*offset, &format!("a reference to `{name}`, which is not a group")));
        }
    }
    if parser.references.is_empty() {
        return Ok(node);
    }
    // What a name or a number stands for is known now; and that it matters which groups capture what.
    Parser { pattern, strict, known_names: Some(parser.names), ..Parser::default() }.whole()
}

#[derive(Default)]
struct Parser<'p> {
    pattern: &'p str,
    strict: bool,
    /// In bytes, always between two characters.
    offset: usize,
    depth: usize,
    /// How many groups capture.
    groups: usize,
    /// Names of groups, each with its number.
    names: Vec<(String, usize)>,
    /// All of them, where they are known from reading the expression before.
    known_names: Option<Vec<(String, usize)>>,
    /// Back-references, by number or name, each with its offset.
    references: Vec<(usize, String)>,
}

type Parsed<T> = Result<T, PatternError>;

impl Parser<'_> {
    fn whole(&mut self) -> Parsed<Node> {
        let flags = if self.strict { None } else { self.leading_flags() };
        let mut node = self.alternatives()?;
        if let Some(flags) = flags {
            node = Node::Flags(flags, Box::new(node));
        }
        if self.peek().is_some() { Err(self.error("`)` without a `(` before it")) } else { Ok(node) }
    }

    /// `(?i)` at the start: in other languages, and in editors, it holds for the whole expression.
    fn leading_flags(&mut self) -> Option<String> {
        let (flags, _) = self.rest().strip_prefix("(?")?.split_once(')')?;
        let known = !flags.is_empty() && flags.bytes().all(|byte| matches!(byte, b'i' | b'm' | b's'));
        let flags = known.then(|| flags.to_owned())?;
        self.offset += flags.len() + 3;
        Some(flags)
    }

    /// The number of the group that a back-reference names.
    fn number(&self, reference: &str) -> Option<usize> {
        match reference.parse() {
            Ok(number) => (self.groups >= number).then_some(number),
            Err(_) => self.names.iter().find(|(name, _)| name == reference).map(|(_, number)| *number),
        }
    }

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
        let matches_nothing = match &atom {
            Node::Assertion(_) => true,
            Node::Look(look) => self.strict || !look.ahead,
            _ => false,
        };
        if matches_nothing {
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
            let name = self.group_name(start)?;
            if self.names.iter().any(|(known, _)| *known == name) {
                return Err(self.error_at(start, "a second group of this name"));
            }
            self.names.push((name, self.groups + 1));
            self.capturing()?
        } else if self.eat("?") {
            let flags = self.flags(start)?;
            Node::Flags(flags, Box::new(self.alternatives()?))
        } else {
            self.capturing()?
        };
        if self.eat(")") { Ok(node) } else { Err(self.error_at(start, "a group that is not closed")) }
    }

    fn capturing(&mut self) -> Parsed<Node> {
        self.groups += 1;
        let number = self.groups;
        let inner = Box::new(self.alternatives()?);
        Ok(if self.known_names.is_some() { Node::Capture(number, inner) } else { Node::Group(inner) })
    }

    fn back_reference(&mut self, start: usize, name: String) -> Node {
        let known = self.known_names.iter().flatten().find(|(known, _)| *known == name);
        let number = known.map(|(_, number)| *number).or(name.parse().ok()).unwrap_or_default();
        self.references.push((start, name));
        Node::BackReference(number)
    }

    fn group_name(&mut self, start: usize) -> Parsed<String> {
        let name = self.rest().split_once('>').map_or("", |(name, _)| name).to_owned();
        let ordinary = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        if name.is_empty() || !name.chars().all(ordinary) || name.starts_with(|c: char| c.is_numeric()) {
            return Err(self.error_at(start, "a group whose name is not an identifier"));
        }
        self.offset += name.len() + 1;
        Ok(name)
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
                let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                let number = self.rest()[..digits].to_owned();
                self.offset += digits;
                Ok(self.back_reference(start, number))
            }
            Some('k') => {
                self.next();
                if !self.eat("<") {
                    return Err(self.error_at(start, "`\\k` without a group's name"));
                }
                let name = self.group_name(start)?;
                Ok(self.back_reference(start, name))
            }
            _ => Ok(match self.class_escape(start)? {
                ClassItem::Range(code_point, _) => Node::Literal(code_point),
                set => Node::Class(Class { negated: false, items: vec![set] }),
            }),
        }
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
