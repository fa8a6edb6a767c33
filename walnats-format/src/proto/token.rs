//! The words of a `.proto` file, each with the comments around it.

use crate::refusal::Refusal;

/// What stands for itself.
const MARKS: &str = "{}[]()<>=;:,.-+/";

/// A name, number, string or mark.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    /// Comments between the token before and this one.
    pub(super) before: Vec<Comment<'t>>,
    /// Line breaks before it, after the last of those comments.
    pub(super) lines: usize,
    /// Comments behind it, on the same line.
    pub(super) behind: Vec<Comment<'t>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    /// With its marks, without the end of the line.
    pub(super) text: &'t str,
    pub(super) start: usize,
    /// Line breaks before it.
    pub(super) lines: usize,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(super) fn is_string(&self) -> bool {
        self.text.starts_with(['"', '\''])
    }

    pub(super) fn has_comments(&self) -> bool {
        !self.before.is_empty() || !self.behind.is_empty()
    }

    /// Whether there is a blank line before it, or before one of the comments above it.
    pub(super) fn has_blank_line_before(&self) -> bool {
        self.lines > 1 || self.before.iter().any(|comment| comment.lines > 1)
    }
}

impl Comment<'_> {
    /// Whether nothing can follow on its line.
    pub(super) fn ends_line(&self) -> bool {
        self.text.starts_with("//")
    }
}

/// The tokens of `text`; the last is the end of the file, with empty text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Refusal> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    loop {
        let (mut comments, mut lines) = (Vec::new(), 0);
        loop {
            let rest = text[at..].trim_start_matches(is_space);
            let start = text.len() - rest.len();
            lines += text[at..start].matches('\n').count();
            at = start;
            let Some(length) = comment(rest).ok_or_else(|| Refusal::syntax(at, "a comment that does not end"))? else {
                break;
            };
            comments.push(Comment { text: rest[..length].trim_end_matches(is_space), start: at, lines });
            (at, lines) = (at + length, 0);
        }
        let length = token(&text[at..]).map_err(|message| Refusal::syntax(at, message))?;
        if let Some(last) = tokens.last_mut() {
            last.behind = comments.drain(..behind(&comments, lines > 0 || length == 0)).collect();
        }
        tokens.push(Token { text: &text[at..at + length], start: at, before: comments, lines, behind: Vec::new() });
        if length == 0 {
            return Ok(tokens);
        }
        at += length;
    }
}

/// How many of the comments after a token belong to it: those that end its line.
fn behind(comments: &[Comment<'_>], is_line_next: bool) -> usize {
    let count = comments.iter().take_while(|comment| comment.lines == 0).count();
    let is_end = match comments.get(count) {
        Some(_) => true,
        None => is_line_next || comments.last().is_some_and(Comment::ends_line),
    };
    if is_end { count } else { 0 }
}

/// The length of the comment that `text` begins with. `Some(None)` if it begins with another thing, `None` if it does not end.
#[allow(clippy::option_option)]
fn comment(text: &str) -> Option<Option<usize>> {
    if text.starts_with("//") {
        return Some(Some(text.find('\n').unwrap_or(text.len())));
    }
    match text.strip_prefix("/*") {
        Some(inner) => Some(Some(inner.find("*/")? + 4)),
        None => Some(None),
    }
}

/// The length of the token that `text` begins with; 0 at its end.
fn token(text: &str) -> Result<usize, &'static str> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Ok(0),
        (Some(quote @ ('"' | '\'')), _) => string(text, quote).ok_or("a string that does not end on its line"),
        (Some(first), _) if first.is_ascii_digit() => Ok(number(text)),
        (Some('.'), Some(second)) if second.is_ascii_digit() => Ok(number(text)),
        (Some(first), _) if is_word_part(first) => Ok(text.find(|next| !is_word_part(next)).unwrap_or(text.len())),
        (Some(first), _) if MARKS.contains(first) => Ok(1),
        _ => Err("a character that protobuf has only in strings and comments"),
    }
}

fn string(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let end = text[1..].find(|next| {
        let is_end = next == '\n' || (next == quote && !is_escaped);
        is_escaped = next == '\\' && !is_escaped;
        is_end
    })?;
    text[1 + end..].starts_with(quote).then_some(end + 2)
}

fn number(text: &str) -> usize {
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut last = ' ';
    let end = text.find(|next: char| {
        let is_exponent = matches!(next, '+' | '-') && matches!(last, 'e' | 'E') && !is_hexadecimal;
        last = next;
        !(is_word_part(next) || next == '.' || is_exponent)
    });
    end.unwrap_or(text.len())
}

fn is_word_part(next: char) -> bool {
    next.is_ascii_alphanumeric() || next == '_'
}

fn is_space(next: char) -> bool {
    matches!(next, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}
