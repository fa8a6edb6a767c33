//! What can be used of a package that has errors: the revision that another one is compared with is as it is.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{SchemaId, SchemaSet};

use super::event::{self, LocatedEvent};
use super::messages::Messages;
use super::{assemble, declared, finish, json_event, overrides, service, source, stream};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::load::{ProtobufSource, SourceSet};
use crate::model::{Annotations, EventModel, Payload};
use crate::settings::{Settings, Text};

/// What could be lowered of a package, and what could not.
#[derive(Clone, Debug, Default)]
pub struct Salvage {
    /// The events that no error concerns. It says nothing of the Rust that comes out.
    pub model: EventModel,
    /// The events of which an error leaves nothing to compare; sorted by name.
    pub lost: Vec<LostEvent>,
    /// The parts of the model's schemas that have no meaning, by schema. The schemas are there without them.
    pub unreadable: Vec<Unreadable>,
    /// All errors, those that concern no event too.
    pub errors: Vec<Diagnostic>,
    /// The protobuf messages that do not compile, or that need one that does not.
    pub lost_messages: Vec<LostMessage>,
    /// The protobuf files that the model is made of: without what does not compile, and else as they are.
    pub protobuf: Vec<ProtobufSource>,
}

/// A part of a schema that has no meaning: a reference to nothing, a pattern that does not compile, a keyword with a wrong value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The schema that it is in.
    pub schema: SchemaId,
    /// Its keyword; `None` for all of the schema.
    pub keyword: Option<String>,
    /// What is wrong with it.
    pub error: Diagnostic,
}

/// Errors that take the meaning from one keyword, and leave it to the rest of the schema.
const OF_A_KEYWORD: [&str; 8] = ["WN0201", "WN0202", "WN0203", "WN0210", "WN0211", "WN0301", "WN0302", "WN0303"];
/// Errors in schemas that have a meaning all the same: an unknown keyword asks for nothing, what contradicts itself allows
/// nothing, and the names of Rust types are not in any payload. Users may make errors of warnings, too.
const HARMLESS: [&str; 17] = [
    "WN0206", "WN0208", "WN0304", "WN0305", "WN0306", "WN0307", "WN0308", "WN0309", "WN0310", "WN0311", "WN0312",
    "WN0313", "WN0314", "WN0316", "WN0317", "WN0456", "WN0457",
];

fn is_harmless(code: &str) -> bool {
    let of_rust = "WN0445".."WN0448";
    let of_types = "WN0458".."WN0470";
    HARMLESS.contains(&code) || of_rust.contains(&code) || of_types.contains(&code) || code.starts_with("WN06")
}

/// An event that could not be lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostEvent {
    /// Its name.
    pub name: String,
    /// The first error that concerns it.
    pub error: Diagnostic,
}

/// A protobuf message that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostMessage {
    /// Its full name: `shop.v1.OrderPlaced`.
    pub name: String,
    /// The first error that concerns it.
    pub error: Diagnostic,
}

/// Lowers the events that no error concerns. `found` is what reading has found, which is not stopped at.
pub fn salvage(sources: &SourceSet, settings: &Settings, found: &Report) -> Salvage {
    let mut report = found.clone();
    let at = |text: &Text| settings.place(text);
    let is_error = |found: &Diagnostic| found.severity == Severity::Error;
    let before = report.diagnostics.iter().filter(|found| is_error(found)).count();
    let mut messages = Messages::lower(sources, &mut report);
    let (mut protobuf, mut lost_messages) = (sources.protobuf.clone(), Vec::new());
    if report.diagnostics.iter().filter(|found| is_error(found)).count() > before {
        (protobuf, lost_messages) = Messages::sound(sources);
        let sound = SourceSet { protobuf: protobuf.clone(), ..SourceSet::default() };
        messages = Messages::lower(&sound, &mut Report::default());
    }
    let declared = declared(sources, settings, &messages, &mut report);
    let mut declarations = source::events(&sources.documents, &declared.json, &mut report);
    declarations.extend(declared.json);
    let mut registry = json_event::registry(sources, settings, &mut report);
    let (schemas, mut events) = json_event::lower(&mut registry, sources, settings, &declarations, &mut report);
    events.extend(messages.events(&declared.messages));
    let options = |message: &str, option: &str| messages.option(message, option);
    overrides::apply(&mut events, &settings.events, (&at, &options), &mut Report::default());
    event::check_names(&mut events, &mut report);

    let (broken, unreadable) = broken(&schemas.notes, sources, &report);
    let mut lost: BTreeMap<String, Diagnostic> = BTreeMap::new();
    let (mut sound, mut late): (Vec<LocatedEvent>, Vec<Diagnostic>) = Default::default();
    for raw in events {
        let name = raw.name.clone();
        if let Payload::Json(schema) = raw.payload
            && let Some(error) = first_error(&schemas.set, schema, &broken)
        {
            lost.insert(name, error.clone());
            continue;
        }
        let mut own = Report::default();
        match finish(raw, &schemas, &messages, &mut own) {
            Some(event) => sound.push(event),
            None => {
                lost.extend(own.diagnostics.first().map(|error| (name, error.clone())));
                late.append(&mut own.diagnostics);
            }
        }
    }
    sound.sort_by(|a, b| a.event.name.cmp(&b.event.name));
    // A service may name an event that is lost, and is of use without it.
    let names: Vec<&str> = sound.iter().map(|event| event.event.name.as_str()).collect();
    let services = service::services(&settings.services, &names, &settings.file, &mut Report::default());
    let streams = stream::streams(&sound, settings, &mut Report::default());
    json_event::bundle(&mut registry, &mut sound, &declarations, sources);

    let mut model = assemble(schemas, sound, &declarations);
    (model.streams, model.services) = (streams, services);
    model.protobuf = messages.model(&model.events, &BTreeMap::new(), &mut Report::default());
    report.diagnostics.append(&mut late);
    report.sort();
    let lost = lost.into_iter().map(|(name, error)| LostEvent { name, error }).collect();
    let errors = report.diagnostics.into_iter().filter(is_error).collect();
    Salvage { model, lost, unreadable, errors, lost_messages, protobuf }
}

/// The schemas that errors are in: of those around the place of an error, the innermost. Those of which nothing is left, and
/// the parts of others that have no meaning.
fn broken<'r>(
    notes: &[Annotations],
    sources: &SourceSet,
    report: &'r Report,
) -> (BTreeMap<SchemaId, &'r Diagnostic>, Vec<Unreadable>) {
    let (mut broken, mut unreadable): (BTreeMap<SchemaId, &Diagnostic>, Vec<Unreadable>) = Default::default();
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
        let keyword = keyword_at(note, sources, error);
        match (error.code, keyword) {
            ("WN0301", _) => unreadable.push(Unreadable { schema, keyword: None, error: error.clone() }),
            (code, Some(keyword)) if OF_A_KEYWORD.contains(&code) => {
                let is_known = unreadable
                    .iter()
                    .any(|known| known.schema == schema && known.keyword.as_deref() == Some(keyword.as_str()));
                if !is_known {
                    unreadable.push(Unreadable { schema, keyword: Some(keyword), error: error.clone() });
                }
            }
            _ => drop(broken.entry(schema).or_insert(error)),
        }
    }
    unreadable.sort_by(|a, b| (a.schema, &a.keyword).cmp(&(b.schema, &b.keyword)));
    (broken, unreadable)
}

/// The keyword that an error is in. What identifies a schema, or says how to read it, is not a part of it alone.
fn keyword_at(note: &Annotations, sources: &SourceSet, error: &Diagnostic) -> Option<String> {
    let schema = sources.documents.get(note.document.0)?.root.descendant(&note.path)?;
    let span = &error.place.span;
    let is_around = |start: usize, end: usize| start <= span.start && span.end <= end;
    let mut members = schema.members().iter();
    let name = &members.find(|member| is_around(member.name_span.start, member.value.span.end))?.name;
    let is_reference = matches!(name.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef");
    (is_reference || !name.starts_with('$')).then(|| name.clone())
}

fn first_error<'r>(
    set: &SchemaSet,
    root: SchemaId,
    broken: &BTreeMap<SchemaId, &'r Diagnostic>,
) -> Option<&'r Diagnostic> {
    if broken.is_empty() {
        return None;
    }
    let (mut waiting, mut seen) = (vec![root], BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            if let Some(error) = broken.get(&id) {
                return Some(error);
            }
            waiting.extend(set.get(id).children());
        }
    }
    None
}
