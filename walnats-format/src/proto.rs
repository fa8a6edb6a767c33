//! Protobuf, laid out as `buf format` does: what its users have stays as it is.
//!
//! Syntax, package, sorted imports and sorted options come first. Empty statements go, and so do the separators of messages in
//! options, where line breaks do as well. Nothing else changes but white space; comments stay as they were written.

mod arrange;
mod comment;
mod print;
mod token;
mod tree;

use std::ops::Range;

use crate::comparison::{self, Part};
use crate::refusal::{self, Refusal};
use token::{Comment, Token};
use tree::{End, File, List, ListKind, Piece, Statement};

/// Whether `text` is protobuf. Of editions, which the parser does not know, only what is laid out is looked at, and so of the
/// options of extension ranges (`extensions 100 [declaration = { ... }]`).
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let file = tree::parse(token::tokens(text)?)?;
    if file.statements.first().is_some_and(|statement| statement.keyword() == "edition") {
        return Ok(());
    }
    let mut known = text.to_owned();
    for span in range_options(&file.statements) {
        // All places stay where they are.
        let blank: String = text[span.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        known.replace_range(span, &blank);
    }
    protox_parse::parse("", &known).map(|_| ()).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| refusal::on_character(text, span.start));
        Refusal::syntax(at, error.to_string())
    })
}

/// Where the options of extension ranges are, with their brackets.
fn range_options(statements: &[Statement<'_>]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for statement in statements {
        if let End::Body { statements, .. } = &statement.end {
            spans.extend(range_options(statements));
        } else if statement.keyword() == "extensions" {
            let lists = statement.pieces.iter().filter_map(|piece| match piece {
                Piece::List(list) if list.kind == ListKind::Options => Some(list),
                _ => None,
            });
            spans.extend(lists.map(|list| list.open.start..list.close.start + list.close.text.len()));
        }
    }
    spans
}

/// Lays `text` out, which has passed [`check`].
pub(crate) fn lay_out(text: &str) -> Result<String, Refusal> {
    Ok(print::print(&read(text)?))
}

/// Whether two files have the same statements, values and comments in the same order.
pub(crate) fn compare(before: &str, after: &str) -> Result<(), Refusal> {
    comparison::compare(parts(before)?, parts(after)?)
}

/// The file with its statements in order.
fn read(text: &str) -> Result<File<'_>, Refusal> {
    tree::parse(token::tokens(text)?).map(arrange::arrange)
}

fn parts(text: &str) -> Result<Vec<Part<String>>, Refusal> {
    let file = read(text)?;
    let mut parts = Parts(Vec::new());
    parts.statements(&file.statements);
    parts.token(&file.end);
    Ok(parts.0)
}

struct Parts(Vec<Part<String>>);

impl Parts {
    fn statements(&mut self, statements: &[Statement<'_>]) {
        for statement in statements.iter().filter(|statement| !statement.is_empty()) {
            self.pieces(&statement.pieces);
            match &statement.end {
                End::Semicolon(token) => self.token(token),
                End::Body { open, statements, close } => {
                    self.token(open);
                    self.statements(statements);
                    self.token(close);
                }
            }
        }
    }

    fn pieces(&mut self, pieces: &[Piece<'_>]) {
        for piece in pieces {
            match piece {
                Piece::Token(token) => self.token(token),
                Piece::List(list) => self.list(list),
            }
        }
    }

    fn list(&mut self, list: &List<'_>) {
        self.token(&list.open);
        for entry in &list.entries {
            self.pieces(&entry.pieces);
            match &entry.separator {
                Some(separator) if list.kind == ListKind::Message => {
                    self.comments(&separator.before);
                    self.comments(&separator.behind);
                }
                Some(separator) => self.token(separator),
                None => {}
            }
        }
        self.token(&list.close);
    }

    fn token(&mut self, token: &Token<'_>) {
        self.comments(&token.before);
        self.0.push(Part { value: token.text.to_owned(), at: token.start });
        self.comments(&token.behind);
    }

    fn comments(&mut self, comments: &[Comment<'_>]) {
        // The lines of a comment are indented with what it is about.
        let words = |comment: &Comment<'_>| comment.text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        self.0.extend(comments.iter().map(|comment| Part { value: words(comment), at: comment.start }));
    }
}
