//! Sources and settings become one [`EventModel`]. The two front ends, `json_event` and `protobuf`, do not know each other.

mod codegen;
mod declaration;
pub mod encoding;
mod event;
mod externs;
pub mod field;
pub mod filter;
mod json_event;
mod lost_message;
mod message_option;
mod messages;
mod once;
mod overrides;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod rust_note;
mod salvage;
mod service;
mod source;
mod stream;
pub mod template;

/// The file that declares the option `(walnats.event)`: the name that an `import` says, and its text.
#[cfg(feature = "protobuf")]
pub use protobuf::OWN_PROTOS;

use std::collections::BTreeMap;

use declaration::{Declared, Known, Message};
use event::{LocatedEvent, RawEvent};
use externs::Externs;
use json_event::Schemas;
pub use lost_message::LostMessage;
use messages::Messages;
pub use salvage::{LostEvent, Salvage, Unreadable, salvage};
use source::Declaration;

use crate::diagnostic::{Report, Stopped};
use crate::load::SourceSet;
use crate::model::{EventModel, Payload, ProtobufModel};
use crate::settings::{ReadName, Settings, Text};

/// Makes the model of everything that was read.
///
/// # Errors
/// [`Stopped`], if anything is wrong with it; the report says what.
pub fn lower(sources: &SourceSet, settings: &Settings, report: &mut Report) -> Result<EventModel, Stopped> {
    let at = |text: &Text| settings.place(text);
    overrides::check(&settings.events, &at, report);
    let messages = Messages::lower(sources, report);
    let declared = declared(sources, settings, &messages, report);
    let mut declarations = source::events(&sources.documents, &declared.json, report);
    declarations.extend(declared.json);

    let mut registry = json_event::registry(sources, settings, report);
    let (schemas, mut events) = json_event::lower(&mut registry, sources, settings, &declarations, report);
    events.extend(messages.events(&declared.messages));
    // Events may be missing; whoever names them is not to blame.
    report.stop()?;
    let options = |message: &str, option: &str| messages.option(message, option);
    overrides::apply(&mut events, &settings.events, (&at, &options), report);
    event::check_names(&mut events, report);
    events.sort_by(|a, b| a.name.cmp(&b.name));

    let mut events: Vec<LocatedEvent> =
        events.into_iter().filter_map(|raw| finish(raw, &schemas, &messages, report)).collect();
    report.stop()?;
    let names: Vec<&str> = events.iter().map(|event| event.event.name.as_str()).collect();
    let services = service::services(&settings.services, &names, &settings.file, report);
    let streams = stream::streams(&events, settings, report);
    json_event::bundle(&mut registry, &mut events, &declarations, sources);

    let mut model = assemble(schemas, events, &declarations, settings);
    (model.streams, model.services) = (streams, services);
    let externs = Externs::read(&settings.codegen.externs, &at, report);
    let reached = messages.reached(&model.events);
    externs.check_messages(&reached, &model.events, &at, report);
    model.protobuf = messages.model(&model.events, &externs.of_messages(), report);
    model.options = codegen::options(&settings.codegen, &model, &at, report);
    model.options.externs = externs.of_schemas((&model, &sources.documents), &reached, &at, report);
    report.stop()?;
    Ok(model)
}

/// The protobuf files of a package that compile, and what they import: an encoded `google.protobuf.FileDescriptorSet` with
/// source info and custom options. `None` where there are none.
pub fn descriptors(sources: &SourceSet) -> Option<Vec<u8>> {
    Messages::lower(sources, &mut Report::default()).descriptors()
}

/// The messages that `roots` reach, by full names, whether they are events or not. `None` where there are no protobuf files.
pub fn messages(sources: &SourceSet, roots: &[&str]) -> Option<ProtobufModel> {
    Messages::lower(sources, &mut Report::default()).model_of(roots)
}

/// What is wrong with the rules of `buf.validate` in the protobuf files that compile, in messages that no event reaches, too.
pub fn rules_report(sources: &SourceSet) -> Report {
    Messages::lower(sources, &mut Report::default()).rules_report()
}

/// The protobuf files that are written in an edition, by name, with the number that `google.protobuf.Edition` gives it: what
/// [`descriptors`] returns has them as proto2 or proto3.
pub fn editions(sources: &SourceSet) -> std::collections::BTreeMap<String, i32> {
    Messages::editions(sources)
}

/// An event with its templates resolved; `None` after a finding.
fn finish(raw: RawEvent, schemas: &Schemas, messages: &Messages, report: &mut Report) -> Option<LocatedEvent> {
    let payload = raw.payload.clone();
    let lookup = |path: &[String]| match &payload {
        Payload::Json(schema) => field::json_field(&schemas.set, *schema, path),
        Payload::Protobuf(message) => messages.scalar(message, path),
    };
    event::finish(raw, &lookup, report)
}

/// The model without streams, services, messages and options.
fn assemble(
    schemas: Schemas,
    events: Vec<LocatedEvent>,
    declarations: &[Declaration],
    settings: &Settings,
) -> EventModel {
    let mut model = EventModel {
        sources: json_event::sources(schemas.sources, declarations, &events),
        events: events.into_iter().map(|located| located.event).collect(),
        schemas: schemas.set,
        notes: schemas.notes,
        rust_notes: schemas.rust_notes,
        ..EventModel::default()
    };
    for event in &mut model.events {
        event.read = settings.read(&event.name).map(ReadName::mode).unwrap_or_default();
        if let Payload::Json(schema) = event.payload {
            model.schemas.roots.insert(event.name.clone(), schema);
        }
    }
    model
}

/// The events that `walnats.toml` declares.
fn declared(sources: &SourceSet, settings: &Settings, lowered: &Messages, report: &mut Report) -> Declared {
    let protobuf: Vec<&str> = sources.protobuf.iter().map(|source| source.name.as_str()).collect();
    let names = sources.protobuf.iter().map(|source| (source.file.path.as_str(), source.name.as_str()));
    let names: BTreeMap<&str, &str> = names.collect();
    let messages = lowered.names().into_iter().map(|(name, shown)| {
        let file = names.get(shown.as_str()).map_or(shown.clone(), |&name| name.to_owned());
        Message { name, file }
    });
    let messages: Vec<Message> = messages.collect();
    let options = |message: &str, option: &str| lowered.option(message, option);
    let known = Known { documents: &sources.documents, protobuf: &protobuf, messages: &messages, options: &options };
    let at = |text: &Text| settings.place(text);
    let mut declared = Declared::default();
    for entry in settings.events.iter().filter(|(_, entry)| entry.schema.is_some()) {
        let more = declaration::declare(&known, entry, &at, report);
        declared.json.extend(more.json);
        declared.messages.extend(more.messages);
    }
    declared
}
