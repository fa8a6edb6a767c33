//! What can be used of a package that has errors: the revision that another one is compared with is as it is.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{SchemaId, SchemaSet};

use super::event::{self, LocatedEvent};
use super::messages::Messages;
use super::{assemble, declared, finish, json_event, overrides, service, source, stream};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::load::SourceSet;
use crate::model::{Annotations, EventModel, Payload};
use crate::settings::{Settings, Text};

/// What could be lowered of a package, and what could not.
#[derive(Clone, Debug, Default)]
pub struct Salvage {
    /// The events that no error concerns. It says nothing of the Rust that comes out.
    pub model: EventModel,
    /// The events whose own schema, or one that it reaches, has an error; sorted by name.
    pub lost: Vec<LostEvent>,
    /// All errors, those that concern no event too.
    pub errors: Vec<Diagnostic>,
}

/// An event that could not be lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostEvent {
    /// Its name.
    pub name: String,
    /// The first error that concerns it.
    pub error: Diagnostic,
}

/// Lowers the events that no error concerns. `found` is what reading has found, which is not stopped at.
pub fn salvage(sources: &SourceSet, settings: &Settings, found: &Report) -> Salvage {
    let mut report = found.clone();
    let at = |text: &Text| settings.place(text);
    let messages = Messages::lower(sources, &mut report);
    let declared = declared(sources, settings, &messages, &mut report);
    let mut declarations = source::events(&sources.documents, &declared.json, &mut report);
    declarations.extend(declared.json);
    let mut registry = json_event::registry(sources, settings, &mut report);
    let (schemas, mut events) = json_event::lower(&mut registry, sources, settings, &declarations, &mut report);
    events.extend(messages.events(&declared.messages));
    let options = |message: &str, option: &str| messages.option(message, option);
    overrides::apply(&mut events, &settings.events, (&at, &options), &mut Report::default());
    event::check_names(&mut events, &mut report);

    let broken = broken(&schemas.notes, &report);
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
    let is_error = |found: &Diagnostic| found.severity == Severity::Error;
    Salvage { model, lost, errors: report.diagnostics.into_iter().filter(is_error).collect() }
}

/// The schemas that errors are in: of those around the place of an error, the innermost.
fn broken<'r>(notes: &[Annotations], report: &'r Report) -> BTreeMap<SchemaId, &'r Diagnostic> {
    let mut broken = BTreeMap::new();
    for error in report.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        let (file, span) = (&error.place.file.path, &error.place.span);
        let is_around = |note: &Annotations| {
            let is_in = note.place.span.start <= span.start && span.end <= note.place.span.end;
            // An empty range at 0 means the whole file.
            note.place.file.path == *file && (is_in || (*span == (0..0) && note.path.is_empty()))
        };
        let around = (0..).map(SchemaId).zip(notes).filter(|(_, note)| is_around(note));
        let innermost = around.min_by_key(|(_, note)| note.place.span.len());
        if let Some((id, _)) = innermost {
            broken.entry(id).or_insert(error);
        }
    }
    broken
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
