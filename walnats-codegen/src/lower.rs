//! Sources and configuration become one [`EventModel`]. The two front ends, `json_schema` and `protobuf`, do not know each other.

mod bundle;
mod declaration;
pub mod event;
mod field;
pub mod filter;
pub mod json_schema;
mod messages;
mod pattern;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod service;
mod settings;
mod source;
mod stream;
pub mod template;

use std::sync::Arc;

use declaration::{Declared, Known};
use event::{LocatedEvent, RawEvent};
use json_schema::{Draft, LowerOptions, Lowered, SchemaRoot, UnknownKeywords};
use messages::Messages;
use source::Declaration;

use crate::config::{CodegenSettings, DraftName, Formats, SchemaSettings, Settings, Text, UnknownKeywordsName};
use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};
use crate::load::SourceSet;
use crate::model::{CodegenOptions, EventModel, Payload, SourceNote};
use crate::resolve::Registry;

/// Makes the model of everything that was read; `file` is `walnats.toml`, for places.
pub fn lower(sources: &SourceSet, settings: &Settings, file: &Arc<SourceFile>, report: &mut Report) -> EventModel {
    let at = |text: &Text| text.place(file);
    let messages = Messages::lower(sources, report);

    let known = Known { documents: &sources.documents, messages: &messages.names() };
    let mut declared = Declared::default();
    for entry in settings.events.iter().filter(|(_, entry)| entry.schema.is_some()) {
        let more = declaration::declare(&known, entry, &at, report);
        declared.json.extend(more.json);
        declared.messages.extend(more.messages);
    }
    let mut declarations = source::events(&sources.documents, &declared.json, report);
    declarations.extend(declared.json);

    let (lowered, mut events) = lower_json(sources, settings, &declarations, report);
    events.extend(messages.events(&declared.messages));
    settings::apply(&mut events, &settings.events, &at, report);
    event::check_names(&mut events, report);
    events.sort_by(|a, b| a.name.cmp(&b.name));

    let mut events: Vec<LocatedEvent> = events
        .into_iter()
        .filter_map(|raw| {
            let payload = raw.payload.clone();
            let lookup = |path: &[String]| match &payload {
                Payload::Json(schema) => field::json_field(&lowered.schemas, *schema, path),
                Payload::Protobuf(message) => messages.scalar(message, path),
            };
            event::finish(raw, &lookup, report)
        })
        .collect();
    let names: Vec<&str> = events.iter().map(|event| event.event.name.as_str()).collect();
    let services = service::services(&settings.services, &names, file, report);
    let streams = stream::streams(&events, settings, file, report);

    let mut schema_sources = lowered.sources;
    name_sources(&mut schema_sources, &declarations, &events);
    bundle_schemas(&mut events, &declarations, sources, &settings.schemas);

    let mut model = EventModel {
        sources: schema_sources,
        events: events.into_iter().map(|located| located.event).collect(),
        schemas: lowered.schemas,
        notes: lowered.notes,
        protobuf: messages.into_model(),
        streams,
        services,
        options: codegen_options(&settings.codegen, &at, report),
    };
    for event in &model.events {
        if let Payload::Json(schema) = event.payload {
            model.schemas.roots.insert(event.name.clone(), schema);
        }
    }
    model
}

fn lower_json(
    sources: &SourceSet,
    settings: &Settings,
    declarations: &[Declaration],
    report: &mut Report,
) -> (Lowered, Vec<RawEvent>) {
    let roots: Vec<SchemaRoot> = declarations
        .iter()
        .map(|event| SchemaRoot {
            document: sources.documents[event.document].name.clone(),
            pointer: event.pointer.clone(),
            place: event.place.clone(),
        })
        .collect();
    let options = lower_options(&settings.schemas);
    let lowered = json_schema::lower(&sources.documents, &roots, &options, report);
    let events = declarations.iter().zip(&lowered.roots).filter_map(|(declaration, root)| {
        let schema = (*root)?;
        let note = lowered.notes.get(schema.0 as usize)?;
        let mut options = declaration.options.clone();
        options.deprecated = options.deprecated.or(note.deprecated.then_some(true));
        Some(RawEvent {
            name: declaration.name.clone(),
            place: declaration.place.clone(),
            payload: Payload::Json(schema),
            description: note.description.clone(),
            options,
        })
    });
    let events = events.collect();
    (lowered, events)
}

fn lower_options(settings: &SchemaSettings) -> LowerOptions {
    let remotes = settings.remotes.iter().map(|(uri, name)| (uri.clone(), name.clone()));
    LowerOptions {
        default_draft: draft(settings.draft),
        assert_formats: settings.formats.unwrap_or_default() == Formats::Assert,
        remotes: remotes.collect(),
        unknown_keywords: match settings.unknown_keywords.unwrap_or_default() {
            UnknownKeywordsName::Judge => UnknownKeywords::Judge,
            UnknownKeywordsName::Ignore => UnknownKeywords::Ignore,
        },
    }
}

fn draft(name: Option<DraftName>) -> Draft {
    match name.unwrap_or_default() {
        DraftName::Draft4 => Draft::Draft4,
        DraftName::Draft6 => Draft::Draft6,
        DraftName::Draft7 => Draft::Draft7,
        DraftName::Draft201909 => Draft::Draft201909,
        DraftName::Draft202012 => Draft::Draft202012,
    }
}

/// Says in the notes which files are events as a whole.
fn name_sources(sources: &mut [SourceNote], declarations: &[Declaration], events: &[LocatedEvent]) {
    for (index, source) in sources.iter_mut().enumerate() {
        let whole = declarations.iter().find(|event| event.document == index && event.pointer.is_empty());
        let event = events.iter().find(|event| whole.is_some_and(|whole| whole.place == event.event.place));
        source.event = event.map(|event| event.event.name.clone());
    }
}

/// Gives each JSON event the text of its schema.
fn bundle_schemas(
    events: &mut [LocatedEvent],
    declarations: &[Declaration],
    sources: &SourceSet,
    settings: &SchemaSettings,
) {
    // What is wrong with a `$schema` has been said when the schemas were lowered.
    let mut ignored = Report::default();
    let mut registry = Registry::new(&sources.documents, draft(settings.draft), &[], &mut ignored);
    for LocatedEvent { event, .. } in events.iter_mut().filter(|event| matches!(event.event.payload, Payload::Json(_)))
    {
        if let Some(declaration) = declarations.iter().find(|declaration| declaration.place == event.place) {
            let Declaration { document, pointer, .. } = declaration;
            event.json_schema = bundle::bundle(&mut registry, &sources.documents, *document, pointer);
        }
    }
}

fn codegen_options(settings: &CodegenSettings, at: &dyn Fn(&Text) -> Place, report: &mut Report) -> CodegenOptions {
    let is_identifier = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let mut check = |text: &Text, is_right: bool, what: &str| {
        if !is_right {
            let message = format!("`{}` is not {what}", text.as_str());
            report.push(Diagnostic::error("WN0403", at(text), message));
        }
    };
    for derive in &settings.derives {
        let path = derive.as_str().trim_start_matches("::");
        check(derive, path.split("::").all(is_identifier), "the path of a derive macro, such as `Hash`");
    }
    for (key, name) in &settings.names {
        check(
            key,
            key.as_str().contains("#/"),
            "a schema file with a JSON Pointer, such as `_address.json#/$defs/zip`",
        );
        check(name, is_identifier(name.as_str()), "the name of a Rust type");
    }
    let name = |text: &Text| text.as_str().to_owned();
    CodegenOptions {
        derives: settings.derives.iter().map(name).collect(),
        names: settings.names.iter().map(|(key, value)| (name(key), name(value))).collect(),
    }
}
