//! The tree as text.

use super::arrange::Section;
use super::comment;
use super::token::{Comment, Token};
use super::tree::{End, Entry, File, List, ListKind, Piece, Statement};

pub(super) fn print(file: &File<'_>) -> String {
    let mut printer = Printer::default();
    let mut before = None;
    for statement in &file.statements {
        printer.file_statement(statement, before);
        before = Some(Section::of(statement));
    }
    printer.above(&file.end.before, Space::Kept);
    printer.end_line();
    printer.text
}

#[derive(Default)]
struct Printer {
    text: String,
    indent: usize,
    /// Whether a `//` comment was the last, so that a line has to begin before anything else.
    is_commented: bool,
    /// Whether the statement goes on after such a line.
    is_continued: bool,
    /// Whether a space has to come next, unless a mark follows that has none.
    has_space: bool,
}

/// What becomes of a blank line in front.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Kept,
    /// The first of a body begins without one.
    First,
    /// Among imports, and among options of a file, there is none.
    Dropped,
}

impl Printer {
    /// A statement of the file that comes after one of the section `before`.
    fn file_statement(&mut self, statement: &Statement<'_>, before: Option<Section>) {
        let (section, first) = (Section::of(statement), statement.first());
        let is_next = before == Some(section);
        let is_apart = match section {
            Section::Syntax | Section::Package => false,
            Section::Imports | Section::Options => !is_next,
            // Only what is documented is set apart, or follows the syntax alone.
            Section::Definitions => !first.before.is_empty() || before == Some(Section::Syntax),
        };
        if is_apart && !self.text.is_empty() && !first.has_blank_line_before() {
            self.blank_line();
        }
        let is_header = section != Section::Definitions;
        self.statement(statement, if is_header && is_next { Space::Dropped } else { Space::Kept });
    }

    fn statements(&mut self, statements: &[Statement<'_>]) {
        let mut space = Space::First;
        for statement in statements.iter().filter(|statement| !statement.is_empty()) {
            self.statement(statement, space);
            space = Space::Kept;
        }
    }

    fn statement(&mut self, statement: &Statement<'_>, space: Space) {
        self.begin(statement.first(), space);
        self.pieces(&statement.pieces);
        let is_lone = statement.pieces.is_empty();
        match &statement.end {
            End::Semicolon(token) => {
                self.inline(if is_lone { &[] } else { &token.before });
                self.has_space = false;
                self.push(";");
                self.inline(&token.behind);
            }
            End::Body { open, statements, close } => {
                self.inline(if is_lone { &[] } else { &open.before });
                self.has_space = !is_lone;
                self.body(open, statements, close);
            }
        }
        self.end_line();
    }

    fn body(&mut self, open: &Token<'_>, statements: &[Statement<'_>], close: &Token<'_>) {
        self.push("{");
        let has_statements = statements.iter().any(|statement| !statement.is_empty());
        if has_statements {
            self.inline(&open.behind);
        }
        if has_statements || !open.behind.is_empty() || !close.before.is_empty() {
            self.end_line();
            self.indent += 1;
            if !has_statements {
                self.above(&open.behind, Space::First);
            }
            self.statements(statements);
            let is_first = !has_statements && open.behind.is_empty();
            self.above(&close.before, if is_first { Space::First } else { Space::Kept });
            self.indent -= 1;
        }
        self.push("}");
        self.inline(&close.behind);
    }

    /// Tokens and lists of a statement or an entry; comments before the first of them were written.
    fn pieces(&mut self, pieces: &[Piece<'_>]) {
        let is_string = |at: usize| pieces.get(at).and_then(Piece::token).is_some_and(Token::is_string);
        // In an array, they are aligned.
        let part_indent = usize::from(!is_string(0));
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                self.inline(&piece.first().before);
                self.has_space = is_apart(pieces, at) || (self.has_space && !piece.first().before.is_empty());
            }
            // Each part of a string that is in several has a line.
            let is_part = is_string(at) && at > 0 && (is_string(at - 1) || is_string(at + 1));
            match piece {
                Piece::Token(token) if is_part => {
                    self.end_line();
                    self.indent += part_indent;
                    self.push(token.text);
                    self.inline(&token.behind);
                    self.indent -= part_indent;
                }
                Piece::Token(token) => {
                    self.push(token.text);
                    self.inline(&token.behind);
                }
                Piece::List(list) => self.list(list),
            }
        }
    }

    fn list(&mut self, list: &List<'_>) {
        self.push(list.open.text);
        let is_commented = !list.open.behind.is_empty() || !list.close.before.is_empty();
        match &list.entries[..] {
            [] if !is_commented => {}
            [only] if is_inline(list, only) => {
                self.pieces(&only.pieces);
                if let Some(separator) = only.separator.as_ref().filter(|_| list.kind != ListKind::Message) {
                    self.push(separator.text);
                }
                self.inline(&list.close.before);
                self.has_space = false;
            }
            entries => self.entries(list, entries),
        }
        self.push(list.close.text);
        self.inline(&list.close.behind);
    }

    fn entries(&mut self, list: &List<'_>, entries: &[Entry<'_>]) {
        self.inline(&list.open.behind);
        self.end_line();
        self.indent += 1;
        let mut space = Space::First;
        for entry in entries {
            if let Some(piece) = entry.pieces.first() {
                self.begin(piece.first(), space);
            }
            self.pieces(&entry.pieces);
            if let Some(separator) = &entry.separator {
                self.inline(&separator.before);
                if list.kind != ListKind::Message {
                    self.has_space = false;
                    self.push(separator.text);
                }
                self.inline(&separator.behind);
            }
            self.end_line();
            space = Space::Kept;
        }
        self.above(&list.close.before, space);
        self.indent -= 1;
    }

    /// Begins a line with `token`: writes the comments above it, and a blank line where there was one.
    fn begin(&mut self, token: &Token<'_>, space: Space) {
        self.above(&token.before, space);
        let is_first = space != Space::Kept && token.before.is_empty();
        if token.lines > 1 && !is_first && space != Space::Dropped {
            self.blank_line();
        }
    }

    /// Comments on lines of their own.
    fn above(&mut self, comments: &[Comment<'_>], space: Space) {
        for (index, comment) in comments.iter().enumerate() {
            if comment.lines > 1 && (index > 0 || space == Space::Kept) {
                self.blank_line();
            }
            self.comment(comment);
            self.end_line();
        }
    }

    /// Comments within a line, or behind it.
    fn inline(&mut self, comments: &[Comment<'_>]) {
        for comment in comments {
            self.has_space = !self.text.ends_with(['(', '[', '<', '{']) || comment.ends_line();
            self.comment(comment);
            self.has_space = true;
        }
    }

    fn comment(&mut self, comment: &Comment<'_>) {
        for (index, line) in comment::lines(comment.text).iter().enumerate() {
            if index > 0 {
                self.text.push('\n');
            }
            if index == 0 || !line.is_empty() {
                self.push(line);
            }
        }
        self.is_commented = comment.ends_line();
    }

    fn push(&mut self, text: &str) {
        if self.is_commented {
            self.end_line();
            self.is_continued = true;
        }
        let is_line_start = self.text.is_empty() || self.text.ends_with('\n');
        if is_line_start {
            let indent = self.indent + usize::from(self.is_continued);
            self.text.extend(std::iter::repeat_n("  ", indent));
        } else if self.has_space {
            self.text.push(' ');
        }
        self.has_space = false;
        self.text.push_str(text);
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        (self.is_commented, self.is_continued, self.has_space) = (false, false, false);
    }

    fn blank_line(&mut self) {
        if !self.text.is_empty() {
            self.end_line();
            self.text.push('\n');
        }
    }
}

/// Whether a list of one entry is on one line, which a value of the entry may break nevertheless.
fn is_inline(list: &List<'_>, only: &Entry<'_>) -> bool {
    let tokens = || only.pieces.iter().flat_map(|piece| [piece.first(), piece.last()]).chain(&only.separator);
    let is_commented = !list.open.behind.is_empty() || tokens().next().is_some_and(|first| !first.before.is_empty());
    let has_list = only.pieces.iter().skip(1).any(|piece| piece.token().is_none());
    match list.kind {
        ListKind::Options => !is_commented,
        ListKind::Name => true,
        ListKind::Array | ListKind::Message => {
            let is_list = list.kind == ListKind::Array && only.pieces.iter().any(|piece| piece.token().is_none());
            !is_commented && !has_list && !is_list && list.close.before.is_empty() && !tokens().any(Token::has_comments)
        }
    }
}

/// Whether a space comes before the piece at `at`, which is not the first.
fn is_apart(pieces: &[Piece<'_>], at: usize) -> bool {
    let before = pieces[at - 1].last();
    let is_start = at == 1;
    match pieces[at].token().map(|token| token.text) {
        // `[deprecated = true]`, `{name: "x"}`
        None => true,
        Some("," | ")" | ">" | "<" | ":" | ";" | "/") => false,
        Some("(") => match before.text {
            "option" | "extend" => is_start,
            "returns" => at > 2,
            "=" | "," => true,
            _ => false,
        },
        Some(".") => match before.text {
            "optional" | "required" | "repeated" | "extend" => is_start,
            "stream" => at > 2 && pieces[at - 2].last().is("("),
            "=" | "," => true,
            _ => false,
        },
        Some(_) => !matches!(before.text, "(" | "<" | "." | "/" | "-" | "+"),
    }
}
