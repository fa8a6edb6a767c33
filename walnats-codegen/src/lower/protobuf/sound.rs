//! What is left of protobuf files that do not compile: the files without the statements that an error is in, and without those
//! that need them.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Report, Severity, SourceFile};
use crate::load::ProtobufSource;
use crate::lower::lost_message::LostMessage;

use super::lower;
use super::token::{Kind, Token, tokens};

/// How many statements may need one another in a row.
const ROUNDS: usize = 64;
/// What files can be read without. All others say how to read them.
const STATEMENTS: [&str; 5] = ["message", "enum", "extend", "service", "import"];

/// The files with spaces in place of what does not compile, so that all else stands where it stood; and the messages that are
/// not there any more. What has an error elsewhere stays as it is.
pub fn sound(sources: &[ProtobufSource]) -> (Vec<ProtobufSource>, Vec<LostMessage>) {
    let (mut sound, mut lost) = (sources.to_vec(), Vec::new());
    for _ in 0..ROUNDS {
        let mut report = Report::default();
        lower(&sound, &mut report);
        let errors = report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let blanked = errors.filter(|error| blank(&mut sound, error, &mut lost)).count();
        if blanked == 0 {
            break;
        }
    }
    (sound, lost)
}

/// Takes the statement away that an error is in.
fn blank(sources: &mut [ProtobufSource], error: &Diagnostic, lost: &mut Vec<LostMessage>) -> bool {
    let place = &error.place;
    let Some(source) = sources.iter_mut().find(|source| source.file.path == place.file.path) else { return false };
    let Some(range) = statement(&source.file.text, &place.span) else { return false };
    // What needs a message that has an error has that one.
    let is_named = |lost: &&LostMessage| {
        let last = lost.name.rsplit('.').next().unwrap_or_default();
        [&lost.name, last].iter().any(|name| error.message.contains(&format!("`{name}`")))
    };
    let error = lost.iter().find(is_named).map_or(error, |lost| &lost.error).clone();
    let within = messages(&source.file.text).into_iter().filter(|(_, at)| range.contains(at));
    lost.extend(within.map(|(name, _)| LostMessage { name, error: error.clone() }));
    let kept = |(at, character): (usize, char)| match character {
        '\n' => "\n".to_owned(),
        _ if range.contains(&at) => " ".repeat(character.len_utf8()),
        character => character.to_string(),
    };
    let text: String = source.file.text.char_indices().map(kept).collect();
    source.bytes = text.clone().into_bytes();
    source.file = Arc::new(SourceFile { path: source.file.path.clone(), text });
    true
}

/// The innermost statement around `span` that a file can be read without.
fn statement(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let tokens = tokens(text);
    let mut open: Vec<usize> = Vec::new();
    let mut start = 0;
    let mut found: Option<Range<usize>> = None;
    let mut ended = |first: usize, last: &Token| {
        let range = tokens[first].span.start..last.span.end;
        let is_around = range.start <= span.start && span.end <= range.end && span.start < range.end;
        let is_innermost = found.as_ref().is_none_or(|known| range.len() < known.len());
        if is_around && is_innermost && is_known(text, &tokens[first..]) {
            found = Some(range);
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Symbol(b'{') => {
                open.push(start);
                start = at + 1;
            }
            Kind::Symbol(b'}') => {
                // One that closes nothing is an error of its own.
                ended(open.pop().unwrap_or(at), token);
                start = at + 1;
            }
            Kind::Symbol(b';') => {
                ended(start, token);
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The full names of the messages of a file, each with where its statement begins.
fn messages(text: &str) -> Vec<(String, usize)> {
    let tokens = tokens(text);
    let word = |at: usize| tokens.get(at).and_then(|token: &Token| text.get(token.span.clone())).unwrap_or_default();
    let mut scopes: Vec<String> = Vec::new();
    let (mut package, mut found, mut start) = (String::new(), Vec::new(), 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Symbol(b'{') => {
                let outer = scopes.last().unwrap_or(&package).clone();
                let first = start + usize::from(matches!(word(start), "export" | "local"));
                let is_message = word(first) == "message" && first + 2 == at;
                let name =
                    if outer.is_empty() { word(first + 1).to_owned() } else { format!("{outer}.{}", word(first + 1)) };
                if is_message {
                    found.push((name.clone(), tokens[start].span.start));
                }
                scopes.push(if is_message { name } else { outer });
                start = at + 1;
            }
            Kind::Symbol(b'}') => {
                scopes.pop();
                start = at + 1;
            }
            Kind::Symbol(b';') => {
                if scopes.is_empty() && word(start) == "package" {
                    package = tokens[start + 1..at].iter().filter_map(|token| text.get(token.span.clone())).collect();
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn is_known(text: &str, tokens: &[Token]) -> bool {
    let word = |at: usize| tokens.get(at).and_then(|token: &Token| text.get(token.span.clone())).unwrap_or_default();
    let first = if matches!(word(0), "export" | "local") { word(1) } else { word(0) };
    // A field may be called like a keyword: what it is follows.
    let is_named = tokens.get(1).is_some_and(|token| token.kind != Kind::Symbol(b'='));
    STATEMENTS.contains(&first) && is_named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn innermost(text: &str, part: &str) -> String {
        let at = text.find(part).unwrap();
        statement(text, &(at..at + part.len())).map(|range| text[range].to_owned()).unwrap_or_default()
    }

    #[test]
    fn the_innermost_statement_goes() {
        let text = "syntax = \"proto3\"; import \"a.proto\"; message A { message B { int33 b = 1; } option (o) = { x: { y: 1 } }; \
                    int34 a = 1; } enum E { X = bad; } } message C {";
        assert_eq!(innermost(text, "a.proto"), "import \"a.proto\";");
        assert_eq!(innermost(text, "int33"), "message B { int33 b = 1; }");
        assert!(innermost(text, "y: 1").starts_with("message A {"));
        assert!(innermost(text, "int34").starts_with("message A {"));
        assert_eq!(innermost(text, "bad"), "enum E { X = bad; }");
        assert_eq!(innermost(text, "syntax"), "");
        assert_eq!(innermost(text, "C"), "");
    }

    #[test]
    fn messages_have_the_names_of_their_scopes() {
        let text = "package shop.v1; message A { message B { message C {} } B b = 1; oneof o { int32 n = 2; } } local message D {}";
        let names: Vec<String> = messages(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["shop.v1.A", "shop.v1.A.B", "shop.v1.A.B.C", "shop.v1.D"]);
        assert!(messages("}} message { message").is_empty());
    }
}
