//! Requests: an event that is emitted, and the response of whoever handles it.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::{BoxFuture, Emit};
use crate::error::EmitError;
use crate::message::Receipt;
use crate::response::{Response, ResponseError};
use crate::untyped::Emittable;

/// How long a caller waits for a response: as long as the Python library.
const TIMEOUT: Duration = Duration::from_secs(4);

/// An emit that waits for the response of a handler; await it.
///
/// The event is stored and delivered like any other, so every service that consumes it handles it, and its redelivery is not
/// affected by whether somebody still waits. The first response is returned. Responses are not stored: one can be lost although
/// the event was handled, and an event that a stream had already (a duplicate) is not handled again.
///
/// # Errors
///
/// The event was not stored, nobody responded in time, or the response is not an `R`: see [`RequestError`].
#[derive(Debug)]
#[must_use = "nothing is emitted until this is awaited"]
pub struct Request<'a, E, R> {
    emit: Emit<'a, E>,
    timeout: Duration,
    response: PhantomData<fn() -> R>,
}

impl<'a, E: Emittable> Emit<'a, E> {
    /// Emits the event and waits for the response of a handler: of a reader whose handler returns an `R`, or of an actor of the
    /// Python library whose event was made by `with_response`. The header `Walnats-Reply` tells them where to send it.
    pub fn request<R: Response>(self) -> Request<'a, E, R> {
        Request { emit: self, timeout: TIMEOUT, response: PhantomData }
    }
}

impl<E, R> Request<'_, E, R> {
    /// How long storing and handling the event may take together. Default 4 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl<'a, E: Emittable, R: Response> IntoFuture for Request<'a, E, R> {
    type Output = Result<R, RequestError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { mut emit, timeout, .. } = self;
            let until = Instant::now() + timeout.min(Duration::from_secs(365 * 86_400));
            let client = emit.publisher.client().clone();
            let inbox = client.new_inbox();
            let mut responses = client.subscribe(inbox.clone()).await.map_err(|_| RequestError::Closed)?;
            emit.details.reply = Some(inbox);
            let deadline = emit.details.deadline.unwrap_or(emit.publisher.options().deadline);
            let mut emitting = emit.deadline(deadline.min(timeout)).into_future();
            // An event can be handled before its acknowledgement arrives, or although that was lost.
            let response = tokio::select! {
                biased;
                response = responses.next() => response,
                stored = &mut emitting => {
                    let receipt = stored.map_err(RequestError::Emit)?;
                    let response = timeout_at(until, responses.next()).await;
                    response.map_err(|_| RequestError::NoResponse { timeout, receipt })?
                }
            };
            let response = response.ok_or(RequestError::Closed)?;
            R::decode_response(&response.payload).map_err(RequestError::Response)
        })
    }
}

/// A request has no response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The event was not confirmed as stored, and nobody responded.
    #[error("the event of the request was not confirmed")]
    Emit(#[source] EmitError),
    /// The event is stored, and no response arrived in time. It may have been handled, or be handled later.
    #[error("nobody responded within {timeout:?}")]
    NoResponse {
        /// The time that was waited.
        timeout: Duration,
        /// What the stream did with the event. One that it had already is not handled again, and has no second response.
        receipt: Receipt,
    },
    /// A response arrived that is not the expected one.
    #[error("the response cannot be read")]
    Response(#[source] ResponseError),
    /// The connection was closed.
    #[error("the connection was closed")]
    Closed,
}
