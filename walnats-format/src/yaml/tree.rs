//! YAML as a lossless tree, with comments.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pretty_yaml::config::FormatOptions;
use pretty_yaml::print_tree;
use rowan::ast::AstNode;
use yaml_parser::ast::Root;
use yaml_parser::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::comparison::Part;
use crate::refusal::{self, Refusal};

/// Reads `text`.
pub(super) fn parse(text: &str) -> Result<SyntaxNode, Refusal> {
    guarded(|| yaml_parser::parse(text))?.map_err(|error| {
        let at = refusal::on_character(text, error.offset());
        Refusal::unsafe_at(at, "the YAML formatter cannot read this")
    })
}

pub(super) fn print(root: &SyntaxNode, options: &FormatOptions) -> Result<String, Refusal> {
    check_block_scalars(root)?;
    let root = Root::cast(root.clone()).ok_or_else(|| Refusal::unsafe_at(0, "the YAML formatter cannot read this"))?;
    guarded(|| print_tree(&root, options))
}

/// The tokens of a tree.
pub(super) fn tokens(root: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    root.descendants_with_tokens().filter_map(rowan::NodeOrToken::into_token)
}

/// All tokens that have to stay. The last comma of a list may come or go, and so may the `?` of a key.
pub(super) fn parts(text: &str) -> Result<Vec<Part<(SyntaxKind, String)>>, Refusal> {
    let is_free = |kind| matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMA | SyntaxKind::QUESTION_MARK);
    let root = parse(text)?;
    let parts = tokens(&root).filter(|token| !is_free(token.kind())).map(|token| {
        let text = token.text().split_whitespace().collect::<Vec<_>>().join(" ");
        Part { value: (token.kind(), text), at: token.text_range().start().into() }
    });
    Ok(parts.collect())
}

/// The printer cuts the indentation of the first line off each line of a block scalar. A tab is no indentation, so that
/// another line may have less.
fn check_block_scalars(root: &SyntaxNode) -> Result<(), Refusal> {
    for token in tokens(root).filter(|token| token.kind() == SyntaxKind::BLOCK_SCALAR_TEXT) {
        let indents = token.text().lines().filter_map(|line| line.find(|next: char| !next.is_ascii_whitespace()));
        let mut indents = indents.peekable();
        let first = indents.peek().copied().unwrap_or(0);
        if indents.any(|indent| indent < first) {
            let at = token.text_range().start().into();
            return Err(Refusal::unsafe_at(at, "the YAML formatter cannot indent this block scalar"));
        }
    }
    Ok(())
}

/// The checks before keep the library from all panics that are known; a file with another one is left alone.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Refusal::unsafe_at(0, "the YAML formatter fails on this file"))
}
