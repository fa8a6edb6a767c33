//! The key of an event: events with the same one are handled in the order in which they were stored.

use std::marker::PhantomData;

use super::incoming::{ConsumedEvent, Incoming};
use crate::event::Event;

/// What is handled in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Of(String),
    /// The message with this sequence number, whose event has no key, or cannot be decoded.
    Alone(u64),
}

/// Makes the key of an event of any type.
pub(super) trait AnyKey: Send + Sync {
    /// `None` if the event cannot be decoded.
    fn key(&self, events: &[ConsumedEvent], incoming: &Incoming<'_>) -> Option<String>;
}

/// A function that makes keys, with the type of its event.
pub(super) struct KeyOf<E, F> {
    pub(super) key: F,
    pub(super) event: PhantomData<fn(E)>,
}

impl<E: Event, F: Fn(&E) -> String + Send + Sync> AnyKey for KeyOf<E, F> {
    fn key(&self, events: &[ConsumedEvent], incoming: &Incoming<'_>) -> Option<String> {
        incoming.decode::<E>(events).ok().map(|event| (self.key)(&event))
    }
}
