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

    /// The message's id; `None` where it was refused before it had one.
    pub fn message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Whether the buffer had no place; later it may have.
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
            // As themselves, and not as what counts their owners.
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
    /// It breaks its schema.
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
    /// It breaks a rule of CloudEvents.
    #[error("it is not a valid CloudEvent")]
    CloudEvent(#[source] Arc<CloudEventError>),
    /// Something was asked for that its stream, or the value given, does not allow.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Larger than the server, or the stream, allows: headers and payload together.
    #[error("its {size} bytes (headers and payload) are more than the limit of {limit}")]
    TooLarge {
        /// Bytes.
        size: usize,
        /// Bytes.
        limit: usize,
    },
    /// The server closes the connection over it, whenever it is sent: it is larger than the account's limit, say, or its subject
    /// is longer than the server's control line.
    #[error("the server closes the connection over its {size} bytes (headers and payload): {said}")]
    HungUp {
        /// Bytes.
        size: usize,
        /// In the server's words.
        said: String,
    },
    /// Larger than its stream allows.
    #[error("its {size} bytes (headers and payload) are more than stream `{stream}` allows")]
    TooLargeForStream {
        /// Bytes.
        size: usize,
        /// The stream.
        stream: String,
    },
    /// The buffer had no place. Only `try_buffered`, and `buffered` where the options say so, end like this.
    #[error("the buffer is full")]
    BufferFull,
    /// The publisher was shut down before the event was sent.
    #[error("the publisher is shut down")]
    Closed,
    /// The publisher's task is gone, and with it everything that it could have sent: the Tokio runtime on which the publisher was
    /// made has shut down.
    #[error("the publisher has ended: {0}")]
    Ended(&'static str),
    /// The publisher was made outside of a Tokio runtime; then its first emit has to happen inside one.
    #[error("there is no Tokio runtime here")]
    NoRuntime,
    /// Time was up before the event could be sent: no connection, or too much before it.
    #[error("it could not be sent in time: {0}")]
    Unsent(&'static str),
    /// No stream takes its subject.
    #[error("stream `{stream}` does not exist or does not take its subject; has `register` been called?")]
    NoStream {
        /// The stream that the event belongs to.
        stream: String,
    },
    /// The server, or the account, has no JetStream, so there is no stream at all.
    #[error("there is no JetStream on this server or account, so no stream `{stream}`")]
    NoJetStream {
        /// The stream that the event belongs to.
        stream: String,
    },
    /// Another stream takes its subject.
    #[error("stream `{found}` takes its subject, and `{stream}` does not")]
    WrongStream {
        /// The stream that the event belongs to.
        stream: String,
        /// The stream that answered.
        found: String,
    },
    /// The stream is full and refuses what is new.
    #[error("stream `{stream}` is full: {description}")]
    StreamFull {
        /// The stream.
        stream: String,
        /// The limit, in the server's words.
        description: String,
    },
    /// These credentials may not publish on its subject.
    #[error("the server denies publishing on its subject")]
    PermissionDenied,
    /// These credentials may not subscribe to the inbox that acknowledgements come to.
    #[error("the server denies the subscription that acknowledgements come to")]
    InboxDenied,
    /// An atomic batch holds an id that is stored already, or twice the same; nothing of the batch is stored.
    #[error("an id of the batch is stored already, or is there twice")]
    DuplicateInBatch,
    /// The stream has an event of the key that was to be stored once. A single emit ends with a receipt instead.
    #[error("stream `{stream}` has an event of its key already")]
    KeyTaken {
        /// The stream.
        stream: String,
    },
    /// The stream on the server does not have a setting without which the server would ignore what was asked for.
    #[error("stream `{stream}` has no `{setting}` on its server; `register` turns it on where the server knows it")]
    Lacks {
        /// The stream.
        stream: String,
        /// As in `walnats.toml`: `message_ttl` (from nats-server 2.11), `schedules` or `atomic` (from 2.12).
        setting: &'static str,
    },
    /// JetStream said no, for another reason.
    #[error("JetStream refused it: {description} ({code})")]
    Rejected {
        /// JetStream's own code, such as 10165.
        code: u64,
        /// The status beside it, as of HTTP: 400, 429, 503, ...
        status: u64,
        /// In the server's words.
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
