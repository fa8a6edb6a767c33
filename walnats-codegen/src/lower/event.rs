//! What is said about an event, wherever it is said: `x-walnats`, the option `(walnats.event)`, `[events.<name>]`.

use crate::diagnostic::{Located, Place};
use crate::model::Payload;

/// An event as its source declares it, before `walnats.toml` and defaults are applied.
#[derive(Clone, Debug)]
pub struct RawEvent {
    /// Kebab case, dots allowed.
    pub name: String,
    /// Where the event is declared.
    pub place: Place,
    /// What it carries.
    pub payload: Payload,
    /// The description of the schema or message.
    pub description: Option<String>,
    /// The rest.
    pub options: EventOptions,
}

/// The options of an event; all three sources have the same ones. What is absent takes its default.
#[derive(Clone, Debug, Default)]
pub struct EventOptions {
    /// Another name than that of the file or message.
    pub name: Option<Located<String>>,
    /// A template over required scalar fields.
    pub subject: Option<Located<String>>,
    /// The stream that stores the event.
    pub stream: Option<Located<String>>,
    /// A template: the deduplication id when the caller gives none.
    pub uid: Option<Located<String>>,
    /// The CloudEvents `type`.
    pub event_type: Option<Located<String>>,
    /// The name of the Rust type.
    pub rust: Option<Located<String>>,
    /// Whether the event should no longer be emitted.
    pub deprecated: Option<bool>,
    /// Who answers for the event.
    pub owner: Option<String>,
}

impl EventOptions {
    /// These options, and those of `fallback` where these say nothing.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        Self {
            name: self.name.or(fallback.name),
            subject: self.subject.or(fallback.subject),
            stream: self.stream.or(fallback.stream),
            uid: self.uid.or(fallback.uid),
            event_type: self.event_type.or(fallback.event_type),
            rust: self.rust.or(fallback.rust),
            deprecated: self.deprecated.or(fallback.deprecated),
            owner: self.owner.or(fallback.owner),
        }
    }
}
