//! A `.proto` file as statements and values.

use super::token::Token;
use crate::MAX_DEPTH;
use crate::refusal::Refusal;

pub(super) struct File<'t> {
    pub(super) statements: Vec<Statement<'t>>,
    /// Where the file ends, with the comments before.
    pub(super) end: Token<'t>,
}

/// What ends with a semicolon or a body: `string name = 1;`, `message User { ... }`.
pub(super) struct Statement<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    pub(super) end: End<'t>,
}

pub(super) enum End<'t> {
    Semicolon(Token<'t>),
    Body { open: Token<'t>, statements: Vec<Statement<'t>>, close: Token<'t> },
}

/// A part of a statement or an entry.
pub(super) enum Piece<'t> {
    Token(Token<'t>),
    List(List<'t>),
}

/// What brackets hold.
pub(super) struct List<'t> {
    pub(super) kind: ListKind,
    pub(super) open: Token<'t>,
    pub(super) entries: Vec<Entry<'t>>,
    pub(super) close: Token<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    /// `[deprecated = true]`
    Options,
    /// `[1, 2]`
    Array,
    /// `{ name: "x" }`, `< name: "x" >`
    Message,
    /// `[type.googleapis.com/shop.Order]`, a name in a message.
    Name,
}

pub(super) struct Entry<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    /// The comma or semicolon after it.
    pub(super) separator: Option<Token<'t>>,
}

impl<'t> Piece<'t> {
    pub(super) fn first(&self) -> &Token<'t> {
        match self {
            Self::Token(token) => token,
            Self::List(list) => &list.open,
        }
    }

    pub(super) fn last(&self) -> &Token<'t> {
        match self {
            Self::Token(token) => token,
            Self::List(list) => &list.close,
        }
    }

    pub(super) fn token(&self) -> Option<&Token<'t>> {
        match self {
            Self::Token(token) => Some(token),
            Self::List(_) => None,
        }
    }
}

impl<'t> Statement<'t> {
    /// Its first token, which has the comments above it.
    pub(super) fn first(&self) -> &Token<'t> {
        match (self.pieces.first(), &self.end) {
            (Some(piece), _) => piece.first(),
            (None, End::Semicolon(token) | End::Body { open: token, .. }) => token,
        }
    }

    /// Whether it is a lone semicolon, which says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && matches!(&self.end, End::Semicolon(token) if !token.has_comments())
    }

    /// The keyword that it begins with.
    pub(super) fn keyword(&self) -> &'t str {
        self.pieces.first().and_then(Piece::token).map_or("", |token| token.text)
    }
}

pub(super) fn parse<'t>(tokens: Vec<Token<'t>>) -> Result<File<'t>, Refusal> {
    let mut reader = Reader { tokens: tokens.into_iter().peekable(), depth: 0 };
    let statements = reader.statements()?;
    let end = reader.take()?;
    if !end.text.is_empty() {
        return Err(Refusal::syntax(end.start, format!("`{}` closes nothing", end.text)));
    }
    Ok(File { statements, end })
}

struct Reader<'t> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'t>>>,
    depth: usize,
}

impl<'t> Reader<'t> {
    /// Statements up to a closing brace or the end of the file.
    fn statements(&mut self) -> Result<Vec<Statement<'t>>, Refusal> {
        let mut statements = Vec::new();
        while !self.is_next("}") && !self.is_next("") {
            statements.push(self.statement()?);
        }
        Ok(statements)
    }

    fn statement(&mut self) -> Result<Statement<'t>, Refusal> {
        let mut pieces: Vec<Piece<'t>> = Vec::new();
        loop {
            let is_value = pieces.last().and_then(Piece::token).is_some_and(|token| token.is("="));
            match self.peek() {
                ";" => return Ok(Statement { pieces, end: End::Semicolon(self.take()?) }),
                "{" if is_value => pieces.push(self.list(ListKind::Message)?),
                "[" if is_value => pieces.push(self.list(ListKind::Array)?),
                "[" => pieces.push(self.list(ListKind::Options)?),
                "{" => {
                    let open = self.take()?;
                    let statements = self.nested(open.start, Self::statements)?;
                    let mut close = self.expect(&["}"])?;
                    self.skip_semicolon(&mut close);
                    return Ok(Statement { pieces, end: End::Body { open, statements, close } });
                }
                "}" | "]" | "" => return Err(self.unexpected("`;` or `{`")),
                _ => pieces.push(Piece::Token(self.take()?)),
            }
        }
    }

    /// `};` is two statements, of which the second is empty.
    fn skip_semicolon(&mut self, close: &mut Token<'t>) {
        let is_lone = |next: &Token<'t>| next.is(";") && next.before.is_empty() && close.behind.is_empty();
        if let Some(semicolon) = self.tokens.next_if(is_lone) {
            close.behind = semicolon.behind;
        }
    }

    fn list(&mut self, kind: ListKind) -> Result<Piece<'t>, Refusal> {
        let open = self.take()?;
        let close: &[&str] = match open.text {
            "{" => &["}"],
            "<" => &[">"],
            _ => &["]"],
        };
        let entries = self.nested(open.start, |reader| {
            let mut entries = Vec::new();
            while !close.contains(&reader.peek()) {
                entries.push(reader.entry(kind)?);
            }
            Ok(entries)
        })?;
        Ok(Piece::List(List { kind, open, entries, close: self.expect(close)? }))
    }

    fn entry(&mut self, kind: ListKind) -> Result<Entry<'t>, Refusal> {
        let mut pieces = Vec::new();
        match kind {
            ListKind::Options => {
                while !self.is_next("=") {
                    pieces.push(self.word("`=`")?);
                }
                pieces.push(Piece::Token(self.take()?));
                self.value(&mut pieces)?;
            }
            ListKind::Array => self.value(&mut pieces)?,
            ListKind::Message => {
                pieces.push(match self.peek() {
                    "[" => self.list(ListKind::Name)?,
                    _ => self.word("a name")?,
                });
                if self.is_next(":") {
                    pieces.push(Piece::Token(self.take()?));
                }
                self.value(&mut pieces)?;
            }
            ListKind::Name => {
                while !self.is_next("]") {
                    pieces.push(self.word("`]`")?);
                }
            }
        }
        let is_separated = match kind {
            ListKind::Message => self.is_next(",") || self.is_next(";"),
            _ => self.is_next(","),
        };
        let separator = if is_separated { Some(self.take()?) } else { None };
        Ok(Entry { pieces, separator })
    }

    fn value(&mut self, pieces: &mut Vec<Piece<'t>>) -> Result<(), Refusal> {
        match self.peek() {
            "{" | "<" => pieces.push(self.list(ListKind::Message)?),
            "[" => pieces.push(self.list(ListKind::Array)?),
            "-" | "+" => {
                pieces.push(Piece::Token(self.take()?));
                pieces.push(self.word("a number")?);
            }
            _ => {
                let is_string = |reader: &mut Self| reader.tokens.peek().is_some_and(Token::is_string);
                let first = is_string(self);
                pieces.push(self.word("a value")?);
                while first && is_string(self) {
                    pieces.push(self.word("a string")?);
                }
            }
        }
        Ok(())
    }

    /// A token that is no bracket of a list, and no separator.
    fn word(&mut self, expected: &str) -> Result<Piece<'t>, Refusal> {
        if matches!(self.peek(), "{" | "}" | "[" | "]" | "<" | ">" | "," | ";" | ":" | "") {
            return Err(self.unexpected(expected));
        }
        Ok(Piece::Token(self.take()?))
    }

    fn nested<T>(&mut self, at: usize, read: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        if self.depth == MAX_DEPTH {
            return Err(Refusal::too_deep(at));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn peek(&mut self) -> &'t str {
        self.tokens.peek().map_or("", |token| token.text)
    }

    fn is_next(&mut self, text: &str) -> bool {
        self.peek() == text
    }

    fn take(&mut self) -> Result<Token<'t>, Refusal> {
        self.tokens.next().ok_or_else(|| Refusal::syntax(0, "unexpected end of file"))
    }

    fn expect(&mut self, expected: &[&str]) -> Result<Token<'t>, Refusal> {
        if expected.contains(&self.peek()) { self.take() } else { Err(self.unexpected(&format!("`{}`", expected[0]))) }
    }

    fn unexpected(&mut self, expected: &str) -> Refusal {
        match self.tokens.peek() {
            Some(token) if !token.text.is_empty() => {
                Refusal::syntax(token.start, format!("unexpected `{}`, expected {expected}", token.text))
            }
            token => Refusal::syntax(
                token.map_or(0, |token| token.start),
                format!("unexpected end of file, expected {expected}"),
            ),
        }
    }
}
