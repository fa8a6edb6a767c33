//! Events that were sent, and possibly stored.

/// The event was sent, but it is unknown whether it was stored.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{event}` was sent and is possibly stored: {cause}")]
pub struct PossiblyStored {
    pub(crate) event: String,
    pub(crate) message_id: String,
    pub(crate) cause: Cause,
}

impl PossiblyStored {
    /// The event's name.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The message's id: emitting with this uid again, within the stream's duplicate window, settles it.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// What happened.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }
}

/// Why that is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// No acknowledgement before the deadline.
    #[error("no acknowledgement came in time")]
    Deadline,
    /// No acknowledgement before the stream's duplicate window ended; sending it again could store it twice.
    #[error("no acknowledgement came within the stream's duplicate window")]
    WindowExpired,
    /// The publisher was shut down, or its runtime ended.
    #[error("the publisher ended before the acknowledgement came")]
    Closed,
    /// An earlier attempt went unanswered, and a later one was refused.
    #[error("one attempt went unanswered, a later one was refused: {0}")]
    RefusedLater(String),
    /// The stream has an event of the key that was to be stored once, and does not say which: there is no answer to
    /// `$JS.API.STREAM.MSG.GET.<stream>`, or the credentials do not allow it.
    #[error("an event of its key is stored, and cannot be read to see whether it is this one")]
    KeyUnread,
    /// Another stream acknowledged it, and its own did not.
    #[error("stream `{0}` stored it, and its own stream did not answer")]
    OtherStream(String),
    /// Another stream takes its subject too, and refused it; its own did not answer.
    #[error("stream `{0}`, which takes its subject too, refused it, and its own stream did not answer")]
    OtherStreamRefused(String),
    /// The stream never acknowledges: it is configured with `no_ack`.
    #[error("stream `{0}` never acknowledges (`no_ack`)")]
    NeverAcknowledges(String),
    /// An attempt went without an answer. JetStream's API knows no such stream here, and the message goes on to where it cannot be
    /// seen whether one stored it: to another account, say.
    #[error(
        "no stream `{stream}` can be seen here that takes its subject, and one that cannot may have stored it: {found}"
    )]
    StreamUnseen {
        /// The stream that the event belongs to.
        stream: String,
        /// Where the message goes, as far as the servers show it.
        found: String,
    },
    /// The connection was lost each time that it was sent, and other messages got through.
    #[error("the connection was lost each time that it was sent")]
    HungUp,
    /// The server denied a publish on the same subject while this one was in flight.
    #[error("the server denied publishing on its subject at the time")]
    PermissionDenied,
    /// These credentials may not subscribe to the inbox that acknowledgements come to.
    #[error("the server denies the subscription that acknowledgements come to")]
    InboxDenied,
}
