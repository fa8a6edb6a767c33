//! What the instances of a trial have in common.

/// The service, and so the consumer.
pub const SERVICE: &str = "trial";

/// The number of keys, where order matters: an event's is its number modulo this.
pub const KEYS: usize = 11;

/// The part of a [`ReadRow`](crate::ReadRow) that a [`Stage`](crate::Stage) is made of; its fields are the row's.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// The name of the stream.
    pub stream: &'static str,
    /// The number of instances.
    pub instances: usize,
    /// The number of events.
    pub events: usize,
    /// Which of them no reader can decode.
    pub unreadable: fn(usize) -> bool,
    /// How many events an instance has in hand.
    pub concurrency: usize,
}
