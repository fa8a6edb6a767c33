//! What becomes of an event after its handler.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;

use crate::chain::Chain;
use crate::response::{Answer, Response};

/// What becomes of an event after its handler. Handlers return it, or a `Result` whose error says it: see [`HandlerError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settle {
    /// It is acknowledged.
    Done,
    /// It is acknowledged, and whoever asked for a response gets this one: see [`Settle::respond`].
    Respond(Answer),
    /// It comes again after a pause, unless its attempts are used up: then it becomes a dead letter.
    Retry {
        /// The pause; `None` for that of the reader's [`Backoff`](crate::Backoff).
        after: Option<Duration>,
        /// Why; part of the dead letter, if it becomes one.
        why: String,
    },
    /// It becomes a dead letter at once.
    DeadLetter {
        /// Why; part of the dead letter.
        why: String,
    },
}

impl Settle {
    /// Responds to whoever asked ([`Emit::request`](crate::Emit::request), or `request` of the Python library); the event is
    /// done. Without a request, nothing is sent. Handlers may also return the response itself: `Result<Quote, Error>`.
    ///
    /// A response that breaks its schema is not sent: the event is done all the same, and an error is logged.
    pub fn respond<R: Response>(response: &R) -> Self {
        let payload = response.encode_response().map(Bytes::from).map_err(|error| Chain(&error).to_string());
        Self::Respond(Answer { content_type: R::CONTENT_TYPE, payload })
    }

    /// Tries again after the pause of the reader's [`Backoff`](crate::Backoff).
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry { after: None, why: why.into() }
    }

    /// Tries again after this pause; at least 10 ms.
    pub fn retry_after(pause: Duration, why: impl Into<String>) -> Self {
        Self::Retry { after: Some(pause), why: why.into() }
    }

    /// Makes it a dead letter.
    pub fn dead_letter(why: impl Into<String>) -> Self {
        Self::DeadLetter { why: why.into() }
    }
}

impl From<()> for Settle {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl<R: Response> From<R> for Settle {
    fn from(response: R) -> Self {
        Self::respond(&response)
    }
}

/// An error of a handler: which of its values pass by themselves.
///
/// ```
/// use walnats_runtime::HandlerError;
///
/// #[derive(Debug, thiserror::Error)]
/// enum BillingError {
///     #[error("the bank does not answer")]
///     Silent,
///     #[error("the account is closed")]
///     Closed,
/// }
///
/// impl HandlerError for BillingError {
///     fn passes(&self) -> bool {
///         matches!(self, Self::Silent)
///     }
/// }
/// ```
pub trait HandlerError: Display {
    /// Whether the same event may succeed later. If so, it is tried again; otherwise it becomes a dead letter. Default: `true`.
    fn passes(&self) -> bool {
        true
    }

    /// The pause before the next attempt; `None` for that of the reader's [`Backoff`](crate::Backoff), the default.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// The text for the dead letter, if the event becomes one: its readers see it. Default: the error's own text.
    fn why(&self) -> String {
        self.to_string()
    }
}

impl HandlerError for Box<dyn Error + Send + Sync> {
    fn why(&self) -> String {
        Chain(self.as_ref()).to_string()
    }
}

impl HandlerError for String {}
impl HandlerError for &'static str {}
impl HandlerError for std::io::Error {}
impl HandlerError for Infallible {}

/// What a handler may return: nothing, a [`Settle`], or a `Result` of either, or of a [`Response`], with a [`HandlerError`].
pub trait IntoSettle {
    /// What becomes of the event.
    fn into_settle(self) -> Settle;
}

impl IntoSettle for Settle {
    fn into_settle(self) -> Settle {
        self
    }
}

impl IntoSettle for () {
    fn into_settle(self) -> Settle {
        Settle::Done
    }
}

impl<T: Into<Settle>, E: HandlerError> IntoSettle for Result<T, E> {
    fn into_settle(self) -> Settle {
        match self {
            Ok(settle) => settle.into(),
            Err(error) if error.passes() => Settle::Retry { after: error.retry_after(), why: error.why() },
            Err(error) => Settle::DeadLetter { why: error.why() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_says_what_becomes_of_the_event() {
        assert_eq!(Ok::<(), String>(()).into_settle(), Settle::Done);
        assert_eq!(Ok::<_, String>(Settle::dead_letter("old")).into_settle(), Settle::dead_letter("old"));
        assert_eq!(Err::<(), _>("busy").into_settle(), Settle::retry("busy"));
        let error: Box<dyn Error + Send + Sync> = "gone".into();
        assert_eq!(Err::<(), _>(error).into_settle(), Settle::retry("gone"));
    }
}
