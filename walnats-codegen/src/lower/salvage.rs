//! What can be used of a package that has errors: the revision that another one is compared with is as it is.

mod broken;

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{SchemaId, SchemaSet};

use broken::{Broken, broken};

use super::event::{self, EventOptions, LocatedEvent, RawEvent};
use super::lost_message::LostMessage;
use super::messages::Messages;
use super::{assemble, declared, finish, json_event, overrides, service, source, stream};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::load::{ProtobufSource, SourceSet};
use crate::model::{Event, EventModel, Payload};
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

/// An event that could not be lowered.
#[derive(Clone, Debug)]
pub struct LostEvent {
    /// Its name.
    pub name: String,
    /// The first error that concerns it.
    pub error: Diagnostic,
    /// What it carries, where only its options have errors: its subject and the like are not those of the event.
    pub carried: Option<Box<Event>>,
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
    let lowered = json_event::lower(&mut registry, sources, settings, &declarations, &mut report);
    let readable = broken::without_values(sources, &lowered.0.notes, &report);
    let (mut registry, (schemas, mut events)) = match &readable {
        None => (registry, lowered),
        // Once more without what is there but has no meaning; its errors are known.
        Some(sources) => {
            let mut known = Report::default();
            let mut registry = json_event::registry(sources, settings, &mut known);
            let lowered = json_event::lower(&mut registry, sources, settings, &declarations, &mut known);
            (registry, lowered)
        }
    };
    events.extend(messages.events(&declared.messages));
    let options = |message: &str, option: &str| messages.option(message, option);
    overrides::apply(&mut events, &settings.events, (&at, &options), &mut Report::default());
    event::check_names(&mut events, &mut report);

    let Broken { whole, parts: unreadable, options: misled } = broken(&schemas.notes, sources, &report);
    let mut lost: BTreeMap<String, (Diagnostic, Option<Box<Event>>)> = BTreeMap::new();
    let (mut sound, mut late): (Vec<LocatedEvent>, Vec<Diagnostic>) = Default::default();
    for raw in events {
        let name = raw.name.clone();
        let mut wrong_option = None;
        if let Payload::Json(schema) = raw.payload {
            if let Some(error) = first_error(&schemas.set, schema, &whole) {
                lost.insert(name, (error.clone(), None));
                continue;
            }
            wrong_option = misled.get(&schema).map(|error| (*error).clone());
        }
        let is_json = matches!(raw.payload, Payload::Json(_));
        let plain = is_json.then(|| RawEvent { options: EventOptions::default(), ..raw.clone() });
        let mut own = Report::default();
        let event = finish(raw, &schemas, &messages, &mut own);
        let error = wrong_option.or_else(|| own.diagnostics.first().filter(|_| event.is_none()).cloned());
        match (event, error) {
            (Some(event), None) => sound.push(event),
            (_, Some(error)) => {
                let event = plain.and_then(|raw| finish(raw, &schemas, &messages, &mut Report::default()));
                lost.insert(name, (error, event.map(|located| Box::new(located.event))));
                late.append(&mut own.diagnostics);
            }
            (None, None) => {}
        }
    }
    sound.sort_by(|a, b| a.event.name.cmp(&b.event.name));
    // A service may name an event that is lost, and is of use without it.
    let names: Vec<&str> = sound.iter().map(|event| event.event.name.as_str()).collect();
    let services = service::services(&settings.services, &names, &settings.file, &mut Report::default());
    let streams = stream::streams(&sound, settings, &mut Report::default());
    json_event::bundle(&mut registry, &mut sound, &declarations, sources);

    let mut model = assemble(schemas, sound, &declarations, settings);
    (model.streams, model.services) = (streams, services);
    model.protobuf = messages.model(&model.events, &BTreeMap::new(), &mut Report::default());
    report.diagnostics.append(&mut late);
    report.sort();
    let lost = lost.into_iter().map(|(name, (error, carried))| LostEvent { name, error, carried }).collect();
    let errors = report.diagnostics.into_iter().filter(is_error).collect();
    Salvage { model, lost, unreadable, errors, lost_messages, protobuf }
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
