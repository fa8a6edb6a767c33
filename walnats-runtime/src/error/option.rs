//! Options of an emit that its event or stream does not allow.

use std::time::Duration;

use super::ConfigError;
use crate::warning::Warning;

/// An emit asked for something that is not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// The publisher was made with options that cannot be used.
    #[error("the publisher's options are invalid")]
    Publisher(#[from] ConfigError),
    /// `.delay()` beyond what a date can express.
    #[error("a delay of {0:?} is too long")]
    DelayTooLong(Duration),
    /// `.delay()` beyond the stream's `max_age`: the event would be gone before it is due.
    #[error("a delay of {delay:?} is longer than stream `{stream}` keeps messages ({max_age:?})")]
    DelayBeyondAge {
        /// As asked for.
        delay: Duration,
        /// The stream.
        stream: String,
        /// Its `max_age`.
        max_age: Duration,
    },
    /// `.ttl()` counts whole seconds from 1.
    #[error("a time to live of {0:?} is not a whole number of seconds, 1 at least")]
    Ttl(Duration),
    /// `.ttl()` on a stream without `message_ttl`.
    #[error("stream `{0}` is not declared with `message_ttl`")]
    NoTtl(String),
    /// `.atomic()` on a stream without `atomic`.
    #[error("stream `{0}` is not declared with `atomic`")]
    NotAtomic(String),
    /// The stream is declared in a way that may lose events, and [`Options::strict`](crate::Options::strict) allows none.
    #[error("stream `{stream}` may lose events: {warning}")]
    Strict {
        /// The stream.
        stream: String,
        /// What there is to say of it.
        warning: Warning,
    },
    /// `.once()` for an event whose subject has the fields of its key in it.
    #[error("the subject of `{0}` has the key in it already, which `.once()` cannot replace")]
    OnceInSubject(String),
    /// `.once()` for an event whose stream does not take `<subject>.<key>`.
    #[error(
        "stream `{stream}` does not take `{event}` with a key as last token; set `once` in its schema, or add to `subjects`"
    )]
    OnceNotStored {
        /// The event's name.
        event: String,
        /// The stream.
        stream: String,
    },
    /// `.delay()` for an event that is stored once, on a stream with `schedules`.
    #[error(
        "stream `{0}` has `schedules`: what it publishes when it is due is not checked to be the only one of its key"
    )]
    OnceWithDelay(String),
    /// An atomic batch has at most 1,000 events.
    #[error("an atomic batch has at most 1000 events, not {0}")]
    BatchTooLong(usize),
}
