//! Options of an emit that its event or stream does not allow.

use std::time::Duration;

use super::ConfigError;
use crate::warning::Warning;

/// An option of an emit is invalid, or its event or stream does not allow it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// The publisher's options are invalid.
    #[error("the publisher's options are invalid")]
    Publisher(#[from] ConfigError),
    /// `.delay()` is too long for a date.
    #[error("a delay of {0:?} is too long")]
    DelayTooLong(Duration),
    /// `.delay()` is longer than the stream's `max_age`: the event would be deleted before it is due.
    #[error("a delay of {delay:?} is longer than stream `{stream}` keeps messages ({max_age:?})")]
    DelayBeyondAge {
        /// The delay.
        delay: Duration,
        /// The stream.
        stream: String,
        /// Its `max_age`.
        max_age: Duration,
    },
    /// `.ttl()` is not a whole number of seconds, at least 1.
    #[error("a time to live of {0:?} is not a whole number of seconds, at least 1")]
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
        /// Why.
        warning: Warning,
    },
    /// `.once()` for an event whose subject already contains the fields of its key.
    #[error("the subject of `{0}` already contains the key, which `.once()` cannot replace")]
    OnceInSubject(String),
    /// `.once()` for an event whose stream does not store `<subject>.<key>`.
    #[error(
        "stream `{stream}` does not store `{event}` with a key as last token; set `once` in its schema, or add to `subjects`"
    )]
    OnceNotStored {
        /// The event's name.
        event: String,
        /// The stream.
        stream: String,
    },
    /// `.delay()` for an event that is stored once, on a stream with `schedules`.
    #[error(
        "stream `{0}` has `schedules`: when an event is due, the server does not check that it is the only one with its key"
    )]
    OnceWithDelay(String),
    /// An atomic batch has at most 1,000 events.
    #[error("an atomic batch has at most 1000 events, not {0}")]
    BatchTooLong(usize),
}
