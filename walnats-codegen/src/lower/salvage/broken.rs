//! Where errors are: which schemas and keywords they leave without a meaning.

use std::collections::BTreeMap;

use walnats_schema::SchemaId;

use super::Unreadable;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::load::{Member, Node, NodeValue, SourceSet};
use crate::model::Annotations;

/// Errors that take the meaning from one keyword, and leave it to the rest of the schema.
const OF_A_KEYWORD: [&str; 14] = [
    "WN0104", "WN0108", "WN0119", "WN0201", "WN0202", "WN0203", "WN0204", "WN0205", "WN0210", "WN0211", "WN0212",
    "WN0302", "WN0303", "WN0315",
];
/// Those of them after which the keyword has a value all the same: the last of several, another number, or no alternative.
const WITH_A_VALUE: [&str; 4] = ["WN0104", "WN0108", "WN0119", "WN0315"];
/// Errors in schemas that have a meaning all the same: an unknown keyword asks for nothing, what contradicts itself allows
/// nothing, and the names of Rust types are not in any payload. Users may make errors of warnings, too.
const HARMLESS: [&str; 17] = [
    "WN0206", "WN0208", "WN0304", "WN0305", "WN0306", "WN0307", "WN0308", "WN0309", "WN0310", "WN0311", "WN0312",
    "WN0313", "WN0314", "WN0316", "WN0317", "WN0456", "WN0457",
];
/// Keywords that ask nothing of payloads.
const ANNOTATIONS: [&str; 8] =
    ["$comment", "default", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"];
/// Keywords whose members are schemas.
const OF_SCHEMAS: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

fn is_harmless(code: &str) -> bool {
    let of_rust = "WN0445".."WN0448";
    let of_types = "WN0458".."WN0470";
    HARMLESS.contains(&code) || of_rust.contains(&code) || of_types.contains(&code) || code.starts_with("WN06")
}

/// What errors leave without a meaning.
#[derive(Default)]
pub(super) struct Broken<'r> {
    /// The schemas of which nothing is left.
    pub(super) whole: BTreeMap<SchemaId, &'r Diagnostic>,
    /// The parts of others; sorted.
    pub(super) parts: Vec<Unreadable>,
    /// The schemas whose `x-walnats` has an error.
    pub(super) options: BTreeMap<SchemaId, &'r Diagnostic>,
}

/// The schemas that errors are in: of those around the place of an error, the innermost.
pub(super) fn broken<'r>(notes: &[Annotations], sources: &SourceSet, report: &'r Report) -> Broken<'r> {
    let mut broken = Broken::default();
    let errors = report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    for error in errors.filter(|error| !is_harmless(error.code)) {
        let (file, span) = (&error.place.file.path, &error.place.span);
        let is_around = |note: &Annotations| {
            let is_in = note.place.span.start <= span.start && span.end <= note.place.span.end;
            // An empty range at 0 means the whole file.
            note.place.file.path == *file && (is_in || (*span == (0..0) && note.path.is_empty()))
        };
        let around = (0..).map(SchemaId).zip(notes).filter(|(_, note)| is_around(note));
        let Some((schema, note)) = around.min_by_key(|(_, note)| note.place.span.len()) else { continue };
        if error.code == "WN0301" {
            broken.part(schema, None, error);
            continue;
        }
        let Some(member) = member_at(note, sources, error) else {
            broken.whole.entry(schema).or_insert(error);
            continue;
        };
        match member.name.as_str() {
            "x-walnats" => drop(broken.options.entry(schema).or_insert(error)),
            name if ANNOTATIONS.contains(&name) => {}
            // One of the schemas that a keyword names is there twice.
            name if error.code == "WN0104" && OF_SCHEMAS.contains(&name) && !is_name_of(member, error) => {
                let Some(inner) = named_at(&member.value, error) else { continue };
                let path = [note.path.as_slice(), &[name.to_owned(), inner.to_owned()]].concat();
                let found = (0..)
                    .map(SchemaId)
                    .zip(notes)
                    .find(|(_, other)| other.document == note.document && other.path == path);
                match found {
                    Some((schema, _)) => broken.part(schema, None, error),
                    // Nothing reaches a definition that is not among the schemas.
                    None if matches!(name, "$defs" | "definitions") => {}
                    None => broken.part(schema, Some(name), error),
                }
            }
            name if OF_A_KEYWORD.contains(&error.code) && has_meaning_alone(name) => {
                broken.part(schema, Some(name), error);
            }
            _ => drop(broken.whole.entry(schema).or_insert(error)),
        }
    }
    broken.parts.sort_by(|a, b| (a.schema, &a.keyword).cmp(&(b.schema, &b.keyword)));
    broken
}

impl Broken<'_> {
    fn part(&mut self, schema: SchemaId, keyword: Option<&str>, error: &Diagnostic) {
        let is_known = self.parts.iter().any(|known| known.schema == schema && known.keyword.as_deref() == keyword);
        if !is_known {
            self.parts.push(Unreadable { schema, keyword: keyword.map(str::to_owned), error: error.clone() });
        }
    }
}

/// The sources without the parts that have a value which nobody means; `None` if there are none.
pub(super) fn without_values(sources: &SourceSet, notes: &[Annotations], report: &Report) -> Option<SourceSet> {
    let has_value = |found: &Diagnostic| found.severity == Severity::Error && WITH_A_VALUE.contains(&found.code);
    report.diagnostics.iter().find(|found| has_value(found))?;
    let parts = broken(notes, sources, report).parts;
    let mut parts = parts.iter().filter(|part| WITH_A_VALUE.contains(&part.error.code)).peekable();
    parts.peek()?;
    let mut sources = sources.clone();
    for part in parts {
        let Some(note) = notes.get(part.schema.0 as usize) else { continue };
        let Some(document) = sources.documents.get_mut(note.document.0) else { continue };
        let Some(schema) = descendant_mut(&mut document.root, &note.path) else { continue };
        if let NodeValue::Object(members) = &mut schema.value {
            members.retain(|member| part.keyword.as_ref().is_some_and(|keyword| member.name != *keyword));
        }
    }
    Some(sources)
}

fn descendant_mut<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, step| match &mut node.value {
        NodeValue::Object(members) => {
            members.iter_mut().find(|member| member.name == *step).map(|member| &mut member.value)
        }
        NodeValue::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// What identifies a schema, or says how to read it, is not a part of it alone.
fn has_meaning_alone(name: &str) -> bool {
    matches!(name, "$ref" | "$dynamicRef" | "$recursiveRef") || !name.starts_with('$')
}

/// The keyword that an error is in.
fn member_at<'s>(note: &Annotations, sources: &'s SourceSet, error: &Diagnostic) -> Option<&'s Member> {
    let schema = sources.documents.get(note.document.0)?.root.descendant(&note.path)?;
    let span = &error.place.span;
    let is_around = |member: &&Member| member.name_span.start <= span.start && span.end <= member.value.span.end;
    // Of names that are there more than twice, the last is left.
    let repeated = || schema.member(&name_at(error)?);
    schema.members().iter().find(is_around).or_else(repeated)
}

/// Whether an error is about the name of a member itself.
fn is_name_of(member: &Member, error: &Diagnostic) -> bool {
    let is_outside = error.place.span.start < member.value.span.start;
    is_outside || name_at(error).is_some_and(|name| member.value.get(&name).is_none())
}

/// The member whose name is there twice.
fn named_at<'n>(node: &'n Node, error: &Diagnostic) -> Option<&'n str> {
    node.member(&name_at(error)?).map(|member| member.name.as_str())
}

/// The name that is there twice, as it is written in JSON or YAML.
fn name_at(error: &Diagnostic) -> Option<String> {
    let text = error.place.file.text.get(error.place.span.clone())?;
    let unquoted = text.trim_matches(['"', '\'']);
    let parsed = serde_json::from_str::<String>(text).ok();
    Some(parsed.unwrap_or_else(|| unquoted.to_owned())).filter(|_| error.code == "WN0104")
}
