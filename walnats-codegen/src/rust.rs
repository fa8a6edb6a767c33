//! An `EventModel` becomes files of Rust.
//!
//! `builder` finds the types and `prover` what they prove, `versions` what becomes of one version of an event in another, `type_names` names them, `layout` says which file holds what;
//! `item`, `event` and `emitter` write them down through the templates. Each pass takes the data of those before it.

mod builder;
mod checks;
mod code;
mod conjunction;
mod constraint;
mod context;
mod coverage;
mod docs;
mod emitter;
mod event;
mod idents;
mod integer;
mod item;
mod json_types;
mod judged;
mod layout;
mod markdown;
mod names;
mod operand;
mod proof;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod prover;
mod reader;
mod rename;
mod sample_data;
mod schema_location;
mod schemas;
mod stream;
mod template;
mod type_names;
mod types;
mod versions;

use std::collections::BTreeMap;

use walnats_schema::{Kept, SchemaId};

pub use self::coverage::{EventCoverage, JudgedSchema};
pub use self::sample_data::SampleData;

use self::checks::Checks;
use self::context::Context;
use self::emitter::RootParts;
use self::layout::{EventForm, FileId, Layout};
use self::schemas::Schemas;
use self::types::Types;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{DocumentId, EventId, EventModel, Payload};
use crate::write::{self, GeneratedFile};

/// The code of all events; the root is `events.rs`.
pub fn generate(model: &EventModel, report: &mut Report) -> Vec<GeneratedFile> {
    let types = types(model, &Schemas::new(&model.schemas));
    let forms = layout::event_forms(model, &types);
    let layout = layout::layout(model, &types, &forms);
    let names = type_names::type_names(model, &types, &forms);
    let judged = judged::names(model, &types);
    let conversions = versions::conversions(model, &types, &forms);
    let mut always_checked = vec![false; types.items.len()];
    for form in &forms {
        if let EventForm::Item(item) = form {
            always_checked[item.0] = true;
        }
    }
    types.items_that_are_attempted().for_each(|item| always_checked[item.0] = true);
    let context = Context {
        model,
        types: &types,
        layout: &layout,
        names: &names.items,
        conversions: &conversions,
        always_checked,
    };
    let judged_name = |id: SchemaId| judged.get(&id).cloned().unwrap_or_default();
    let checks = Checks::new(&types, &judged_name);

    report_renamed(model, &layout, report);
    report_displaced(model, &types, &layout, report);
    type_names::report_asked(model, &types, &names, report);
    let messages = messages(model, report);
    let mut files: Vec<GeneratedFile> = layout
        .file_ids()
        .map(|file| {
            let content = file_text(&context, file, &names.events, &checks, report);
            GeneratedFile { path: format!("{}.rs", layout.files[file].path), content }
        })
        .collect();
    let paths: Vec<String> = model.event_ids().map(|event| context.path_from_root(event, &names.events)).collect();
    let samples = SampleData::of(model);
    let parts = RootParts {
        has_messages: !messages.is_empty(),
        has_rules: messages.iter().any(|file| file.path == "rules.rs"),
        has_samples: !samples.is_empty(),
    };
    files.push(GeneratedFile { path: write::ROOT.to_owned(), content: context.root(&paths, parts) });
    files.extend(model.event_ids().filter_map(|event| context.schema_file(event)));
    if model.events.iter().any(|event| matches!(event.payload, Payload::Json(_))) {
        // Plain data with string keys always has a JSON form.
        let content = serde_json::to_string(&judged::schema_set(model, &judged, &types)).unwrap_or_default();
        files.push(GeneratedFile { path: "schemas.json".to_owned(), content });
    }
    if !samples.is_empty() {
        let content = serde_json::to_string(&samples).unwrap_or_default();
        files.push(GeneratedFile { path: "samples.json".to_owned(), content });
    }
    files.extend(messages);
    files
}

/// Two events whose methods would be called alike.
fn report_renamed(model: &EventModel, layout: &Layout, report: &mut Report) {
    for (event, place) in model.events.iter().zip(&layout.events).filter(|(_, place)| place.is_renamed()) {
        let usual = format!("emit_{}_all", place.ident);
        let message = format!(
            "`{usual}` is the method of another event; for many of `{}` it is `emit_{}`",
            event.name, place.many
        );
        let help = match event.payload {
            Payload::Json(_) => "another name in `x-walnats.name` of either event avoids that",
            Payload::Protobuf(_) => "another `name` in `option (walnats.event)` of either message avoids that",
        };
        report.push(Diagnostic::warning("WN0610", event.place.clone(), message).help(help));
    }
}

/// Services that are called otherwise, because an event has the name that they would have; and events whose modules are, because
/// shared types have theirs.
fn report_displaced(model: &EventModel, types: &Types, layout: &Layout, report: &mut Report) {
    let mut sources: Vec<DocumentId> = types.items.iter().map(|item| item.location.source).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.retain(|source| layout::own_event(model, *source).is_none());
    for (event, place) in model.events.iter().zip(&layout.events) {
        let mut displaced = |message: String| {
            let help = "another name of the event, or of the other, avoids that";
            report.push(Diagnostic::warning("WN0612", event.place.clone(), message).help(help));
        };
        let type_name = event.rust_name.clone().unwrap_or_else(|| names::type_name(&event.name));
        for service in model.services.iter().filter(|service| names::type_name(&service.name) == type_name) {
            let (event, service) = (&event.name, &service.name);
            displaced(format!(
                "the event `{event}` has the name of the service `{service}`, whose type is then `{type_name}Service`"
            ));
        }
        let (module, usual) = (&layout.files[place.file].module, names::module_name(&place.ident));
        for source in sources.iter().filter(|source| layout::usual_shared_module(model, **source) == usual) {
            let shared = model.source(*source).map_or("", |source| source.name.as_str());
            let event = &event.name;
            displaced(format!("the event `{event}` has the module `{module}`: `{usual}` has the types of `{shared}`"));
        }
    }
}

/// What tolerant readers keep beyond what the schemas of a package list: where their Rust types have room for it.
pub fn kept(model: &EventModel) -> BTreeMap<SchemaId, Kept> {
    if model.events.iter().any(|event| model.is_read_tolerantly(event)) {
        builder::build(model, &Schemas::new(&model.schemas)).kept
    } else {
        BTreeMap::new()
    }
}

/// How the payload of each JSON event is decided, in the order of the events.
pub fn coverage(model: &EventModel) -> Vec<EventCoverage> {
    let schemas = Schemas::new(&model.schemas);
    coverage::coverage(model, &types(model, &schemas), &schemas)
}

/// The types of all payloads, with what is proved of them.
fn types(model: &EventModel, schemas: &Schemas<'_>) -> Types {
    let mut types = builder::build(model, schemas);
    prover::prove(&mut types, schemas);
    types
}

/// A module: its parts, its types, its events.
fn file_text(
    context: &Context<'_>,
    file: FileId,
    event_names: &[String],
    checks: &Checks<'_>,
    report: &mut Report,
) -> String {
    let Layout { files, events, .. } = context.layout;
    let mut text = String::new();
    for event in &files[file].events {
        if let (EventForm::Newtype, Some(typed)) = (events[*event].form, &context.types.payloads[event.0]) {
            text += &context.newtype(*event, &event_names[event.0], typed, file, checks);
        }
    }
    for item in &files[file].items {
        text += &context.item(*item, file, checks);
    }
    for event in &files[file].events {
        let path = match events[*event].form {
            EventForm::Item(item) => context.layout.item_path(item, &context.names[item.0], file),
            EventForm::Newtype | EventForm::Message => event_names[event.0].clone(),
        };
        text += &context.event(*event, &path, report);
        for conversion in context.conversions.all.iter().filter(|conversion| conversion.newer == *event) {
            text += &context.conversion(conversion, file);
        }
    }
    let parts = files[file].parts.iter().map(|part| format!("mod {part};\npub use self::{part}::*;\n"));
    let import = if text.contains("rt::") { "use ::walnats_runtime::private as rt;\n" } else { "" };
    import.to_owned() + &parts.collect::<String>() + &text
}

impl Context<'_> {
    /// Where an event's type is, seen from the root.
    fn path_from_root(&self, event: EventId, event_names: &[String]) -> String {
        match self.layout.events[event].form {
            EventForm::Item(item) => {
                format!("{}::{}", self.layout.files[self.layout.item_files[item.0]].module, self.names[item.0])
            }
            _ => format!("{}::{}", self.layout.files[self.layout.events[event].file].module, event_names[event.0]),
        }
    }
}

#[cfg(feature = "protobuf")]
fn messages(model: &EventModel, report: &mut Report) -> Vec<GeneratedFile> {
    protobuf::generate(model, report)
}

#[cfg(not(feature = "protobuf"))]
fn messages(_: &EventModel, _: &mut Report) -> Vec<GeneratedFile> {
    Vec::new()
}
