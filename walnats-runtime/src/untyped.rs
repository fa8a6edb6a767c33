//! Events without a Rust type.

use std::fmt;

use crate::error::{EncodeError, SubjectError, ValidateError};
use crate::event::{Event, EventDescriptor, OnceKey};

/// An event without a Rust type: for programs that read schemas at run time, such as `walnats emit`. It is sent exactly like
/// an event of generated code with the same parts: see [`Publisher::emit_untyped`](crate::Publisher::emit_untyped).
///
/// Whoever makes one has validated and encoded the payload. `Debug` shows neither payload, subject nor id.
#[derive(Clone)]
pub struct UntypedEvent {
    descriptor: &'static EventDescriptor,
    once: OnceKey,
    subject: String,
    uid: Option<String>,
    payload: Vec<u8>,
}

impl UntypedEvent {
    /// An event with this subject and encoded payload.
    pub fn new(descriptor: &'static EventDescriptor, subject: String, payload: Vec<u8>) -> Self {
        Self { descriptor, once: OnceKey::None, subject, uid: None, payload }
    }

    /// The deduplication id from the schema's `uid` template, like [`Event::uid`].
    pub fn uid(mut self, uid: Option<String>) -> Self {
        self.uid = uid;
        self
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The deduplication id that the schema gives it, if any.
    pub fn message_id(&self) -> Option<&str> {
        self.uid.as_deref()
    }

    /// Where in the subject the key of an event is that is stored once, like [`Event::ONCE`].
    pub fn once(mut self, once: OnceKey) -> Self {
        self.once = once;
        self
    }
}

impl fmt::Debug for UntypedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UntypedEvent")
            .field("event", &self.descriptor.name)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// What can be emitted: every [`Event`], and [`UntypedEvent`].
pub trait Emittable: Send + Sync {
    /// The properties shared by all events of the type.
    #[doc(hidden)]
    fn described(&self) -> &'static EventDescriptor;

    /// Whether and where in the subject there is a key.
    #[doc(hidden)]
    fn once_key(&self) -> OnceKey;

    /// The subject.
    #[doc(hidden)]
    fn own_subject(&self) -> Result<String, SubjectError>;

    /// The deduplication id, if the schema has a template.
    #[doc(hidden)]
    fn own_uid(&self) -> Option<String>;

    /// Checks the event against its schema.
    #[doc(hidden)]
    fn checked(&self) -> Result<(), ValidateError>;

    /// The payload as it is published.
    #[doc(hidden)]
    fn encoded(&self) -> Result<Vec<u8>, EncodeError>;
}

impl<E: Event> Emittable for E {
    fn described(&self) -> &'static EventDescriptor {
        E::DESCRIPTOR
    }

    fn once_key(&self) -> OnceKey {
        E::ONCE
    }

    fn own_subject(&self) -> Result<String, SubjectError> {
        self.subject()
    }

    fn own_uid(&self) -> Option<String> {
        self.uid()
    }

    fn checked(&self) -> Result<(), ValidateError> {
        self.validate()
    }

    fn encoded(&self) -> Result<Vec<u8>, EncodeError> {
        self.encode()
    }
}

impl Emittable for UntypedEvent {
    fn described(&self) -> &'static EventDescriptor {
        self.descriptor
    }

    fn once_key(&self) -> OnceKey {
        self.once
    }

    fn own_subject(&self) -> Result<String, SubjectError> {
        Ok(self.subject.clone())
    }

    fn own_uid(&self) -> Option<String> {
        self.uid.clone()
    }

    fn checked(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encoded(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.payload.clone())
    }
}
