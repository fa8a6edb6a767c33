//! Events whose payload is JSON: from declarations to lowered schemas and back.

use std::collections::HashSet;

use walnats_schema::read::{
    self, Annotations, Bundler, Cures, Draft, LowerOptions, Lowered, Registry, SchemaRoot, UnknownKeywords,
};
use walnats_schema::{SchemaId, SchemaSet, pointer};

use super::event::{LocatedEvent, RawEvent};
use super::rust_note;
use super::source::Declaration;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Document, DocumentId, Node, Nodes, SourceSet};
use crate::model::{Payload, RustNote, SourceNote};
use crate::settings::{DraftName, Formats, SchemaSettings, Settings, UnknownKeywordsName};

/// How `walnats.toml` helps against findings.
const CURES: Cures = Cures {
    earlier_draft: Some("`[schemas] draft`"),
    unknown_identifier: Some("say in `walnats.toml` where it is: `[schemas] remotes`"),
    unknown_keyword: Some("a file that you may not edit is listed in `walnats.toml`: `[schemas] foreign`"),
};

/// The schemas of all sources.
pub(super) fn registry<'a>(sources: &'a SourceSet, settings: &Settings, report: &mut Report) -> Registry<'a> {
    read::registry(&sources.documents, &lower_options(&settings.schemas), report)
}

/// The JSON schemas of all events, as the model has them.
pub(super) struct Schemas {
    pub(super) set: SchemaSet,
    /// One for each schema of `set`, in the same order.
    pub(super) notes: Vec<Annotations>,
    /// The same.
    pub(super) rust_notes: Vec<RustNote>,
    /// The files that they come from.
    pub(super) sources: Vec<SourceNote>,
}

/// Lowers the schemas of all declarations, and makes events of those that are there.
pub(super) fn lower(
    registry: &mut Registry<'_>,
    sources: &SourceSet,
    settings: &Settings,
    declarations: &[Declaration],
    report: &mut Report,
) -> (Schemas, Vec<RawEvent>) {
    let roots: Vec<SchemaRoot> = declarations
        .iter()
        .map(|event| SchemaRoot {
            document: sources.documents[event.document.0].name.clone(),
            pointer: event.pointer.clone(),
            place: event.place.clone(),
        })
        .collect();
    let options = lower_options(&settings.schemas);
    let lowered = read::lower_in(registry, &roots, &options, report);
    for (declaration, why) in declarations.iter().zip(&lowered.never) {
        if let Some(why) = why {
            let message = format!("no value is valid for this event, so it can never be emitted: {why}");
            let finding = Diagnostic::warning("WN0316", declaration.place.clone(), message);
            report.push(finding.help("correct the keywords that contradict each other"));
        }
    }
    let events = declarations.iter().zip(&lowered.roots).filter_map(|(declaration, root)| {
        let schema = (*root)?;
        let annotations = lowered.annotations.get(schema.0 as usize)?;
        let mut options = declaration.options.clone();
        options.deprecated = options.deprecated.or(annotations.deprecated.then_some(true));
        Some(RawEvent {
            name: declaration.name.clone(),
            place: declaration.place.clone(),
            payload: Payload::Json(schema),
            description: description(&lowered, schema),
            options,
        })
    });
    let events = events.collect();
    let pointers: HashSet<(DocumentId, &str)> =
        declarations.iter().map(|event| (event.document, event.pointer.as_str())).collect();
    let mut nodes = Nodes::default();
    let rust_notes = lowered.annotations.iter().map(|annotations| {
        let pointer = pointer::join(annotations.path.iter().map(String::as_str));
        let is_part = !annotations.path.is_empty() && !pointers.contains(&(annotations.document, pointer.as_str()));
        let document = sources.documents.get(annotations.document.0);
        let node = document.and_then(|document| nodes.descendant(&document.root, &annotations.path));
        rust_note(annotations, is_part, document.zip(node), report)
    });
    let schemas = Schemas {
        rust_notes: rust_notes.collect(),
        notes: lowered.annotations,
        set: lowered.schemas,
        sources: lowered.sources.into_iter().map(|name| SourceNote { name, event: None }).collect(),
    };
    (schemas, events)
}

/// What the schema with these annotations asks for in Rust.
fn rust_note(
    annotations: &Annotations,
    is_part: bool,
    written: Option<(&Document, &Node)>,
    report: &mut Report,
) -> RustNote {
    if let Some((document, node)) = written {
        for rust_note::Misplaced { code, member, message, help } in rust_note::misplaced(node, is_part) {
            let is_free = node.get("x-walnats").is_none() && help == rust_note::MEANT;
            let fix = is_free.then(|| read::edit::rename(document, member, "x-walnats"));
            report.push(Diagnostic::error(code, document.place(&member.name_span), message).help(help).fix(fix));
        }
    }
    // What the schema of a whole file says of Rust is checked with the event.
    if let Some((document, node)) = written.filter(|_| !annotations.path.is_empty()) {
        for rust_note::Problem { code, node, message } in rust_note::problems(node) {
            report.push(Diagnostic::error(code, document.place(&node.span), message));
        }
    }
    written.map(|(_, node)| rust_note::note(node)).unwrap_or_default()
}

/// The description of the schema, or of what it refers to where it has none itself.
fn description(lowered: &Lowered, schema: SchemaId) -> Option<String> {
    let own = lowered.annotations.get(schema.0 as usize)?.description.clone();
    own.or_else(|| lowered.annotations.get(lowered.schemas.get(schema).reference?.0 as usize)?.description.clone())
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
        cures: CURES,
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
    for (id, source) in DocumentId::enumerate(&mut sources) {
        let declaration = declarations.iter().find(|event| event.document == id && event.pointer.is_empty());
        let event =
            events.iter().find(|event| declaration.is_some_and(|declaration| declaration.place == event.event.place));
        source.event = event.map(|event| event.event.name.clone());
    }
    sources
}

/// Adds to each JSON event the text of its schema.
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
