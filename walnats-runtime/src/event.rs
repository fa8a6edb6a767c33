//! What the runtime knows of an event type: generated code implements [`Event`].

use crate::error::{DecodeError, EncodeError, SubjectError, ValidateError};

/// A payload type with a subject. Implemented by generated code.
pub trait Event: Sized + Send + Sync {
    /// The properties shared by all events of the type.
    const DESCRIPTOR: &'static EventDescriptor;

    /// Whether the stream stores one event per key at most, and where in the subject the key is.
    const ONCE: OnceKey = OnceKey::None;

    /// The subject that this event is published on: the descriptor's template with the event's fields in it.
    ///
    /// # Errors
    ///
    /// A field cannot be part of a subject: it is empty, or holds `.`, `*`, `>`, white space or a control character.
    fn subject(&self) -> Result<String, SubjectError>;

    /// The deduplication id from the schema's `uid` template: the event's name, `:`, and the template with the event's
    /// fields in it, such as `user-created:u_42`. `None` where the schema has none.
    ///
    /// It names an occurrence, not what the event is about: within the stream's duplicate window, a second event with the
    /// same id is not stored.
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
    /// The event holds something that the encoding cannot express.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// Reads a payload; succeeds exactly when the schema accepts it.
    ///
    /// # Errors
    ///
    /// The payload is not of the encoding, or breaks the schema.
    fn decode(payload: &[u8]) -> Result<Self, DecodeError>;
}

/// Where the key of an event that is stored once ([`Emit::once`](crate::Emit::once)) is in its subject: one subject for each
/// key is what lets the stream refuse the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnceKey {
    /// Nowhere: events of this type are stored as often as they are emitted.
    #[default]
    None,
    /// Its fields are tokens of the subject anyway: `orders.{order_id}.placed`.
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
    /// From the schema; empty where it says nothing.
    pub description: &'static str,
    /// The protobuf message by its full name: `shop.v1.OrderPlaced`; `None` for JSON.
    pub message_name: Option<&'static str>,
}
