//! JSON as a tree of the texts that it was written with.

use unicode_width::UnicodeWidthStr;

use crate::MAX_DEPTH;
use crate::refusal::Refusal;

/// A value as it was written.
pub(crate) struct Node<'t> {
    pub(crate) shape: Shape<'t>,
    /// Whether it has to be broken into lines.
    pub(crate) is_broken: bool,
    /// Columns on one line.
    pub(crate) width: usize,
}

pub(crate) enum Shape<'t> {
    /// A number, a string, `true`, `false` or `null`.
    Scalar(&'t str),
    Array(Vec<Item<'t>>),
    Object(Vec<Item<'t>>),
}

pub(crate) struct Item<'t> {
    /// The name of a member, in its quotes.
    pub(crate) name: Option<&'t str>,
    pub(crate) value: Node<'t>,
    /// Whether a blank line comes before it.
    pub(crate) is_apart: bool,
}

impl Node<'_> {
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.shape, Shape::Scalar(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    }

    fn items(&self) -> &[Item<'_>] {
        match &self.shape {
            Shape::Scalar(_) => &[],
            Shape::Array(items) | Shape::Object(items) => items,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) text: &'t str,
    pub(crate) start: usize,
}

/// The tokens of valid JSON.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].find(|next| !is_space(next))?;
        let start = at;
        at += length(&text[start..]);
        Some(Token { text: &text[start..at], start })
    })
}

fn length(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'"') => {
            let mut is_escaped = false;
            let end = text[1..].find(|next| {
                let is_end = next == '"' && !is_escaped;
                is_escaped = next == '\\' && !is_escaped;
                is_end
            });
            end.map_or(text.len(), |end| end + 2)
        }
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
        _ => text.find(|next| is_space(next) || "{}[],:\"".contains(next)).unwrap_or(text.len()),
    }
}

fn is_space(next: char) -> bool {
    matches!(next, ' ' | '\t' | '\n' | '\r')
}

/// Reads valid JSON.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, Refusal> {
    Reader { text, tokens: tokens(text).peekable(), end: 0 }.node(0)
}

struct Reader<'t, I: Iterator<Item = Token<'t>>> {
    text: &'t str,
    tokens: std::iter::Peekable<I>,
    /// Where the last token ends.
    end: usize,
}

impl<'t, I: Iterator<Item = Token<'t>>> Reader<'t, I> {
    fn node(&mut self, depth: usize) -> Result<Node<'t>, Refusal> {
        let token = self.take()?;
        if depth > MAX_DEPTH {
            return Err(Refusal::too_deep(token.start));
        }
        match token.text {
            "{" => self.object(depth),
            "[" => self.array(depth),
            text => Ok(Node { shape: Shape::Scalar(text), is_broken: false, width: text.width() }),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'t>, Refusal> {
        let is_broken = self.lines_ahead() > 0 && !self.is_next("}");
        let items = self.items("}", |reader, is_apart| {
            let name = Some(reader.take()?.text);
            reader.take()?;
            Ok(Item { name, value: reader.node(depth + 1)?, is_apart })
        })?;
        // `{ "a": 1, "b": 2 }`
        let width = match items.len() {
            0 => 2,
            count => 2 + 2 * count + items.iter().map(Item::width).sum::<usize>(),
        };
        Ok(Node { is_broken: is_broken || is_any_broken(&items), width, shape: Shape::Object(items) })
    }

    fn array(&mut self, depth: usize) -> Result<Node<'t>, Refusal> {
        let items =
            self.items("]", |reader, is_apart| Ok(Item { name: None, value: reader.node(depth + 1)?, is_apart }))?;
        let is_table = items.len() > 1
            && items.iter().all(|item| item.value.items().len() > 1)
            && (items.iter().all(|item| matches!(item.value.shape, Shape::Object(_)))
                || items.iter().all(|item| matches!(item.value.shape, Shape::Array(_))));
        // `[1, 2]`
        let width = (2 * items.len()).max(2) + items.iter().map(Item::width).sum::<usize>();
        Ok(Node { is_broken: is_table || is_any_broken(&items), width, shape: Shape::Array(items) })
    }

    fn items(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self, bool) -> Result<Item<'t>, Refusal>,
    ) -> Result<Vec<Item<'t>>, Refusal> {
        let mut items = Vec::new();
        while !self.is_next(close) {
            let is_apart = !items.is_empty() && self.lines_ahead() > 1;
            items.push(item(self, is_apart)?);
            if self.is_next(",") {
                self.take()?;
            }
        }
        self.take()?;
        Ok(items)
    }

    fn take(&mut self) -> Result<Token<'t>, Refusal> {
        let token = self.tokens.next().ok_or_else(|| Refusal::syntax(self.text.len(), "unexpected end of file"))?;
        self.end = token.start + token.text.len();
        Ok(token)
    }

    fn is_next(&mut self, text: &str) -> bool {
        self.tokens.peek().is_some_and(|next| next.text == text)
    }

    /// The number of line breaks before the next token.
    fn lines_ahead(&mut self) -> usize {
        let end = self.end;
        self.tokens.peek().map_or(0, |next| self.text[end..next.start].matches('\n').count())
    }
}

impl Item<'_> {
    /// Columns on one line, without what separates it from others.
    fn width(&self) -> usize {
        self.name.map_or(0, |name| name.width() + 2) + self.value.width
    }
}

fn is_any_broken(items: &[Item<'_>]) -> bool {
    items.iter().any(|item| item.is_apart || item.value.is_broken)
}
