//! One of the two packages that are compared.

use prost_reflect::DescriptorPool;
use walnats_codegen::diagnostic::Diagnostic;
use walnats_codegen::load::Document;
use walnats_codegen::lower::{LostEvent, Salvage, Unreadable};
use walnats_codegen::model::{Annotations, Event, EventModel, Payload, Service};
use walnats_codegen::{Package, model};
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
        let Salvage { model, lost, unreadable, errors } = package.salvage();
        Self { lost, unreadable, errors, ..Self::sound(package, model) }
    }

    /// A side of a package without errors, with the model that was made of it.
    pub fn sound(package: Package, model: EventModel) -> Self {
        let protobuf = compiled(&package);
        Self { package, model, protobuf, lost: Vec::new(), unreadable: Vec::new(), errors: Vec::new() }
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
        let is_protobuf = matches!(event.payload, Payload::Protobuf(_));
        let knows_messages =
            self.model.protobuf.as_ref().is_some_and(|found: &model::ProtobufModel| !found.files.is_empty());
        self.errors.iter().find(|error| {
            let path = error.place.file.path.as_str();
            let is_proto = path.ends_with(".proto") || path.ends_with(".binpb");
            path == event.place.file.path || (is_protobuf && is_proto && !knows_messages)
        })
    }
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
