//! Subject and uid templates: `users.{user_id}.created`.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Located, Place, Report};
use crate::lower::filter::{self, Problem};
use crate::model::{FieldPath, ScalarKind, Template, TemplatePart};

/// Why a template may not name a field. A `depth` is an index into the path's names.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldProblem {
    /// The payload has no such field.
    Unknown {
        /// The name that is not there.
        depth: usize,
        /// The names that are.
        known: Vec<String>,
    },
    /// Not every payload has the field.
    Optional {
        /// The name that may be absent.
        depth: usize,
    },
    /// A protobuf field that may be absent on the wire, and of which messages know whether it is.
    HasPresence {
        /// The name of that field.
        depth: usize,
    },
    /// A field of a protobuf `oneof`.
    InOneof {
        /// The name of that field.
        depth: usize,
    },
    /// The path goes on, but what stands there has no fields.
    NotObject {
        /// The last name before it.
        depth: usize,
        /// With an article: `a string`.
        found: String,
    },
    /// The path ends at something that is neither string, integer nor boolean.
    NotScalar {
        /// With an article: `an object`.
        found: String,
    },
}

/// What the fields of an event's payload are.
pub type Lookup<'a> = dyn Fn(&[String]) -> Result<ScalarKind, FieldProblem> + 'a;

/// A subject: tokens between dots, none of them empty, no wildcard, no white space.
pub fn subject(text: &Located<String>, lookup: &Lookup, report: &mut Report) -> Option<Template> {
    let pieces = split(text, report)?;
    let mut is_sound = true;
    for (token, range) in tokens(&text.value) {
        if let Some(Problem { code, message, help }) = token_problem(token, range.start == 0) {
            is_sound = false;
            report.push(Diagnostic::error(code, part(text, range), message).help(help));
        }
    }
    let template = resolve(text, pieces, lookup, report)?;
    is_sound.then_some(template)
}

/// A deduplication id: any text.
pub fn uid(text: &Located<String>, lookup: &Lookup, report: &mut Report) -> Option<Template> {
    let pieces = split(text, report)?;
    if !text.value.contains('{') {
        let message = if text.value.is_empty() { "the template is empty" } else { "the template has no field" };
        report.push(Diagnostic::error("WN0429", text.place.clone(), message).help(
            "all events would be duplicates of the first; name the fields that tell them apart, such as `{user_id}`",
        ));
        return None;
    }
    // A number without a name would be no text: such events would be duplicates of each other.
    let named = |path: &[String]| match lookup(path)? {
        ScalarKind::Enum => Err(FieldProblem::NotScalar { found: "an enumeration".to_owned() }),
        kind => Ok(kind),
    };
    resolve(text, pieces, &named, report)
}

/// A piece of a template, by its bytes; a field's range leaves the braces out.
enum Piece {
    Literal(Range<usize>),
    Field(Range<usize>),
}

fn split(text: &Located<String>, report: &mut Report) -> Option<Vec<Piece>> {
    let value = text.value.as_str();
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut wrong = |at: usize, message: &str| {
        let place = part(text, at..at + 1);
        report.push(Diagnostic::error("WN0410", place, message).help("a field is written `{name}` or `{outer.inner}`"));
        None
    };
    while at < value.len() {
        let open = value[at..].find(['{', '}']).map_or(value.len(), |offset| at + offset);
        if open > at {
            pieces.push(Piece::Literal(at..open));
        }
        if open == value.len() {
            break;
        }
        if value[open..].starts_with('}') {
            return wrong(open, "a `}` without its `{`");
        }
        match value[open + 1..].find(['{', '}']).map(|offset| open + 1 + offset) {
            Some(close) if close == open + 1 => return wrong(open, "there is no name in the braces"),
            Some(close) if value[close..].starts_with('}') => {
                pieces.push(Piece::Field(open + 1..close));
                at = close + 1;
            }
            _ => return wrong(open, "a `{` without its `}`"),
        }
    }
    Some(pieces)
}

fn resolve(text: &Located<String>, pieces: Vec<Piece>, lookup: &Lookup, report: &mut Report) -> Option<Template> {
    let mut parts = Vec::new();
    let mut is_sound = true;
    for piece in pieces {
        match piece {
            Piece::Literal(range) => parts.push(TemplatePart::Literal(text.value[range].to_owned())),
            Piece::Field(range) => {
                let names: Vec<String> = text.value[range.clone()].split('.').map(str::to_owned).collect();
                match lookup(&names) {
                    Ok(kind) => parts.push(TemplatePart::Field(FieldPath { names, kind })),
                    Err(problem) => {
                        is_sound = false;
                        report.push(explain(&names, problem, part(text, range)));
                    }
                }
            }
        }
    }
    is_sound.then_some(Template { parts })
}

fn explain(names: &[String], problem: FieldProblem, place: Place) -> Diagnostic {
    let path = |depth: usize| names[..=depth.min(names.len() - 1)].join(".");
    match problem {
        FieldProblem::Unknown { depth, known } => {
            let diagnostic = Diagnostic::error("WN0412", place, format!("the payload has no field `{}`", path(depth)));
            let help = match known.is_empty() {
                true => "there are no fields that every payload is known to have".to_owned(),
                false => format!("fields there: {}", list(&known)),
            };
            diagnostic.help(help).suggest(&names[depth.min(names.len() - 1)], known.iter().map(String::as_str))
        }
        FieldProblem::Optional { depth } => {
            Diagnostic::error("WN0413", place, format!("not every payload has the field `{}`", path(depth))).help(
                format!(
                    "list `{}` under `required` of an object (`type`), or leave it out of the template",
                    names[depth.min(names.len() - 1)]
                ),
            )
        }
        FieldProblem::HasPresence { depth } => {
            let name = &names[depth.min(names.len() - 1)];
            Diagnostic::error("WN0413", place, format!("not every message has the field `{}`", path(depth))).help(format!(
                "require `{name}` by `[(buf.validate.field).required = true]`; or declare it without `optional` \
                 (under editions with `field_presence = IMPLICIT`), if it is not a message; or leave it out of the template",
            ))
        }
        FieldProblem::InOneof { depth } => {
            Diagnostic::error("WN0413", place, format!("not every message has the field `{}`", path(depth)))
                .help("a field of a `oneof` cannot be named; leave it out of the template")
        }
        FieldProblem::NotObject { depth, found } => {
            Diagnostic::error("WN0414", place, format!("`{}` is {found}: there are no fields in it", path(depth)))
        }
        FieldProblem::NotScalar { found } => {
            Diagnostic::error("WN0414", place, format!("`{}` is {found}", names.join(".")))
                .help("a template may name strings, integers and booleans; a subject enumerations of protobuf, too")
        }
    }
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 12 { format!("{shown}, ...") } else { shown }
}

/// The tokens of a subject with their places in it; dots inside of braces separate nothing.
fn tokens(subject: &str) -> Vec<(&str, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut in_field = false;
    for (at, character) in subject.char_indices() {
        in_field = (in_field || character == '{') && character != '}';
        if character == '.' && !in_field {
            tokens.push((&subject[start..at], start..at));
            start = at + 1;
        }
    }
    tokens.push((&subject[start..], start..subject.len()));
    tokens
}

fn token_problem(token: &str, is_first: bool) -> Option<Problem> {
    let literal = || token.split('{').flat_map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after).chars());
    filter::token_problem(token, literal(), is_first).or_else(|| {
        let wildcard = literal().find(|character| matches!(character, '*' | '>'))?;
        let message = format!("`{wildcard}` is a wildcard: an event is published to one subject");
        Some(Problem::new("WN0417", message, "name the field that stands there, such as `users.{user_id}`"))
    })
}

/// The place of a part of the text, where the file has it unescaped; otherwise that of the whole.
fn part(text: &Located<String>, range: Range<usize>) -> Place {
    let written = text.place.file.text.get(text.place.span.clone()).unwrap_or_default();
    let Some(start) = written.find(text.value.as_str()).filter(|start| *start <= 1 && !text.value.is_empty()) else {
        return text.place.clone();
    };
    let start = text.place.span.start + start;
    let end = if range.is_empty() { range.end + 1 } else { range.end };
    Place { file: text.place.file.clone(), span: start + range.start..(start + end).min(text.place.span.end) }
}
