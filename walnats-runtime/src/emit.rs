//! One event on its way: what the caller asks for, and the three ways of sending it.

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

/// What [`Emit`], [`Buffered`] and [`EmitAll`](crate::EmitAll) turn into when they are awaited.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An emit that is being put together. Await it for a confirmed emit: it ends when JetStream has the event.
///
/// # Errors
///
/// The event is certainly not stored, or possibly stored; [`EmitError`] says which.
///
/// # Cancel safety
///
/// Dropping the future before the event has a place in the buffer sends nothing. Dropping it later changes nothing: the
/// event is sent as if by [`Emit::buffered`], and a failure goes to [`Options::on_lost`](crate::Options::on_lost).
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
}

impl<'a, E: Event> Emit<'a, E> {
    /// The deduplication id: within the stream's duplicate window, a stream stores one event of an id, of whatever kind and
    /// on whatever subject. It names an occurrence (`order 7 was placed`, `u_42 changed to version 3`), not an entity: a
    /// second event with the id of a user is dropped, even if it says something new.
    ///
    /// It is sent exactly as given. At most 1,024 bytes, without control characters. Default: the event's name, `:`, and
    /// the schema's `uid` template (`user-created:u_42`); without a template, a fresh UUIDv7.
    pub fn uid(mut self, uid: impl Into<String>) -> Self {
        self.details.uid = Some(uid.into());
        self
    }

    /// Stores at most one event of this key, for as long as the stream keeps it, whatever the duplicate window and whoever
    /// emits: the second ends as [`Outcome::Duplicate`](crate::Outcome::Duplicate) with the place of the first. An attempt
    /// whose acknowledgement was lost is recognised by its id, and is sent again even beyond the duplicate window.
    ///
    /// The key is written as the last token of the subject, in place of the one that the schema's `once` gives, or beside
    /// the subject where the schema says nothing: `orders.placed` is then published as `orders.placed.<key>`, and the
    /// stream has to take `orders.placed.*`. What is not a letter, digit, `-` or `_` is written as `=` and two
    /// hexadecimal digits. Not together with [`Emit::delay`] on streams with `schedules`, and not for events whose
    /// subject has the key's fields in it anyway.
    ///
    /// Every key is a subject of its own, which the server keeps an account of in memory. A second event of a key costs a
    /// look at the first: the credentials need `$JS.API.STREAM.MSG.GET.<stream>`.
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.details.once = Some(key.into());
        self
    }

    /// Holds the event back. Where the stream has `schedules`, the server publishes it when it is due (not on streams of
    /// `interest` retention, where a schedule without a consumer would never fire); elsewhere the header
    /// `Walnats-Delay` asks readers to hold it. A receipt means that the schedule, or the event, is stored.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.details.delay = Some(delay);
        self
    }

    /// Sets the header `Walnats-Trace`.
    pub fn trace_id(mut self, trace_id: impl Into<String>) -> Self {
        self.details.trace_id = Some(trace_id.into());
        self
    }

    /// Sets a header, see [`Headers::insert`](crate::Headers::insert). What cannot be sent ends the emit before anything is.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.headers.push((name.into(), value.into()));
        self
    }

    /// Sends the event as a CloudEvent; what `cloud_event` leaves open is taken from the event: the message id as `id`, its
    /// type, the present time. Default: [`Options::cloud_events`](crate::Options::cloud_events).
    pub fn cloud_event(mut self, cloud_event: CloudEvent) -> Self {
        self.details.cloud_event = Some(Box::new(cloud_event));
        self
    }

    /// When the server drops the event: whole seconds from 1. The stream needs `message_ttl`.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.details.ttl = Some(ttl);
        self
    }

    /// How long this emit may take in all; default as in [`Options`](crate::Options).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.details.deadline = Some(deadline);
        self
    }

    /// Hands the event over without waiting for its acknowledgement: the future ends when the event has a place in the
    /// buffer, and gives a [`Pending`] that ends when JetStream has it.
    pub fn buffered(self) -> Buffered<'a, E> {
        Buffered { emit: self }
    }

    /// As [`Emit::buffered`], at once: a full buffer is an error.
    ///
    /// # Errors
    ///
    /// The event is not valid, or the buffer is full.
    pub fn try_buffered(self) -> Result<Pending, EmitError> {
        let deadline = self.details.deadline;
        let publisher = self.publisher;
        publisher.try_submit(self.into_message()?, deadline)
    }

    /// Validates and encodes the event, and sends nothing: for an outbox, or for [`Publisher::submit`].
    ///
    /// # Errors
    ///
    /// The event is not valid, or something was asked for that cannot be had.
    pub fn into_message(self) -> Result<OutboundMessage, EmitError> {
        compose(self.publisher, self.event, self.details)
    }
}

impl<'a, E: Event> IntoFuture for Emit<'a, E> {
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

/// A buffered emit; await it to hand the event over.
///
/// # Errors
///
/// The event is not valid, the publisher is shut down, or, with [`Full::Refuse`](crate::Full), the buffer is full.
#[derive(Debug)]
#[must_use = "nothing is emitted until this is awaited"]
pub struct Buffered<'a, E> {
    emit: Emit<'a, E>,
}

impl<'a, E: Event> IntoFuture for Buffered<'a, E> {
    type Output = Result<Pending, EmitError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let emit = self.emit;
            let deadline = emit.details.deadline;
            let publisher = emit.publisher;
            // A loop that emits would otherwise fill the whole buffer before the engine gets its turn on the same thread.
            tokio::task::consume_budget().await;
            match publisher.options().full {
                Full::Wait => publisher.submit_within(emit.into_message()?, deadline).await,
                Full::Refuse => publisher.try_submit(emit.into_message()?, deadline),
            }
        })
    }
}
