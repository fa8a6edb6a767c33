//! The order of a file: syntax, package, imports, options, and then everything else as it was.

use std::cmp::Reverse;

use super::token::Token;
use super::tree::{File, Piece, Statement};

/// Which part of a file a statement is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Syntax,
    Package,
    Imports,
    Options,
    Definitions,
}

impl Section {
    pub(super) fn of(statement: &Statement<'_>) -> Self {
        match statement.keyword() {
            "syntax" | "edition" => Self::Syntax,
            "package" => Self::Package,
            "import" => Self::Imports,
            "option" => Self::Options,
            _ => Self::Definitions,
        }
    }
}

/// Sorts statements with the comments around them. Where two are alike, such as the values of a repeated option, their order
/// counts and stays.
pub(super) fn arrange(mut file: File<'_>) -> File<'_> {
    file.statements.retain(|statement| !statement.is_empty());
    let first = file.statements.first().map(|statement| statement.first().start);
    file.statements.sort_by_cached_key(|statement| {
        let section = Section::of(statement);
        let key = match section {
            Section::Imports => import(statement),
            Section::Options => option(statement),
            _ => Key::default(),
        };
        (section, key)
    });
    if let Some(first) = first {
        keep_banner(&mut file.statements, first);
    }
    file
}

/// Custom options come last; a public import comes before others of the same file.
type Key = (bool, String, Reverse<u8>);

fn import(statement: &Statement<'_>) -> Key {
    let tokens = || statement.pieces.iter().filter_map(Piece::token);
    let path = tokens().filter(|token| token.is_string()).map(|token| token.text.trim_matches(['"', '\'']));
    let rank = tokens().nth(1).map_or(0, |word| match word.text {
        "public" => 3,
        "weak" => 1,
        "option" => 0,
        _ => 2,
    });
    (rank == 0, path.collect(), Reverse(rank))
}

fn option(statement: &Statement<'_>) -> Key {
    let words = statement.pieces.iter().filter_map(Piece::token).skip(1).map(|token| token.text);
    let name: String = words.take_while(|word| *word != "=").collect();
    (name.starts_with('('), name, Reverse(0))
}

/// Comments that a blank line separates from the first statement are about the file, and stay on top of it.
fn keep_banner(statements: &mut [Statement<'_>], first: usize) {
    let Some(at) = statements.iter().position(|statement| statement.first().start == first) else { return };
    if at == 0 {
        return;
    }
    let Some(token) = first_mut(&mut statements[at]) else { return };
    let is_end = |index: usize| token.before.get(index + 1).map_or(token.lines, |next| next.lines) > 1;
    let Some(last) = (0..token.before.len()).rev().find(|index| is_end(*index)) else { return };
    let mut banner: Vec<_> = token.before.drain(..=last).collect();
    let Some(top) = first_mut(&mut statements[0]) else { return };
    match top.before.first_mut() {
        Some(comment) => comment.lines = 2,
        None => top.lines = 2,
    }
    banner.append(&mut top.before);
    top.before = banner;
}

fn first_mut<'s, 't>(statement: &'s mut Statement<'t>) -> Option<&'s mut Token<'t>> {
    match statement.pieces.first_mut()? {
        Piece::Token(token) => Some(token),
        Piece::List(list) => Some(&mut list.open),
    }
}
