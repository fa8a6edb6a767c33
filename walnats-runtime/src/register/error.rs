//! Why streams could not be planned or registered.

use crate::error::ConfigError;

use super::refusal::RefusedStream;
use super::report::Registered;

/// Streams could not be planned or registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The publisher was made with options that cannot be used.
    #[error("the publisher's options cannot be used")]
    Options(#[from] ConfigError),
    /// Nobody answers for JetStream: the server runs without it, or the account may not use it.
    #[error("JetStream is not available: {why}")]
    NoJetStream {
        /// What the server said.
        why: String,
    },
    /// No answer came in time. Over a connection that stands, that is nearly always a missing permission: the server
    /// tells the connection's event callback and leaves the request unanswered.
    #[error("no answer to `{request}` in time: {}", silence(request, *.connected))]
    Timeout {
        /// The subject of the request.
        request: String,
        /// Whether the connection stood.
        connected: bool,
    },
    /// A request could not be sent.
    #[error("could not send `{request}`")]
    Request {
        /// The subject of the request.
        request: String,
        /// What the client says.
        #[source]
        source: async_nats::RequestError,
    },
    /// What came back is not an answer of JetStream.
    #[error("could not read the answer to `{request}`")]
    Answer {
        /// The subject of the request.
        request: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The server refused to answer a question about a stream.
    #[error("the server refused `{request}` with code {code}: {description}")]
    Server {
        /// The subject of the request.
        request: String,
        /// JetStream's error code.
        code: u64,
        /// The server's own words.
        description: String,
    },
    /// Some streams are not as the package wants them. What could be done safely has been done.
    #[error("{} not registered:{}", streams(.refused.len()), list(.refused))]
    Refused {
        /// The streams that were left as they are, and why.
        refused: Vec<RefusedStream>,
        /// What was done to the others.
        registered: Registered,
    },
}

fn silence(request: &str, connected: bool) -> String {
    if connected {
        format!(
            "the server is connected; may this user publish there, and subscribe to its inbox? It needs the permissions to \
             publish to `{request}` and to subscribe to `_INBOX.>`"
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
