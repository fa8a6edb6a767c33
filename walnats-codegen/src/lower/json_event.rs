//! Events whose payload is JSON: from declarations to lowered schemas and back.

use walnats_schema::SchemaId;

use super::bundle::Bundler;
use super::event::{LocatedEvent, RawEvent};
use super::json_schema::{self, Draft, LowerOptions, Lowered, SchemaRoot, UnknownKeywords};
use super::source::Declaration;
use crate::diagnostic::Report;
use crate::load::SourceSet;
use crate::model::{Payload, SourceNote};
use crate::resolve::Registry;
use crate::settings::{DraftName, Formats, SchemaSettings, Settings, UnknownKeywordsName};

/// The schemas of all sources.
pub(super) fn registry<'a>(sources: &'a SourceSet, settings: &Settings, report: &mut Report) -> Registry<'a> {
    json_schema::registry(&sources.documents, &lower_options(&settings.schemas), report)
}

/// Lowers the schemas of all declarations, and makes events of those that are there.
pub(super) fn lower(
    registry: &mut Registry<'_>,
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
    let lowered = json_schema::lower_in(registry, sources.documents.len(), &roots, &options, report);
    let events = declarations.iter().zip(&lowered.roots).filter_map(|(declaration, root)| {
        let schema = (*root)?;
        let note = lowered.notes.get(schema.0 as usize)?;
        let mut options = declaration.options.clone();
        options.deprecated = options.deprecated.or(note.deprecated.then_some(true));
        Some(RawEvent {
            name: declaration.name.clone(),
            place: declaration.place.clone(),
            payload: Payload::Json(schema),
            description: description(&lowered, schema),
            options,
        })
    });
    let events = events.collect();
    (lowered, events)
}

/// That of the schema, or of what it refers to where it says nothing itself.
fn description(lowered: &Lowered, schema: SchemaId) -> Option<String> {
    let own = lowered.notes.get(schema.0 as usize)?.description.clone();
    own.or_else(|| lowered.notes.get(lowered.schemas.get(schema).reference?.0 as usize)?.description.clone())
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
pub(super) fn sources(
    mut sources: Vec<SourceNote>,
    declarations: &[Declaration],
    events: &[LocatedEvent],
) -> Vec<SourceNote> {
    for (index, source) in sources.iter_mut().enumerate() {
        let whole = declarations.iter().find(|event| event.document == index && event.pointer.is_empty());
        let event = events.iter().find(|event| whole.is_some_and(|whole| whole.place == event.event.place));
        source.event = event.map(|event| event.event.name.clone());
    }
    sources
}

/// Gives each JSON event the text of its schema.
pub(super) fn bundle<'a>(
    registry: &mut Registry<'a>,
    events: &mut [LocatedEvent],
    declarations: &[Declaration],
    sources: &'a SourceSet,
) {
    let mut bundler = Bundler::new(registry, &sources.documents);
    for LocatedEvent { event, .. } in events.iter_mut().filter(|event| matches!(event.event.payload, Payload::Json(_)))
    {
        if let Some(declaration) = declarations.iter().find(|declaration| declaration.place == event.place) {
            event.json_schema = bundler.bundle(declaration.document, &declaration.pointer);
        }
    }
}
