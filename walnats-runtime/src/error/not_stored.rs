//! Events that are certainly not stored.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{CloudEventError, EncodeError, HeaderError, MessageIdError, OptionError, SubjectError, ValidateError};

/// The event is certainly not stored.
#[derive(Clone, Debug)]
pub struct NotStored {
    pub(crate) event: String,
    pub(crate) message_id: Option<String>,
    pub(crate) reason: Reason,
}

impl NotStored {
    /// The event's name.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The message's id; `None` if it was refused before it had one.
    pub fn message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }

    /// The reason.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Whether the buffer was full. Emitting it later may succeed.
    pub fn is_buffer_full(&self) -> bool {
        matches!(self.reason, Reason::BufferFull)
    }
}

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` was not stored: {}", self.event, self.reason)
    }
}

impl Error for NotStored {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            // The errors themselves instead of their `Arc`s, so that callers can downcast.
            Reason::Encode(error) => Some(error.as_ref()),
            Reason::CloudEvent(error) => Some(error.as_ref()),
            reason => reason.source(),
        }
    }
}

/// Why an event is certainly not stored.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// It violates its schema.
    #[error("it breaks its schema")]
    Invalid(#[from] ValidateError),
    /// It cannot be encoded.
    #[error("it cannot be encoded")]
    Encode(#[source] Arc<EncodeError>),
    /// It has no valid subject.
    #[error("it has no valid subject")]
    Subject(#[from] SubjectError),
    /// A header cannot be sent.
    #[error("a header cannot be sent")]
    Header(#[from] HeaderError),
    /// Its deduplication id cannot be used.
    #[error("its id cannot be used")]
    MessageId(#[from] MessageIdError),
    /// It violates a rule of CloudEvents.
    #[error("it is not a valid CloudEvent")]
    CloudEvent(#[source] Arc<CloudEventError>),
    /// An option of the emit is invalid, or its stream does not allow it.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Its headers and payload together are larger than the server allows.
    #[error("its {size} bytes (headers and payload) are more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The server closes the connection whenever it is sent. For example, it is larger than the account allows, or its subject
    /// is longer than the server's control line.
    #[error("the server closes the connection over its {size} bytes (headers and payload): {said}")]
    HungUp {
        /// Its size in bytes.
        size: usize,
        /// The server's words.
        said: String,
    },
    /// It is larger than its stream allows.
    #[error("its {size} bytes (headers and payload) are more than stream `{stream}` allows")]
    TooLargeForStream {
        /// Its size in bytes.
        size: usize,
        /// The stream.
        stream: String,
    },
    /// The buffer is full. Only `try_buffered` fails like this, and `buffered` with [`Full::Refuse`](crate::Full::Refuse).
    #[error("the buffer is full")]
    BufferFull,
    /// The publisher was shut down before the event was sent.
    #[error("the publisher is shut down")]
    Closed,
    /// The publisher's task has ended, because the Tokio runtime on which the publisher was created has shut down.
    #[error("the publisher has ended: {0}")]
    Ended(&'static str),
    /// The publisher was created outside of a Tokio runtime, and so was this emit; the first one must be inside a runtime.
    #[error("there is no Tokio runtime here")]
    NoRuntime,
    /// The deadline passed before the event could be sent: there was no connection, or too many messages were before it.
    #[error("it could not be sent in time: {0}")]
    Unsent(&'static str),
    /// No stream stores its subject.
    #[error("stream `{stream}` does not exist or does not take its subject; has `register` been called?")]
    NoStream {
        /// The stream that the event belongs to.
        stream: String,
    },
    /// The server or the account has no JetStream, and so no streams.
    #[error("there is no JetStream on this server or account, so no stream `{stream}`")]
    NoJetStream {
        /// The stream that the event belongs to.
        stream: String,
    },
    /// Another stream stores its subject.
    #[error("stream `{found}` takes its subject, and `{stream}` does not")]
    WrongStream {
        /// The stream that the event belongs to.
        stream: String,
        /// The stream that answered.
        found: String,
    },
    /// The stream is full and refuses new messages.
    #[error("stream `{stream}` is full: {description}")]
    StreamFull {
        /// The stream.
        stream: String,
        /// The limit, in the server's words.
        description: String,
    },
    /// The credentials do not permit publishing on its subject.
    #[error("the server denies publishing on its subject")]
    PermissionDenied,
    /// The credentials do not permit the subscription that receives acknowledgements.
    #[error("the server denies the subscription that acknowledgements come to")]
    InboxDenied,
    /// An id of an atomic batch is stored already, or occurs twice; nothing of the batch is stored.
    #[error("an id of the batch is stored already, or is there twice")]
    DuplicateInBatch,
    /// The stream already has an event with a key of the batch. A single emit returns a receipt instead.
    #[error("stream `{stream}` has an event of its key already")]
    KeyTaken {
        /// The stream.
        stream: String,
    },
    /// The stream on the server lacks a setting without which the server would ignore an option of the emit.
    #[error("stream `{stream}` has no `{setting}` on its server; `register` turns it on where the server knows it")]
    Lacks {
        /// The stream.
        stream: String,
        /// As in `walnats.toml`: `message_ttl` (from nats-server 2.11), `schedules` or `atomic` (from 2.12).
        setting: &'static str,
    },
    /// JetStream refused it for another reason.
    #[error("JetStream refused it: {description} ({code})")]
    Rejected {
        /// JetStream's error code, such as 10165.
        code: u64,
        /// Its status, like that of HTTP: 400, 429, 503 and so on.
        status: u64,
        /// The server's words.
        description: String,
    },
}

impl From<EncodeError> for Reason {
    fn from(error: EncodeError) -> Self {
        Self::Encode(Arc::new(error))
    }
}

impl From<CloudEventError> for Reason {
    fn from(error: CloudEventError) -> Self {
        Self::CloudEvent(Arc::new(error))
    }
}
