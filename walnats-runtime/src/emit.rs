//! Emitting one event: its options, and the three ways to send it.

mod request;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use crate::cloud_event::CloudEvent;
use crate::compose::{Details, compose};
use crate::error::EmitError;
use crate::event::Event;
use crate::message::{OutboundMessage, Receipt};
use crate::options::Full;
use crate::pending::Pending;
use crate::publisher::Publisher;
use crate::untyped::{Emittable, UntypedEvent};

pub use self::request::{Request, RequestError};

/// The future of an awaited [`Emit`], [`Buffered`] or [`EmitAll`](crate::EmitAll).
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An emit with its options. Await it for a confirmed emit: it completes when JetStream has stored the event.
///
/// # Errors
///
/// The event is certainly not stored, or possibly stored; [`EmitError`] distinguishes them.
///
/// # Cancel safety
///
/// Dropping the future before the event is in the buffer sends nothing. Dropping it later has no effect: the event is sent as
/// if by [`Emit::buffered`], and a failure is passed to [`Options::on_lost`](crate::Options::on_lost).
#[derive(Debug)]
#[must_use = "nothing is emitted until this is awaited"]
pub struct Emit<'a, E> {
    publisher: &'a Publisher,
    event: &'a E,
    details: Details,
}

impl Publisher {
    /// Emits an event; generated code calls it.
    pub fn emit<'a, E: Event>(&'a self, event: &'a E) -> Emit<'a, E> {
        Emit { publisher: self, event, details: Details::default() }
    }

    /// Emits an event without a Rust type.
    pub fn emit_untyped<'a>(&'a self, event: &'a UntypedEvent) -> Emit<'a, UntypedEvent> {
        Emit { publisher: self, event, details: Details::default() }
    }
}

impl<'a, E: Emittable> Emit<'a, E> {
    /// The deduplication id: within its duplicate window, a stream stores one event per id, whatever its type and subject. It
    /// identifies an occurrence (`order 7 was placed`, `u_42 changed to version 3`), not an entity: a
    /// second event with the id of a user is dropped, even if it says something new.
    ///
    /// It is sent exactly as given. At most 1,024 bytes, without control characters. Default: the event's name, `:`, and
    /// the schema's `uid` template (`user-created:u_42`); without a template, a fresh UUIDv7.
    pub fn uid(mut self, uid: impl Into<String>) -> Self {
        self.details.uid = Some(uid.into());
        self
    }

    /// Stores at most one event with this key for as long as the stream keeps it, beyond the duplicate window and across
    /// publishers: a second one ends as [`Outcome::Duplicate`](crate::Outcome::Duplicate) with the sequence of the first. An
    /// attempt whose acknowledgement was lost is recognised by its id, and is resent even after the duplicate window.
    ///
    /// The key becomes the last token of the subject: it replaces the key of the schema's `once`, or is appended if the schema
    /// has none: `orders.placed` is then published as `orders.placed.<key>`, so the stream must include `orders.placed.*`.
    /// Characters other than letters, digits, `-` and `_` are written as `=` and two hexadecimal digits. Cannot be combined
    /// with [`Emit::delay`] on streams with `schedules`, nor used for events whose subject already contains the key's fields.
    ///
    /// Each key is a separate subject, which the server tracks in memory. For a second event of a key, the first one is read:
    /// the credentials need permission for `$JS.API.STREAM.MSG.GET.<stream>`.
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.details.once = Some(key.into());
        self
    }

    /// Delays the event. On streams with `schedules`, the server publishes it when it is due (except with `interest`
    /// retention, where a schedule without a consumer would never fire); on others, the header `Walnats-Delay` asks readers to
    /// hold it. A receipt means that the schedule, or the event, is stored.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.details.delay = Some(delay);
        self
    }

    /// Sets the header `Walnats-Trace`.
    pub fn trace_id(mut self, trace_id: impl Into<String>) -> Self {
        self.details.trace_id = Some(trace_id.into());
        self
    }

    /// Sets a header, see [`Headers::insert`](crate::Headers::insert). An invalid header fails the emit before anything is sent.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.headers.push((name.into(), value.into()));
        self
    }

    /// Sends the event as a CloudEvent. Attributes that `cloud_event` does not set come from the event: the message id as `id`,
    /// its type, and the current time. Default: [`Options::cloud_events`](crate::Options::cloud_events).
    pub fn cloud_event(mut self, cloud_event: CloudEvent) -> Self {
        self.details.cloud_event = Some(Box::new(cloud_event));
        self
    }

    /// The time until the server deletes the event: whole seconds, at least 1. The stream needs `message_ttl`.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.details.ttl = Some(ttl);
        self
    }

    /// The deadline of this emit; default: [`Options::deadline`](crate::Options::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.details.deadline = Some(deadline);
        self
    }

    /// Buffers the event without waiting for its acknowledgement: the future completes when the event is in the buffer, and
    /// returns a [`Pending`] that completes when JetStream has stored it.
    pub fn buffered(self) -> Buffered<'a, E> {
        Buffered { emit: self }
    }

    /// Like [`Emit::buffered`], without waiting: a full buffer is an error.
    ///
    /// # Errors
    ///
    /// The event is invalid, or the buffer is full.
    pub fn try_buffered(self) -> Result<Pending, EmitError> {
        let deadline = self.details.deadline;
        let publisher = self.publisher;
        publisher.try_submit(self.into_message()?, deadline)
    }

    /// Validates and encodes the event without sending it: for an outbox, or for [`Publisher::submit`].
    ///
    /// # Errors
    ///
    /// The event is invalid, or an option cannot be satisfied.
    pub fn into_message(self) -> Result<OutboundMessage, EmitError> {
        compose(self.publisher, self.event, self.details)
    }
}

impl<'a, E: Emittable> IntoFuture for Emit<'a, E> {
    type Output = Result<Receipt, EmitError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let deadline = self.details.deadline;
            let publisher = self.publisher;
            publisher.submit_confirmed(self.into_message()?, deadline).await?.await
        })
    }
}

/// A buffered emit; await it to buffer the event.
///
/// # Errors
///
/// The event is invalid, the publisher was shut down, or, with [`Full::Refuse`](crate::Full), the buffer is full.
#[derive(Debug)]
#[must_use = "nothing is emitted until this is awaited"]
pub struct Buffered<'a, E> {
    emit: Emit<'a, E>,
}

impl<'a, E: Emittable> IntoFuture for Buffered<'a, E> {
    type Output = Result<Pending, EmitError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let emit = self.emit;
            let deadline = emit.details.deadline;
            let publisher = emit.publisher;
            // Otherwise a loop that emits would fill the whole buffer before the engine runs on the same thread.
            tokio::task::consume_budget().await;
            match publisher.options().full {
                Full::Wait => publisher.submit_within(emit.into_message()?, deadline).await,
                Full::Refuse => publisher.try_submit(emit.into_message()?, deadline),
            }
        })
    }
}
