//! TOML: one space on each side of `=`, one after `,`, tables and keys at the beginning of their lines.
//!
//! An array on one line stays there; on several lines, each item has its own. Comments keep their distance.

mod print;

use toml::de::DeTable;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{Event, parse_document};

use crate::comparison::{self, Part};
use crate::refusal::Refusal;

/// Whether `text` is TOML.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let Err(error) = DeTable::parse(text) else { return Ok(()) };
    Err(Refusal::syntax(error.span().map_or(0, |span| span.start), error.message()))
}

/// `text` has passed [`check`].
pub(crate) fn lay_out(text: &str) -> String {
    let (mut events, mut errors) = (Vec::new(), None);
    let tokens = Source::new(text).lex().into_vec();
    parse_document(&tokens, &mut |event: Event| events.push(event), &mut errors);
    print::print(text, &events)
}

/// Whether two texts of TOML have the same tokens, but for commas: the last one of an array may come or go.
pub(crate) fn compare(before: &str, after: &str) -> Result<(), Refusal> {
    check(after)?;
    comparison::compare(parts(before), parts(after))
}

/// A comment is compared without the white space at its end.
fn parts(text: &str) -> Vec<Part<&str>> {
    let is_free = |kind| matches!(kind, TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comma | TokenKind::Eof);
    let part = |token: Token| {
        let span = token.span();
        let value = &text[span.start()..span.end()];
        Part { value: if token.kind() == TokenKind::Comment { value.trim_end() } else { value }, at: span.start() }
    };
    Source::new(text).lex().filter(|token| !is_free(token.kind())).map(part).collect()
}
