//! What packages of one workspace do to each other: streams that share subjects, and events that share a name.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use walnats_codegen::diagnostic::{Diagnostic, Place, SourceFile};
use walnats_codegen::model::{Event, Stream};
use walnats_codegen::{EventModel, Package};
use walnats_subject::overlap;

use crate::paths;
use crate::report::{Entry, Run};

/// The packages that were checked.
#[derive(Default)]
pub struct Packages(Mutex<Vec<Declared>>);

/// What a package declares.
struct Declared {
    /// Its folder.
    folder: std::path::PathBuf,
    events: Vec<Event>,
    /// Each with the place that it is declared at.
    streams: Vec<(Stream, Place)>,
}

impl Packages {
    /// Notes what a package declares.
    pub fn note(&self, folder: &Path, package: &Package, model: &EventModel) {
        let settings = &package.settings;
        let place = |stream: &Stream| {
            let section = settings.streams.keys().find(|name| name.as_str() == stream.name);
            let event = || model.events.iter().find(|event| event.stream == stream.name);
            let of_event = || event().map(|event| event.place.clone());
            let whole = || Place { file: Arc::clone(&settings.file), span: 0..0 };
            section.map(|name| settings.place(name)).or_else(of_event).unwrap_or_else(whole)
        };
        let streams = model.streams.iter().map(|stream| (stream.clone(), place(stream))).collect();
        let declared = Declared { folder: folder.to_owned(), events: model.events.clone(), streams };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(declared);
    }

    /// Adds what is wrong between the packages of the workspace in `root`.
    pub fn compare(self, root: &Path, run: &mut Run) {
        let mut all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.sort_by(|a, b| a.folder.cmp(&b.folder));
        for (index, later) in all.iter().enumerate() {
            for first in &all[..index] {
                let of = |declared: &Declared| {
                    paths::slashed(declared.folder.strip_prefix(root).unwrap_or(&declared.folder))
                };
                let (first_folder, later_folder) = (of(first), of(later));
                for found in between((first, &first_folder), (later, &later_folder)) {
                    run.entries.push(Entry { package: later_folder.clone(), ..Entry::of_diagnostic(&found) });
                }
            }
        }
    }
}

/// The findings between two packages, each with its folder from the root on.
fn between((first, first_folder): (&Declared, &str), (later, later_folder): (&Declared, &str)) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (stream, place) in &later.streams {
        for (other, other_place) in first.streams.iter().filter(|(other, _)| other.name != stream.name) {
            let shared = stream.subjects.iter().find_map(|subject| {
                let theirs = other.subjects.iter().find(|theirs| overlap(theirs, subject))?;
                Some((subject, theirs))
            });
            let Some((subject, theirs)) = shared else { continue };
            let message = format!("the streams `{}` and `{}` would both store `{subject}`", other.name, stream.name);
            let help =
                "JetStream refuses streams with common subjects; put both in one `stream`, or make the subjects differ";
            let label = format!("`{theirs}` is stored in `{}`", other.name);
            found.push(
                Diagnostic::error("WN0421", below(later_folder, place), message)
                    .related(below(first_folder, other_place), label)
                    .help(help),
            );
        }
    }
    for event in &later.events {
        for other in first.events.iter().filter(|other| other.name == event.name && !is_copy(other, event)) {
            let message = format!("two packages declare the event `{}`, and not the same one", event.name);
            found.push(
                Diagnostic::error("WN0407", below(later_folder, &event.place), message)
                    .related(below(first_folder, &other.place), "first here")
                    .help("rename one; or make them alike: type, subject, stream and schema"),
            );
        }
    }
    found
}

/// Whether two declarations are of the same event, as where a package has a copy of what another one publishes.
fn is_copy(one: &Event, other: &Event) -> bool {
    let key = |event: &Event| (event.event_type.clone(), event.filter(), event.stream.clone());
    let schema = |event: &Event| {
        let schema = event.json_schema.as_ref().and_then(|text| serde_json::from_str(text).ok());
        schema.map(constraints)
    };
    key(one) == key(other) && schema(one) == schema(other)
}

/// A schema without what refuses nothing.
fn constraints(schema: Value) -> Value {
    const ANNOTATIONS: [&str; 6] = ["$comment", "$id", "description", "examples", "title", "x-walnats"];
    match schema {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, value)| {
                // A property may have such a name.
                !ANNOTATIONS.contains(&name.as_str()) || (value.is_object() && name != "x-walnats")
            });
            kept.map(|(name, value)| (name, constraints(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(constraints).collect(),
        other => other,
    }
}

/// A place of a package from the root of the workspace on.
fn below(folder: &str, place: &Place) -> Place {
    let SourceFile { path, text } = &*place.file;
    let file = SourceFile { path: format!("{folder}{path}"), text: text.clone() };
    Place { file: Arc::new(file), span: place.span.clone() }
}
