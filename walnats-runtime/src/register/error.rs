//! Why streams could not be planned or registered.

use crate::error::{ConfigError, NatsError};

use super::refusal::RefusedStream;
use super::report::Registered;
#[cfg(feature = "consume")]
use crate::jetstream::ErrorCode;

/// Streams could not be planned or registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The publisher's options are invalid.
    #[error("the publisher's options are invalid")]
    Options(#[from] ConfigError),
    /// JetStream is not available: the server runs without it, or the account may not use it.
    #[error("JetStream is not available: {why}")]
    NoJetStream {
        /// What the server said.
        why: String,
    },
    /// No answer arrived in time. On a live connection, the cause is nearly always a missing permission: the server reports it
    /// only to the connection's event callback.
    #[error("no answer to `{request}` in time: {}", silence(request, *.connected))]
    Timeout {
        /// The subject of the request.
        request: String,
        /// Whether the connection was up.
        connected: bool,
    },
    /// A request could not be sent.
    #[error("could not send `{request}`")]
    Request {
        /// The subject of the request.
        request: String,
        /// The client's error.
        #[source]
        source: NatsError<async_nats::RequestErrorKind>,
    },
    /// The response is not a JetStream answer.
    #[error("could not read the answer to `{request}`")]
    Answer {
        /// The subject of the request.
        request: String,
        /// The parse error.
        #[source]
        source: serde_json::Error,
    },
    /// The server rejected a request about a stream.
    #[error("the server rejected `{request}` with code {code}: {description}")]
    Server {
        /// The subject of the request.
        request: String,
        /// JetStream's error code.
        code: u64,
        /// The server's description.
        description: String,
    },
    /// Some streams could not be registered. Safe changes to others were applied.
    #[error("{} not registered:{}", streams(.refused.len()), list(.refused))]
    Refused {
        /// The streams that were not changed, and why.
        refused: Vec<RefusedStream>,
        /// The result for the other streams.
        registered: Registered,
    },
}

#[cfg(feature = "consume")]
impl RegisterError {
    /// Whether the same may succeed later, because servers choose a leader or the connection comes back, for example.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Request { .. } => true,
            Self::Server { code, .. } => ErrorCode::of(*code, 0).passes,
            _ => false,
        }
    }
}

fn silence(request: &str, connected: bool) -> String {
    if connected {
        format!(
            "the connection is up, so a permission may be missing: the user must be allowed to publish to `{request}` and to \
             subscribe to `_INBOX.>`"
        )
    } else {
        "the connection is down".to_owned()
    }
}

fn streams(number: usize) -> String {
    if number == 1 { "1 stream was".to_owned() } else { format!("{number} streams were") }
}

fn list(refused: &[RefusedStream]) -> String {
    refused.iter().map(|stream| format!("\n  {stream}")).collect()
}
