//! JSON (RFC 8259), to the letter: no comments, no trailing commas, no repeated names.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Document, MAX_DEPTH, Member, Node, NodeValue, number, syntax};
use crate::read::diagnostic::{Diagnostic, Place, Report, SourceFile};

/// Parses the text of `file`; `None` after a finding that leaves no tree.
pub fn parse_json(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Document> {
    parse(file, name, report).and_then(Result::ok)
}

/// The same, with the largest number in place of those that are larger, each of which is a finding.
pub fn parse_json_leniently(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Document> {
    parse(file, name, report).map(|document| document.unwrap_or_else(|replaced| replaced))
}

/// As an error, a tree with other numbers than those of the file.
fn parse(file: Arc<SourceFile>, name: &str, report: &mut Report) -> Option<Result<Document, Document>> {
    let text = file.text.as_str();
    let ast = match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(ast) => ast,
        Err(error) => {
            let range = error.range();
            report.push(not_json(&file, range.start..range.end, &error.kind().to_string()));
            return None;
        }
    };
    // The parser above knows places but lets raw control characters and exotic white space pass; serde_json does not.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let at = syntax::offset(text, error.line(), error.column());
        report.push(not_json(&file, at..at, &syntax::without_position(&error.to_string())));
        return None;
    }
    let mut builder = Builder { file: &file, report, has_replaced: false };
    let root = builder.node(ast.value?, 0)?;
    let has_replaced = builder.has_replaced;
    let document = Document { file, name: name.to_owned(), root };
    Some(if has_replaced { Err(document) } else { Ok(document) })
}

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

fn not_json(file: &Arc<SourceFile>, span: Range<usize>, message: &str) -> Diagnostic {
    let place = Place { file: Arc::clone(file), span: syntax::visible(&file.text, span) };
    Diagnostic::error("WN0102", place, format!("not valid JSON: {}", syntax::lower_first(message)))
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    report: &'a mut Report,
    /// Whether a number stands for a larger one.
    has_replaced: bool,
}

impl Builder<'_> {
    fn node(&mut self, value: Value, depth: usize) -> Option<Node> {
        let range = value.range();
        let span = range.start..range.end;
        if depth > MAX_DEPTH {
            self.report.push(syntax::too_deep(self.place(span)));
            return None;
        }
        let value = match value {
            Value::NullKeyword(_) => NodeValue::Null,
            Value::BooleanLit(literal) => NodeValue::Bool(literal.value),
            Value::NumberLit(literal) => {
                let place = self.place(span.clone());
                NodeValue::Number(number::parse(literal.value, place, self.report).unwrap_or_else(|largest| {
                    self.has_replaced = true;
                    largest
                }))
            }
            Value::StringLit(literal) => NodeValue::String(literal.value.into_owned()),
            Value::Array(array) => {
                let items = array.elements.into_iter().map(|item| self.node(item, depth + 1));
                NodeValue::Array(items.collect::<Option<_>>()?)
            }
            Value::Object(object) => NodeValue::Object(self.members(object.properties, depth + 1)?),
        };
        Some(Node { span, value })
    }

    fn members(&mut self, properties: Vec<ObjectProp>, depth: usize) -> Option<Vec<Member>> {
        let mut members = Members::of(properties.len());
        for property in properties {
            let range = property.name.range();
            let name = match property.name {
                ObjectPropName::String(literal) => literal.value.into_owned(),
                ObjectPropName::Word(literal) => literal.value.to_owned(),
            };
            let value = self.node(property.value, depth)?;
            members.push(Member { name, name_span: range.start..range.end, value }, self.file, self.report);
        }
        Some(members.list)
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), span }
    }
}

/// Collects members and reports repeated names.
#[derive(Default)]
pub(super) struct Members {
    pub(super) list: Vec<Member>,
    /// Where each name stands in the list, if they are many.
    seen: HashMap<String, usize>,
}

/// Up to how many members a name is looked for one by one.
const FEW: usize = 16;

/// Members that say nothing about instances when their values are texts.
const PROSE: [&str; 3] = ["$comment", "description", "title"];

impl Members {
    fn of(count: usize) -> Self {
        Self { list: Vec::with_capacity(count), seen: HashMap::new() }
    }

    pub(super) fn push(&mut self, member: Member, file: &Arc<SourceFile>, report: &mut Report) {
        let place = |span: &Range<usize>| Place { file: Arc::clone(file), span: span.clone() };
        let Some(index) = self.position(&member.name) else {
            self.list.push(member);
            return self.note_names();
        };
        let first = &mut self.list[index];
        let prose = PROSE.contains(&member.name.as_str())
            && [&first.value, &member.value].iter().all(|value| value.as_str().is_some());
        let harmless = prose || first.value.to_json() == member.value.to_json();
        let message = format!("`{}` is here twice", member.name);
        let finding = if harmless { Diagnostic::warning } else { Diagnostic::error };
        report.push(
            finding("WN0104", place(&member.name_span), message)
                .related(place(&first.name_span), "first here")
                .help("readers disagree on which one counts; remove one"),
        );
        // As most readers have it, and so do Rust, JavaScript and Python.
        *first = member;
    }

    fn position(&self, name: &str) -> Option<usize> {
        match self.seen.is_empty() {
            true => self.list.iter().position(|member| member.name == name),
            false => self.seen.get(name).copied(),
        }
    }

    /// Notes the names that are not noted yet, once they are many.
    fn note_names(&mut self) {
        if self.list.len() > FEW {
            let unnoted = self.list.iter().enumerate().skip(self.seen.len());
            self.seen.extend(unnoted.map(|(index, member)| (member.name.clone(), index)));
        }
    }
}
