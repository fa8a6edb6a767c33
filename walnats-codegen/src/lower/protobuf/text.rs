//! Text that the parser does not read as text that it does: that of an edition becomes proto2, with the labels that editions
//! leave out and without the words that they add. Places in it lead back to the text as it was written.
//!
//! What features say is left to [`super::edition`], which reads them where the options of a file are known.
//! <https://protobuf.dev/reference/protobuf/edition-2024-spec/>

use std::ops::Range;

use super::edited::{Edited, Replacements};
use super::edition::Edition;
use super::names::Visibility;
use super::token::{Kind, Token, tokens};

/// Put before a field without a label.
const LABEL: &str = "optional ";

/// A text for the parser.
#[derive(Debug)]
pub struct Readable {
    /// What the parser reads.
    pub edited: Edited,
    /// `None` for proto2 and proto3.
    pub edition: Option<Edition>,
    /// The imports that only options need, and what is marked with `export` and `local`.
    pub visibility: Visibility,
}

/// What is wrong with a file of an edition that the parser would not see.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// The edition is not one of [`Edition::KNOWN`].
    UnknownEdition { name: String, span: Range<usize> },
    /// `optional`, `required` or `group`, which editions say with a feature.
    NotInEditions { word: &'static str, span: Range<usize> },
}

/// `text`, which the parser has refused, in a way that it may read: protox-parse 0.10 wants an end for each range of
/// extensions that has options.
pub fn with_ranges(text: &str) -> Option<Readable> {
    let tokens = tokens(text);
    let mut reader = Reader { text, tokens: &tokens, at: 0, edition: None, found: Found::default() };
    reader.file();
    (!reader.found.replacements.is_empty()).then(|| reader.found.readable(text, None))
}

/// The edition that `text` says it is of, if it is one that is known.
pub fn edition(text: &str) -> Option<Edition> {
    if !text.contains("edition") {
        return None;
    }
    without_edition(text)?.ok()?.edition
}

/// `text` as proto2; `None` if it does not begin with the statement of an edition.
pub fn without_edition(text: &str) -> Option<Result<Readable, Vec<Problem>>> {
    let tokens = tokens(text);
    let [edition, equals, name, ..] = tokens.as_slice() else { return None };
    if &text[edition.span.clone()] != "edition" || equals.kind != Kind::Symbol(b'=') || name.kind != Kind::String {
        return None;
    }
    let spelled = text[name.span.clone()].trim_matches(['"', '\'']);
    let Some(known) = Edition::named(spelled) else {
        let problem = Problem::UnknownEdition { name: spelled.to_owned(), span: name.span.clone() };
        return Some(Err(vec![problem]));
    };
    let mut reader = Reader { text, tokens: &tokens, at: 3, edition: Some(known), found: Found::default() };
    reader.found.replacements.replace(edition.span.start..name.span.end, "syntax = \"proto2\"");
    reader.skip_statement();
    reader.file();
    let found = reader.found;
    Some(if found.problems.is_empty() { Ok(found.readable(text, Some(known))) } else { Err(found.problems) })
}

#[derive(Default)]
struct Found {
    replacements: Replacements,
    visibility: Visibility,
    problems: Vec<Problem>,
}

impl Found {
    fn readable(self, text: &str, edition: Option<Edition>) -> Readable {
        Readable { edited: self.replacements.apply_to(text), edition, visibility: self.visibility }
    }
}

/// What statements are within.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    File,
    Message,
    Extend,
    Oneof,
    Other,
}

/// Goes through the statements of a file. What is not well formed is left to the parser.
struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    /// `None` for proto2 and proto3, whose fields stay as they are.
    edition: Option<Edition>,
    found: Found,
}

impl<'t> Reader<'t> {
    fn file(&mut self) {
        // The messages that the statement is in, by name; other blocks have none.
        let mut blocks: Vec<(Block, Option<&str>)> = Vec::new();
        while self.at < self.tokens.len() {
            if self.symbol(self.at, b'}') {
                blocks.pop();
                self.at += 1;
                continue;
            }
            let block = blocks.last().map_or(Block::File, |(block, _)| *block);
            if let Some(opened) = self.statement(block, &blocks) {
                blocks.push(opened);
            }
        }
    }

    /// Reads a statement, or its beginning where it opens a block.
    fn statement(&mut self, block: Block, around: &[(Block, Option<&str>)]) -> Option<(Block, Option<&'t str>)> {
        let start = self.at;
        if matches!(block, Block::File | Block::Message) {
            self.visibility(around);
        }
        let opens = |reader: &Self, at: usize| reader.is_word(at + 1) && reader.symbol(at + 2, b'{');
        match (self.word(self.at), block) {
            ("message", Block::File | Block::Message) if opens(self, self.at) => {
                let name = self.word(self.at + 1);
                self.at += 3;
                return Some((Block::Message, Some(name)));
            }
            ("oneof", Block::Message) if opens(self, self.at) => {
                self.at += 3;
                return Some((Block::Oneof, None));
            }
            ("enum" | "service", Block::File | Block::Message) if opens(self, self.at) => {
                self.at += 3;
                return Some((Block::Other, None));
            }
            ("extend", Block::File | Block::Message) => {
                while self.at < self.tokens.len() && !self.symbol(self.at, b'{') && !self.symbol(self.at, b';') {
                    self.at += 1;
                }
                self.at += 1;
                return self.symbol(self.at - 1, b'{').then_some((Block::Extend, None));
            }
            ("import", Block::File) if self.word(start + 1) == "option" && self.has_visibility() => {
                self.found.replacements.blank(self.tokens[start + 1].span.clone());
                let path = self.tokens.get(start + 2).filter(|token| token.kind == Kind::String);
                let path = path.map(|token| self.text[token.span.clone()].trim_matches(['"', '\'']).to_owned());
                self.found.visibility.option_imports.extend(path);
            }
            ("extensions", Block::Message) => self.extension_range(),
            _ if self.edition.is_none() => {}
            ("reserved", Block::Message | Block::Other) => self.reserved(),
            ("option" | "map" | "repeated", _) => {}
            ("optional", Block::Message | Block::Extend) => self.not_in_editions("optional", start),
            ("required", Block::Message | Block::Extend) => self.not_in_editions("required", start),
            (word, Block::Message | Block::Extend) if !word.is_empty() || self.symbol(self.at, b'.') => {
                let start = self.tokens[self.at].span.start;
                self.found.replacements.replace(start..start, LABEL);
            }
            _ => {}
        }
        if self.edition.is_some() && matches!(block, Block::Message | Block::Extend | Block::Oneof) {
            self.group(start);
        }
        self.skip_statement();
        None
    }

    /// `export` and `local`, in front of a message or an enumeration.
    fn visibility(&mut self, around: &[(Block, Option<&str>)]) {
        let word = self.word(self.at);
        if matches!(word, "export" | "local")
            && self.has_visibility()
            && matches!(self.word(self.at + 1), "message" | "enum")
            && self.is_word(self.at + 2)
        {
            self.found.replacements.blank(self.tokens[self.at].span.clone());
            let outer = around.iter().filter_map(|(_, name)| *name);
            let name = outer.chain([self.word(self.at + 2)]).collect::<Vec<_>>().join(".");
            self.found.visibility.marked.push((name, word == "export"));
            self.at += 1;
        }
    }

    /// `extensions 100 [...];` as `extensions 100 to 100 [...];`.
    fn extension_range(&mut self) {
        let ends = |token: &&Token| !matches!(token.kind, Kind::Symbol(b'[' | b';' | b'{' | b'}'));
        let end = self.at + self.tokens[self.at..].iter().take_while(ends).count();
        let number = self.word(end - 1);
        if self.symbol(end, b'[') && number.starts_with(|c: char| c.is_ascii_digit()) && self.word(end - 2) != "to" {
            let after = self.tokens[end - 1].span.end;
            self.found.replacements.replace(after..after, &format!(" to {number}"));
        }
    }

    /// Editions write the names without quotes.
    fn reserved(&mut self) {
        let names = |token: &&Token| token.kind != Kind::Symbol(b';') && token.kind != Kind::Symbol(b'}');
        let rest = self.tokens[self.at + 1..].iter().take_while(names);
        let words = rest.filter(|token| token.kind == Kind::Word).map(|token| token.span.clone());
        if self.word(self.at + 1).starts_with(|first: char| !first.is_ascii_digit()) {
            for word in words {
                let quoted = format!("\"{}\"", &self.text[word.clone()]);
                self.found.replacements.replace(word, &quoted);
            }
        }
    }

    /// `group Name = 1 {`, with a label or without.
    fn group(&mut self, start: usize) {
        let at = if matches!(self.word(start), "optional" | "required" | "repeated") { start + 1 } else { start };
        if self.word(at) == "group" && self.is_word(at + 1) && self.symbol(at + 2, b'=') {
            let mut end = at + 3;
            let mut brackets = 0_usize;
            while let Some(token) = self.tokens.get(end) {
                match token.kind {
                    Kind::Symbol(b'[') => brackets += 1,
                    Kind::Symbol(b']') => brackets = brackets.saturating_sub(1),
                    Kind::Symbol(b';' | b'}' | b'{') if brackets == 0 => break,
                    _ => {}
                }
                end += 1;
            }
            if self.symbol(end, b'{') {
                self.not_in_editions("group", at);
            }
        }
    }

    fn not_in_editions(&mut self, word: &'static str, at: usize) {
        self.found.problems.push(Problem::NotInEditions { word, span: self.tokens[at].span.clone() });
    }

    /// Up to the `;` of a statement, or the `}` of what it opens and nothing here looks into; not beyond the `}` around it.
    fn skip_statement(&mut self) {
        let mut open: Vec<u8> = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::Symbol(b'}') if open.is_empty() => return,
                Kind::Symbol(symbol @ (b'{' | b'[')) => open.push(symbol),
                Kind::Symbol(b']') => {
                    open.pop();
                }
                Kind::Symbol(b'}') => {
                    open.pop();
                    if open.is_empty() && !self.symbol(self.at + 1, b';') {
                        self.at += 1;
                        return;
                    }
                }
                Kind::Symbol(b';') if open.is_empty() => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn has_visibility(&self) -> bool {
        self.edition.is_some_and(Edition::has_visibility)
    }

    fn word(&self, at: usize) -> &'t str {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Word);
        token.map_or("", |token| &self.text[token.span.clone()])
    }

    fn is_word(&self, at: usize) -> bool {
        !self.word(at).is_empty()
    }

    fn symbol(&self, at: usize, symbol: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Symbol(symbol))
    }
}
