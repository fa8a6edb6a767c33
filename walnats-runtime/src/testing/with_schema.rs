//! The schemas of events, for what makes events up.

use crate::event::Event;

/// An event whose schema tests can ask for. Generated code implements it with the feature `testing`; the crate
/// `walnats-proptest` makes up valid events by it.
pub trait WithSchema: Event {
    /// The schema, as generated code embeds it.
    fn schema() -> EventSchema;
}

/// The schema of an event, as generated code embeds it. The forms are those of one version of walnats.
#[derive(Clone, Copy, Debug)]
pub struct EventSchema {
    /// Of JSON events: the schemas of the package (`schemas.json`), among which that of the event has the event's name.
    pub schemas: Option<&'static str>,
    /// Examples of the schemas, and protobuf files (`samples.json`).
    pub samples: &'static str,
}
