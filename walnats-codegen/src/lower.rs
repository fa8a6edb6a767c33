//! Sources and configuration become one [`EventModel`]. The two front ends, `json_schema` and `protobuf`, do not know each other.

mod bundle;
mod codegen;
mod declaration;
pub mod event;
pub mod field;
pub mod filter;
mod json_event;
pub mod json_schema;
mod messages;
mod once;
mod overrides;
mod pattern;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod service;
mod source;
mod stream;
pub mod template;

use std::sync::Arc;

use declaration::{Declared, Known};
use event::{LocatedEvent, RawEvent};
use messages::Messages;
pub(crate) use pattern::capture;

use crate::diagnostic::{Report, SourceFile};
use crate::load::SourceSet;
use crate::model::{EventModel, Payload};
use crate::settings::{Settings, Text};

/// Makes the model of everything that was read; `file` is `walnats.toml`, for places. What comes out is only worth using
/// when there are no errors.
pub fn lower(sources: &SourceSet, settings: &Settings, file: &Arc<SourceFile>, report: &mut Report) -> EventModel {
    let at = |text: &Text| text.place(file);
    overrides::check(&settings.events, &at, report);
    let messages = Messages::lower(sources, report);
    let declared = declared(sources, settings, &messages, file, report);
    let mut declarations = source::events(&sources.documents, &declared.json, report);
    declarations.extend(declared.json);

    let mut registry = json_event::registry(sources, settings, report);
    let (lowered, mut events) = json_event::lower(&mut registry, sources, settings, &declarations, report);
    events.extend(messages.events(&declared.messages));
    if report.has_errors() {
        // Events may be missing; whoever names them is not to blame.
        return EventModel::default();
    }
    overrides::apply(&mut events, &settings.events, &at, report);
    event::check_names(&mut events, report);
    events.sort_by(|a, b| a.name.cmp(&b.name));

    let finish = |raw: RawEvent| {
        let payload = raw.payload.clone();
        let lookup = |path: &[String]| match &payload {
            Payload::Json(schema) => field::json_field(&lowered.schemas, *schema, path),
            Payload::Protobuf(message) => messages.scalar(message, path),
        };
        event::finish(raw, &lookup, report)
    };
    let mut events: Vec<LocatedEvent> = events.into_iter().filter_map(finish).collect();
    if report.has_errors() {
        return EventModel::default();
    }
    let names: Vec<&str> = events.iter().map(|event| event.event.name.as_str()).collect();
    let services = service::services(&settings.services, &names, file, report);
    let streams = stream::streams(&events, settings, file, report);
    json_event::bundle(&mut registry, &mut events, &declarations, sources);

    let mut model = EventModel {
        sources: json_event::sources(lowered.sources, &declarations, &events),
        events: events.into_iter().map(|located| located.event).collect(),
        schemas: lowered.schemas,
        notes: lowered.notes,
        protobuf: messages.into_model(),
        streams,
        services,
        ..EventModel::default()
    };
    model.options = codegen::options(&settings.codegen, &model, &at, report);
    for event in &model.events {
        if let Payload::Json(schema) = event.payload {
            model.schemas.roots.insert(event.name.clone(), schema);
        }
    }
    model
}

/// The events that `walnats.toml` declares.
fn declared(
    sources: &SourceSet,
    settings: &Settings,
    messages: &Messages,
    file: &Arc<SourceFile>,
    report: &mut Report,
) -> Declared {
    let known = Known { documents: &sources.documents, messages: &messages.names() };
    let at = |text: &Text| text.place(file);
    let mut declared = Declared::default();
    for entry in settings.events.iter().filter(|(_, entry)| entry.schema.is_some()) {
        let more = declaration::declare(&known, entry, &at, report);
        declared.json.extend(more.json);
        declared.messages.extend(more.messages);
    }
    declared
}
