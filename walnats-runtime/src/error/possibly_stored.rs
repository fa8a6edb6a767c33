//! Events that were sent and are possibly stored.

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

    /// The message's id. Emitting it again with this uid, within the stream's duplicate window, settles whether it is stored.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The cause.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }
}

/// Why it is unknown whether an event was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// No acknowledgement arrived before the deadline.
    #[error("no acknowledgement came in time")]
    Deadline,
    /// No acknowledgement arrived before the stream's duplicate window ended; resending could store it twice.
    #[error("no acknowledgement came within the stream's duplicate window")]
    WindowExpired,
    /// The publisher was shut down, or its runtime ended.
    #[error("the publisher ended before the acknowledgement came")]
    Closed,
    /// An earlier attempt went unanswered, and a later one was refused.
    #[error("one attempt went unanswered, a later one was refused: {0}")]
    RefusedLater(String),
    /// The stream already has an event with its key, but it cannot be read: `$JS.API.STREAM.MSG.GET.<stream>` is not answered,
    /// or the credentials do not permit it.
    #[error("an event with its key is stored, but cannot be read to see whether it is this one")]
    KeyUnread,
    /// Another stream acknowledged it, but its own did not.
    #[error("stream `{0}` stored it, but its own stream did not answer")]
    OtherStream(String),
    /// Another stream that also stores its subject refused it, and its own did not answer.
    #[error("stream `{0}`, which also stores its subject, refused it, and its own stream did not answer")]
    OtherStreamRefused(String),
    /// The stream never acknowledges: it is configured with `no_ack`.
    #[error("stream `{0}` never acknowledges (`no_ack`)")]
    NeverAcknowledges(String),
    /// An attempt was not answered. JetStream's API shows no such stream here, and the message is forwarded to where it is
    /// invisible whether a stream stored it, for example to another account.
    #[error("no visible stream `{stream}` stores its subject, but an invisible one may have stored it: {found}")]
    StreamUnseen {
        /// The stream that the event belongs to.
        stream: String,
        /// Where the message is forwarded to, as far as the servers show it.
        found: String,
    },
    /// The connection was lost each time it was sent, while other messages got through.
    #[error("the connection was lost each time it was sent")]
    HungUp,
    /// The server denied a publish on the same subject while this one was in flight.
    #[error("the server denied publishing on its subject at the time")]
    PermissionDenied,
    /// The credentials do not permit the subscription that receives acknowledgements.
    #[error("the server denies the subscription that acknowledgements come to")]
    InboxDenied,
}
