//! Dead letters: events that a service could not handle, in a stream where people can look at them.
//!
//! A dead letter has the payload and the headers of the event (without those that the server acts on) and the headers
//! `Walnats-Dead-*` of `docs/readers.md`. If that is more than a stream or the server takes, the headers of the event, the reason and
//! the violations are left out; then the payload, if the event remains in its stream.

mod headers;

use std::borrow::Cow;
use std::time::Duration;

use async_nats::Message;

use super::delivery::Position;
use super::incoming::ReadMessageError;
use crate::chain::Chain;
use crate::error::{DecodeError, EmitError};
use crate::jetstream::Scope;
use crate::message::{MessageParts, OutboundMessage, PartsError};
use crate::placement::kept;
use crate::publisher::Publisher;
use crate::stream::{Retention, StreamDescriptor};

/// The subjects of dead letters: `_walnats.dead.<service>.<event>`.
const FILTER: &str = "_walnats.dead.>";

/// The subjects of replayed dead letters: `_walnats.replay.<service>.<event>`.
const REPLAY_FILTER: &str = "_walnats.replay.>";

/// How long the ids of dead letters are remembered: a reader that dies between storing one and settling the event stores it
/// again, when the event comes again.
const WINDOW: Duration = Duration::from_secs(2 * 3_600);

/// Why an event is a dead letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) why: String,
    /// Places and keywords, without the values.
    pub(super) violations: Vec<String>,
}

impl Reason {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), violations: Vec::new() }
    }
}

impl From<&ReadMessageError> for Reason {
    fn from(error: &ReadMessageError) -> Self {
        let violations = match error {
            ReadMessageError::Decode { source: DecodeError::Invalid(invalid), .. } => {
                invalid.violations().iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        Self { why: Chain(error).to_string(), violations }
    }
}

/// What a dead letter has of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    /// No header of the event but those that say how to read it; no reason.
    WithoutHeaders,
    /// Only where it is.
    Reference,
}

/// An event that becomes a dead letter.
pub(super) struct DeadLetter<'a> {
    pub(super) service: &'a str,
    /// The event's name, if it is known.
    pub(super) event: Option<&'a str>,
    pub(super) message: &'a Message,
    pub(super) position: &'a Position,
    pub(super) reason: &'a Reason,
}

/// The stream of dead letters, by its names in the package.
pub(super) fn stream(name: &str, max_age: Option<Duration>, replicas: u8) -> StreamDescriptor {
    StreamDescriptor {
        subjects: &[FILTER],
        first_description: "Events that services could not handle",
        replicas: Some(replicas),
        max_age,
        duplicate_window: Some(max_age.filter(|age| !age.is_zero()).map_or(WINDOW, |age| age.min(WINDOW))),
        ..StreamDescriptor::new(kept(Cow::Borrowed(name)))
    }
}

/// The name of the stream of replays, by that of the stream of dead letters.
pub(super) fn replay_stream_name(name: &str) -> String {
    format!("{name}-replay")
}

/// The filter of the replays for a service.
pub(super) fn replay_filter(service: &str) -> String {
    format!("_walnats.replay.{service}.>")
}

/// The stream of replays: what is settled is gone.
pub(super) fn replay_stream(name: &str, replicas: u8) -> StreamDescriptor {
    StreamDescriptor {
        subjects: &[REPLAY_FILTER],
        first_description: "Dead letters that were replayed and are not settled",
        replicas: Some(replicas),
        retention: Some(Retention::WorkQueue),
        duplicate_window: Some(WINDOW),
        ..StreamDescriptor::new(kept(Cow::Owned(replay_stream_name(name))))
    }
}

/// Why a dead letter was not stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    #[error("the dead letter is not a valid message")]
    Parts(#[from] PartsError),
    #[error("the dead letter was not stored")]
    Emit(#[from] EmitError),
}

impl NotKept {
    /// Whether it is about this letter, as it is: the same one will not be stored later.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Parts(_) => true,
            Self::Emit(EmitError::NotStored(error)) => error.scope() == Scope::Event && !error.passes(),
            Self::Emit(EmitError::PossiblyStored(_)) => false,
        }
    }
}

impl DeadLetter<'_> {
    /// Stores it in the first form that can be stored. The same event of a service is stored once. `stays` says whether the event
    /// remains in its stream, so that a reference is enough.
    pub(super) async fn keep(&self, publisher: &Publisher, stream: &str, stays: bool) -> Result<Form, NotKept> {
        let mut form = Form::Whole;
        loop {
            let error = match self.keep_as(form, publisher, stream).await {
                Ok(()) => return Ok(form),
                Err(error) => error,
            };
            form = match form {
                Form::Whole if error.is_final() => Form::WithoutHeaders,
                Form::WithoutHeaders if error.is_final() && stays => Form::Reference,
                _ => return Err(error),
            };
        }
    }

    async fn keep_as(&self, form: Form, publisher: &Publisher, stream: &str) -> Result<(), NotKept> {
        let name = self.event.unwrap_or("unknown");
        let Position { stream: origin, sequence, time, replay, .. } = self.position;
        // What failed again is another letter than the first one, whose id the stream may remember.
        let replay = replay.map(|replay| format!(":replay:{}", replay.sequence)).unwrap_or_default();
        // A reference does not stand for the event.
        let kind = if form == Form::Reference { "dead-reference" } else { "dead" };
        let payload = if form == Form::Reference { Default::default() } else { self.message.payload.clone() };
        let parts = MessageParts {
            event: name.to_owned(),
            stream: publisher.server_stream(stream).into_owned(),
            subject: publisher.server_subject(format!("_walnats.dead.{}.{name}", self.service)),
            message_id: format!("{kind}:{}:{origin}:{sequence}:{}{replay}", self.service, time.as_nanosecond()),
            headers: headers::all(self, form),
            payload,
            duplicate_window: WINDOW,
        };
        publisher.submit_confirmed(OutboundMessage::from_parts(parts)?, None).await?.await?;
        Ok(())
    }
}
