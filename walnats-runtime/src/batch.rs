//! Many events of one type: pipelined, or atomic.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use crate::cloud_event::CloudEvent;
use crate::compose::{Details, compose};
use crate::emit::BoxFuture;
use crate::error::{EmitAllError, EmitError, NotStored, OptionError, Reason};
use crate::event::Event;
use crate::message::{OutboundMessage, Outcome, Receipt};
use crate::publisher::Publisher;

/// The server's limit for an atomic batch (error 10199).
const MAX_ATOMIC: usize = 1_000;

/// An emit of many events. Await it: it completes when JetStream has stored all of them, and returns a receipt for each, in order.
///
/// All events are validated before the first is sent.
///
/// # Errors
///
/// Some events were not confirmed; [`EmitAllError`] lists which, and the result of each.
#[must_use = "nothing is emitted until this is awaited"]
pub struct EmitAll<'a, E> {
    publisher: &'a Publisher,
    events: &'a [E],
    uid: Option<PerEvent<'a, E, String>>,
    once: Option<PerEvent<'a, E, String>>,
    cloud_event: Option<PerEvent<'a, E, CloudEvent>>,
    details: Details,
    atomic: bool,
}

type PerEvent<'a, E, T> = Box<dyn Fn(&E) -> T + Send + 'a>;

impl Publisher {
    /// Emits events of one type; generated code calls it.
    pub fn emit_all<'a, E: Event>(&'a self, events: &'a [E]) -> EmitAll<'a, E> {
        let details = Details::default();
        EmitAll { publisher: self, events, uid: None, once: None, cloud_event: None, details, atomic: false }
    }
}

impl<'a, E: Event> EmitAll<'a, E> {
    /// The deduplication id of each event, like [`Emit::uid`](crate::Emit::uid).
    pub fn uid(mut self, uid: impl Fn(&E) -> String + Send + 'a) -> Self {
        self.uid = Some(Box::new(uid));
        self
    }

    /// Stores at most one event of each key, like [`Emit::once`](crate::Emit::once). An atomic batch with a key that is
    /// already stored is rejected as a whole ([`Reason::KeyTaken`]).
    pub fn once(mut self, key: impl Fn(&E) -> String + Send + 'a) -> Self {
        self.once = Some(Box::new(key));
        self
    }

    /// Sends each event as a CloudEvent, like [`Emit::cloud_event`](crate::Emit::cloud_event).
    pub fn cloud_event(mut self, cloud_event: impl Fn(&E) -> CloudEvent + Send + 'a) -> Self {
        self.cloud_event = Some(Box::new(cloud_event));
        self
    }

    /// Delays every event, like [`Emit::delay`](crate::Emit::delay).
    pub fn delay(mut self, delay: Duration) -> Self {
        self.details.delay = Some(delay);
        self
    }

    /// Sets the header `Walnats-Trace` of every event.
    pub fn trace_id(mut self, trace_id: impl Into<String>) -> Self {
        self.details.trace_id = Some(trace_id.into());
        self
    }

    /// Sets a header of every event, like [`Emit::header`](crate::Emit::header).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.headers.push((name.into(), value.into()));
        self
    }

    /// When the server deletes each event, like [`Emit::ttl`](crate::Emit::ttl).
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.details.ttl = Some(ttl);
        self
    }

    /// The deadline of each event, from the time it is sent; default: [`Options::deadline`](crate::Options::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.details.deadline = Some(deadline);
        self
    }

    /// All or nothing: the stream stores every event consecutively, or none of them. The stream needs `atomic`; at most 1,000
    /// events. An id that is already stored, or occurs twice, makes the server reject the whole batch
    /// ([`Reason::DuplicateInBatch`]).
    pub fn atomic(mut self) -> Self {
        self.atomic = true;
        self
    }

    fn messages(&self) -> Result<Vec<OutboundMessage>, EmitAllError> {
        let mut messages = Vec::with_capacity(self.events.len());
        let mut failures = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            let uid = self.uid.as_ref().map(|uid| uid(event));
            let once = self.once.as_ref().map(|once| once(event));
            let cloud_event = self.cloud_event.as_ref().map(|cloud_event| Box::new(cloud_event(event)));
            match compose(self.publisher, event, Details { uid, once, cloud_event, ..self.details.clone() }) {
                Ok(message) => messages.push(message),
                Err(error) => failures.push((index, error)),
            }
        }
        if failures.is_empty() {
            Ok(messages)
        } else {
            Err(EmitAllError { receipts: vec![None; self.events.len()], failures })
        }
    }

    async fn pipelined(self) -> Result<Vec<Receipt>, EmitAllError> {
        let mut pending = Vec::with_capacity(self.events.len());
        for message in self.messages()? {
            pending.push(self.publisher.submit_confirmed(message, self.details.deadline).await);
        }
        let mut receipts = Vec::with_capacity(pending.len());
        let mut failures = Vec::new();
        for (index, accepted) in pending.into_iter().enumerate() {
            let end = match accepted {
                Ok(pending) => pending.await,
                Err(error) => Err(error),
            };
            match end {
                Ok(receipt) => receipts.push(Some(receipt)),
                Err(error) => {
                    receipts.push(None);
                    failures.push((index, error));
                }
            }
        }
        if failures.is_empty() {
            Ok(receipts.into_iter().flatten().collect())
        } else {
            Err(EmitAllError { receipts, failures })
        }
    }

    async fn all_or_nothing(self) -> Result<Vec<Receipt>, EmitAllError> {
        let whole =
            |error: EmitError| EmitAllError { receipts: vec![None; self.events.len()], failures: vec![(0, error)] };
        let refuse = |option: OptionError| {
            let event = E::DESCRIPTOR.name.to_owned();
            whole(EmitError::NotStored(NotStored { event, message_id: None, reason: Reason::Option(option) }))
        };
        let stream = E::DESCRIPTOR.stream;
        if !self.publisher.stream(stream).atomic {
            return Err(refuse(OptionError::NotAtomic(stream.to_owned())));
        }
        if self.events.len() > MAX_ATOMIC {
            return Err(refuse(OptionError::BatchTooLong(self.events.len())));
        }
        let messages = self.messages()?;
        let ids: Vec<String> = messages.iter().map(|message| message.message_id.clone()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let end = match self.publisher.submit_atomic(messages, self.details.deadline).await {
            Ok(pending) => pending.await,
            Err(error) => Err(error),
        };
        let last = end.map_err(whole)?;
        // A batch is stored consecutively: the acknowledgement of its last message determines all sequence numbers.
        let first = last.outcome.sequence().saturating_sub(ids.len() as u64 - 1);
        let receipts = (first..).zip(ids).map(|(sequence, message_id)| Receipt {
            outcome: match last.outcome {
                Outcome::Stored(_) => Outcome::Stored(sequence),
                Outcome::Duplicate(_) => Outcome::Duplicate(sequence),
            },
            stream: last.stream.clone(),
            domain: last.domain.clone(),
            message_id,
        });
        Ok(receipts.collect())
    }
}

impl<'a, E: Event> IntoFuture for EmitAll<'a, E> {
    type Output = Result<Vec<Receipt>, EmitAllError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        if self.atomic { Box::pin(self.all_or_nothing()) } else { Box::pin(self.pipelined()) }
    }
}

impl<E> fmt::Debug for EmitAll<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmitAll")
            .field("events", &self.events.len())
            .field("atomic", &self.atomic)
            .finish_non_exhaustive()
    }
}
