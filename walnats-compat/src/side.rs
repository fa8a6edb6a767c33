//! One of the two packages that are compared.

use std::collections::BTreeSet;

use prost_reflect::DescriptorPool;
use walnats_codegen::Package;
use walnats_codegen::diagnostic::Diagnostic;
use walnats_codegen::load::Document;
use walnats_codegen::lower::{LostEvent, LostMessage, Salvage, Unreadable};
use walnats_codegen::model::{Annotations, Event, EventModel, Payload, Service};
use walnats_schema::SchemaId;

use crate::protobuf;

/// A package with what could be lowered of it.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its files and settings.
    pub package: Package,
    /// Its events.
    pub model: EventModel,
    /// The events of which an error leaves nothing to compare.
    pub lost: Vec<LostEvent>,
    /// The messages that an error keeps from being compiled.
    pub lost_messages: Vec<LostMessage>,
    /// The parts of schemas that have no meaning.
    pub unreadable: Vec<Unreadable>,
    /// All errors, those that concern no event too.
    pub errors: Vec<Diagnostic>,
    /// Its protobuf files, compiled.
    pub protobuf: Option<protobuf::Package>,
}

impl Side {
    /// A side of a package. Errors in it end nothing: the events that they do not concern are compared.
    pub fn new(package: Package) -> Self {
        let Salvage { model, lost, lost_messages, unreadable, errors, protobuf } = package.salvage();
        let mut sound = package.clone();
        sound.sources.protobuf = protobuf;
        let protobuf = compiled(&sound);
        let model = marked(model);
        Self { package, model, protobuf, lost, lost_messages, unreadable, errors }
    }

    /// A side of a package without errors, with the model that was made of it.
    pub fn sound(package: Package, model: EventModel) -> Self {
        let protobuf = compiled(&package);
        let model = marked(model);
        let (lost, lost_messages, unreadable, errors) = Default::default();
        Self { package, model, protobuf, lost, lost_messages, unreadable, errors }
    }

    /// The same with these events alone, and without streams, which other events share.
    #[must_use]
    pub fn only(&self, events: &BTreeSet<String>) -> Self {
        let mut side = self.clone();
        side.model.events.retain(|event| events.contains(&event.name));
        side.lost.retain(|lost| events.contains(&lost.name));
        side.model.streams.clear();
        side
    }

    /// The same without these events, and without what streams store for them alone.
    #[must_use]
    pub fn without(&self, events: &BTreeSet<&String>) -> Self {
        let mut side = self.clone();
        side.model.events.retain(|event| !events.contains(&event.name));
        let filters = |side: &Self| side.model.events.iter().map(Event::filter).collect::<BTreeSet<String>>();
        let (all, kept) = (filters(self), filters(&side));
        let is_stored = |subject: &String| kept.contains(subject) || !all.contains(subject);
        side.model.streams.iter_mut().for_each(|stream| stream.subjects.retain(is_stored));
        side
    }

    /// The event of this name.
    pub(crate) fn event(&self, name: &str) -> Option<&Event> {
        self.model.events.iter().find(|event| event.name == name)
    }

    /// The event of this name of which only the options have errors.
    pub(crate) fn carried(&self, name: &str) -> Option<&Event> {
        self.lost.iter().find(|lost| lost.name == name)?.carried.as_deref()
    }

    /// What is noted of a schema.
    pub(crate) fn note(&self, id: SchemaId) -> Option<&Annotations> {
        self.model.notes.get(id.0 as usize)
    }

    /// The file that a schema stands in; `None` for meta-schemas.
    pub(crate) fn document(&self, note: &Annotations) -> Option<&Document> {
        self.package.sources.documents.get(note.document.0)
    }

    /// The services that consume an event.
    pub(crate) fn consumers<'s>(&'s self, event: &'s str) -> impl Iterator<Item = &'s Service> {
        self.model.services.iter().filter(move |service| service.consumes.iter().any(|name| name == event))
    }

    /// The error that an event of the other side may be missing here for.
    pub(crate) fn loss(&self, event: &Event) -> Option<&Diagnostic> {
        if let Some(lost) = self.lost.iter().find(|lost| lost.name == event.name) {
            return Some(&lost.error);
        }
        let path = event.place.file.path.as_str();
        let is_there = |error: &&Diagnostic| error.place.file.path == path;
        let Payload::Protobuf(message) = &event.payload else { return self.errors.iter().find(is_there) };
        if let Some(lost) = self.lost_messages.iter().find(|lost| lost.name == *message) {
            return Some(&lost.error);
        }
        // What is left of a file that compiles is all that there was; one that does not may have had the event.
        let is_compiled = |name: &str| {
            self.protobuf.as_ref().is_some_and(|protobuf| protobuf.pool().get_file_by_name(name).is_some())
        };
        let source = self.package.sources.protobuf.iter().find(|source| source.file.path == path);
        let is_proto = |error: &&Diagnostic| {
            let path = error.place.file.path.as_str();
            path.ends_with(".proto") || path.ends_with(".binpb")
        };
        match source {
            Some(source) if is_compiled(&source.name) => None,
            Some(_) => self.errors.iter().find(is_there).or_else(|| self.errors.iter().find(is_proto)),
            None => self
                .errors
                .iter()
                .find(is_proto)
                .filter(|_| !self.package.sources.protobuf.iter().any(|source| is_compiled(&source.name))),
        }
    }
}

/// The model with what tolerant readers keep, which the Rust that is generated of it decides.
fn marked(mut model: EventModel) -> EventModel {
    model.schemas.kept = walnats_codegen::rust::kept(&model);
    model
}

/// The protobuf files of a package, compiled, with their editions and texts.
pub(crate) fn compiled(package: &Package) -> Option<protobuf::Package> {
    let pool = DescriptorPool::decode(package.descriptors()?.as_slice()).ok()?;
    let editions = package.editions();
    let all =
        editions.iter().fold(protobuf::Package::new(pool), |all, (name, edition)| all.with_edition(name, *edition));
    let sources = package.sources.protobuf.iter();
    Some(sources.fold(all, |all, source| all.with_source(&source.name, &source.file.text)))
}
