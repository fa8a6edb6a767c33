//! Event types: generated code implements [`Event`].

use crate::error::{DecodeError, EncodeError, SubjectError, ValidateError};
use crate::media_type::MediaType;
use crate::tolerated::{ReadMode, Tolerated};

/// A payload type with a subject. Implemented by generated code.
pub trait Event: Sized + Send + Sync {
    /// The properties shared by all events of the type.
    const DESCRIPTOR: &'static EventDescriptor;

    /// Whether the stream stores at most one event per key, and where in the subject the key is.
    const ONCE: OnceKey = OnceKey::None;

    /// How readers of services read the event where nothing else is said: `read` in `walnats.toml`.
    const READ: ReadMode = ReadMode::Strict;

    /// The subject that this event is published on: the descriptor's template with the event's fields.
    ///
    /// # Errors
    ///
    /// A field cannot be part of a subject: it is empty, or contains `.`, `*`, `>`, white space or a control character.
    fn subject(&self) -> Result<String, SubjectError>;

    /// The deduplication id from the schema's `uid` template: the event's name, `:`, and the template with the event's
    /// fields, such as `user-created:u_42`. `None` if the schema has no template.
    ///
    /// It identifies an occurrence, not an entity: within the stream's duplicate window, a second event with the same id is
    /// not stored.
    fn uid(&self) -> Option<String> {
        None
    }

    /// Checks the event against its schema.
    ///
    /// # Errors
    ///
    /// Every violation, by place and keyword; never a value.
    fn validate(&self) -> Result<(), ValidateError>;

    /// The payload as it is published: compact JSON, or protobuf's binary encoding.
    ///
    /// # Errors
    ///
    /// The encoding cannot express the event.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// Reads a payload; succeeds exactly when the schema accepts it.
    ///
    /// # Errors
    ///
    /// The payload is not in the encoding, or violates the schema.
    fn decode(payload: &[u8]) -> Result<Self, DecodeError>;

    /// Reads a payload that a newer writer may have written: what [`Event::decode`] reads, and what differs from that only in
    /// what was added.
    ///
    /// Members that the schema does not know are ignored where it refuses them (`additionalProperties` or
    /// `unevaluatedProperties` is `false`). Values that an enumeration of strings does not list, and variants that a tagged
    /// union does not know, are kept as the variant `Unknown` if `walnats.toml` says of the event, or of a service that consumes
    /// it, `read = "tolerant"`: only then the types have one. Everything else that the schema asks still holds.
    ///
    /// An event that keeps something can't be emitted: [`Event::validate`] and [`Event::encode`] refuse it. Of protobuf's
    /// binary encoding, unknown fields are ignored by [`Event::decode`], too, and not counted; of its JSON mapping, this ignores
    /// unknown members and unknown names of enumerations, and counts both.
    ///
    /// # Errors
    ///
    /// The payload is not in the encoding, or violates the schema in another way.
    fn decode_tolerant(payload: &[u8]) -> Result<Tolerated<Self>, DecodeError> {
        Self::decode(payload).map(Tolerated::from)
    }

    /// Reads a payload of this content type, whose parameters do not matter: that of a CloudEvent
    /// ([`CloudEvent::data_content_type`](crate::CloudEvent::data_content_type)), or of the header `Content-Type`.
    ///
    /// JSON is `application/json`, `text/json` or what ends in `+json`; protobuf is `application/protobuf`,
    /// `application/x-protobuf` or `application/vnd.google.protobuf`. A protobuf event that is published as JSON is read from
    /// both.
    ///
    /// # Errors
    ///
    /// The event is not read from the content type ([`DecodeError::ContentType`]), or [`Event::decode`] would fail.
    fn decode_as(content_type: &str, payload: &[u8]) -> Result<Self, DecodeError> {
        let own = MediaType::of(Self::DESCRIPTOR.content_type);
        if MediaType::of(content_type) == own && !is_envelope(content_type) {
            return Self::decode(payload);
        }
        Err(DecodeError::ContentType {
            expected: if own == MediaType::Protobuf { "`application/protobuf`" } else { "`application/json`" },
        })
    }
}

/// Whether a payload of this content type is a CloudEvent with the event in it.
pub(crate) fn is_envelope(content_type: &str) -> bool {
    content_type.trim_start().get(..23).is_some_and(|start| start.eq_ignore_ascii_case("application/cloudevents"))
}

/// Where the key of an event that is stored once ([`Emit::once`](crate::Emit::once)) is in its subject. Each key has a subject
/// of its own, on which the stream refuses a second event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnceKey {
    /// Nowhere: events of this type are not stored once.
    #[default]
    None,
    /// Its fields are tokens of the subject already: `orders.{order_id}.placed`.
    InSubject,
    /// It is the last token: `orders.placed.<key>`.
    LastToken,
}

/// The properties shared by all events of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventDescriptor {
    /// Kebab case, dots allowed: `user-created`, `orders.placed`.
    pub name: &'static str,
    /// The CloudEvents `type`.
    pub event_type: &'static str,
    /// The name of the stream that stores it.
    pub stream: &'static str,
    /// The subject's template: `users.{user_id}.created`.
    pub subject: &'static str,
    /// The payload's media type: `application/json` or `application/protobuf`.
    pub content_type: &'static str,
    /// The description of the schema; empty if it has none.
    pub description: &'static str,
    /// The full name of the protobuf message: `shop.v1.OrderPlaced`; `None` for JSON.
    pub message_name: Option<&'static str>,
}
