//! `EventModel`: what schemas and configuration say, as plain data. Every back end reads it; none looks back at a file.

mod constraint;
mod protobuf;
mod stream;
mod template;
mod version;

use std::collections::BTreeMap;
use std::ops::Index;

pub use walnats_schema::read::{Annotations, DocumentId};
use walnats_schema::{IntegerFormat, SchemaId, SchemaSet};

pub use self::constraint::{Bound, Constraint};
#[cfg(feature = "protobuf")]
pub use self::protobuf::{
    FieldChecks, FieldGroup, MessageChecks, NestedChecks, ProtobufMember, ProtobufRule, ProtobufRules, TypeUrls,
    ValueChecks,
};
pub use self::protobuf::{
    ProtobufCardinality, ProtobufEncoding, ProtobufEnum, ProtobufExtern, ProtobufField, ProtobufFile, ProtobufKind,
    ProtobufMessage, ProtobufModel, ProtobufOneof, ProtobufScalar, ProtobufValue, UnknownMembers,
};
pub use self::stream::{Discard, Retention, Storage, Stream};
pub use self::template::{FieldPath, ScalarKind, Template, TemplatePart};
pub use self::version::version;
use crate::diagnostic::Place;

/// All events of a package, with the types, streams and services they need.
#[derive(Clone, Debug, Default)]
pub struct EventModel {
    /// Sorted by name.
    pub events: Vec<Event>,
    /// Every JSON schema that an event reaches.
    pub schemas: SchemaSet,
    /// What `schemas.schemas[i]` says beyond what it accepts; same length, same order.
    pub notes: Vec<Annotations>,
    /// What `schemas.schemas[i]` asks for in Rust (`x-walnats.rust`); same length, same order.
    pub rust_notes: Vec<RustNote>,
    /// The schema files that JSON types come from, sorted by path: [`Annotations::document`] is the position of one.
    pub sources: Vec<SourceNote>,
    /// The protobuf messages that events reach, where there are any.
    pub protobuf: Option<ProtobufModel>,
    /// Sorted by name.
    pub streams: Vec<Stream>,
    /// Sorted by name.
    pub services: Vec<Service>,
    /// Choices that shape the Rust that comes out.
    pub options: CodegenOptions,
}

/// An event, by its position among [`EventModel::events`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub usize);

impl Index<EventId> for Vec<Event> {
    type Output = Event;

    fn index(&self, id: EventId) -> &Event {
        &self[id.0]
    }
}

impl EventModel {
    /// The ids of all events, in order.
    pub fn event_ids(&self) -> impl Iterator<Item = EventId> + use<> {
        (0..self.events.len()).map(EventId)
    }

    /// Whether some reader of the event may be tolerant: as the event says, or a service that consumes it.
    pub fn is_read_tolerantly(&self, event: &Event) -> bool {
        let consumes = |service: &&Service| service.consumes.binary_search(&event.name).is_ok();
        event.read == ReadMode::Tolerant
            || self.services.iter().filter(consumes).any(|service| service.read == Some(ReadMode::Tolerant))
    }

    /// A schema file.
    pub fn source(&self, id: DocumentId) -> Option<&SourceNote> {
        self.sources.get(id.0)
    }
}

/// An event: a payload type with an address.
#[derive(Clone, Debug)]
pub struct Event {
    /// Kebab case, dots allowed: `user-created`, `orders.placed`.
    pub name: String,
    /// From the schema's `description`.
    pub description: Option<String>,
    /// The CloudEvents `type`; the event's name unless the schema says otherwise.
    pub event_type: String,
    /// Where it is published.
    pub subject: Template,
    /// The name of the stream that stores it; one of [`EventModel::streams`].
    pub stream: String,
    /// The deduplication id where the caller sets none.
    pub uid: Option<Uid>,
    /// What the stream stores one event of at most.
    pub once: Option<Once>,
    /// The payload's type.
    pub payload: Payload,
    /// How the payload is published, where it is a message; the others are JSON.
    pub protobuf_encoding: ProtobufEncoding,
    /// The Rust type's name, where the schema overrides it (`x-walnats.rust`).
    pub rust_name: Option<String>,
    /// From `x-walnats.deprecated` or the schema's `deprecated`.
    pub deprecated: bool,
    /// Who answers for the event.
    pub owner: Option<String>,
    /// How it is read where nothing else is said.
    pub read: ReadMode,
    /// The committed schema, bundled so that it stands alone; JSON events only.
    pub json_schema: Option<String>,
    /// Where the event is declared.
    pub place: Place,
}

/// The deduplication id of an event: [`Event::message_id`] is the whole of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Uid {
    /// As the schema writes it.
    pub template: Template,
    /// Where that is.
    pub place: Place,
}

/// A key of which a stream stores one event at most: each key has a subject of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Once {
    /// The key's text.
    pub key: Template,
    /// Whether the key is one more token of the subject, the last one; otherwise its fields are tokens of the subject anyway.
    pub is_last_token: bool,
}

impl Event {
    /// The subject filter that matches everywhere the event can be published.
    pub fn filter(&self) -> String {
        let filter = self.subject.wildcard();
        match &self.once {
            Some(Once { is_last_token: true, .. }) => filter + ".*",
            _ => filter,
        }
    }

    /// The deduplication id where the caller sets none, as it is documented: `user-created:{user_id}`.
    ///
    /// A stream compares ids across all its subjects. The name keeps two kinds of events apart, whatever their templates:
    /// names differ, and none has a `:` in it.
    pub fn message_id(&self) -> Option<String> {
        self.uid.as_ref().map(|uid| format!("{}:{}", self.name, uid.template))
    }
}

/// What an event carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// A JSON value of this schema.
    Json(SchemaId),
    /// A message by its full name (`shop.v1.OrderPlaced`), one of those in [`ProtobufModel::files`].
    Protobuf(String),
}

/// What a schema asks for in Rust: its `x-walnats.rust`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RustNote {
    /// The name of the type that is made of it.
    pub name: Option<String>,
    /// The name of the field that it is the schema of.
    pub field: Option<String>,
    /// Names of variants, by the strings that they are.
    pub variants: BTreeMap<String, String>,
    /// A type in place of the one that would be found.
    pub wanted: Option<RustType>,
}

/// A type that a schema may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RustType {
    /// For an integer that 64 bits do not hold.
    I128,
    /// For an integer whose bounds fit into the type of this width.
    Width(IntegerFormat),
    /// For a string whose format has a type of its own.
    String,
}

/// A schema file, as far as the code that comes out needs it.
#[derive(Clone, Debug, Default)]
pub struct SourceNote {
    /// Relative to the schema folder, `/` between parts, without extension: `common/_address`.
    pub name: String,
    /// The event whose schema the whole file is, by name; `None` for files of shared types, and for files whose
    /// definitions `walnats.toml` declares as events.
    pub event: Option<String>,
}

/// A part of the system with an emitter type of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// Kebab case.
    pub name: String,
    /// For documentation.
    pub description: Option<String>,
    /// Names of events, sorted.
    pub emits: Vec<String>,
    /// Names of events, sorted.
    pub consumes: Vec<String>,
    /// How it reads them; where it does not say, each event does.
    pub read: Option<ReadMode>,
}

/// What a reader does with members, values of enumerations and variants that its schema does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadMode {
    /// It refuses what the schema refuses.
    #[default]
    Strict,
    /// It ignores the members, and keeps the values and variants.
    Tolerant,
}

/// The crate whose types dates and times are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateTimes {
    /// jiff, by way of the runtime's own types.
    #[default]
    Jiff,
    /// chrono.
    Chrono,
    /// time.
    Time,
    /// None: strings, checked.
    String,
}

/// Choices that shape the Rust that comes out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodegenOptions {
    /// Derives to add to every generated type, such as `Hash`.
    pub derives: Vec<String>,
    /// The crate whose types dates and times are.
    pub datetime: DateTimes,
    /// Whether structs get a setter for each optional field; `None`: where there are many.
    pub builders: Option<bool>,
    /// Rust names by source and JSON Pointer (`address#/$defs/zip`), from `walnats.toml`.
    pub names: BTreeMap<String, String>,
    /// Paths of types that other crates have, by source and JSON Pointer.
    pub externs: BTreeMap<String, String>,
}
