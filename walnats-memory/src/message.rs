//! Messages on their way through the broker.

use bytes::Bytes;

use crate::headers::Headers;

/// A message that a client published.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbound {
    pub(crate) subject: String,
    pub(crate) reply: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) payload: Bytes,
}

/// A message for subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outbound {
    /// Which subscriptions it goes to: the inbox of a pull, say.
    pub(crate) to: String,
    /// The subject that it shows.
    pub(crate) subject: String,
    pub(crate) reply: Option<String>,
    /// In their wire format; empty if there are none.
    pub(crate) headers: Bytes,
    pub(crate) payload: Bytes,
}

impl Outbound {
    /// An answer to a request.
    pub(crate) fn answer(reply: &str, payload: impl Into<Bytes>) -> Self {
        let (to, payload) = (reply.to_owned(), payload.into());
        Self { subject: to.clone(), to, reply: None, headers: Bytes::new(), payload }
    }

    /// A status without a payload, such as `408 Request Timeout`.
    pub(crate) fn status(reply: &str, status: &str, headers: &Headers) -> Self {
        Self { headers: headers.status(status), ..Self::answer(reply, Bytes::new()) }
    }
}
