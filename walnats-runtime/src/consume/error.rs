//! Why a reader ended.

use super::consumer::RefusedConsumer;
use crate::register::RegisterError;

/// A reader could not start, or could not go on. What its handlers had begun is settled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Events of the service have no handler.
    #[error("the reader has no handler of {}", list(.events))]
    NoHandler {
        /// Their names.
        events: Vec<&'static str>,
    },
    /// The stream of dead letters could not be registered, or JetStream could not be asked about consumers.
    #[error("could not register what the reader needs")]
    Register(#[from] RegisterError),
    /// Consumers were not changed, because the service would never get stored events, or because they are of another kind.
    #[error("{} not registered:{}", consumers(.refused.len()), lines(.refused))]
    Refused {
        /// The consumers, and why.
        refused: Vec<RefusedConsumer>,
    },
    /// A stream does not exist: register it first, with `events.register()`. While the reader runs: it was deleted, and did not come
    /// back within [`ReaderOptions::missing_stream_timeout`](crate::ReaderOptions::missing_stream_timeout).
    #[error("there is no stream `{stream}`")]
    NoStream {
        /// Its name on this server.
        stream: String,
    },
    /// Another process changed or deleted a consumer whenever it was to be registered.
    #[error("consumer `{consumer}` of stream `{stream}` was not registered: another process changed it each time")]
    Overtaken {
        /// The stream's name on this server.
        stream: String,
        /// The consumer's name.
        consumer: String,
    },
    /// The server refused every pull for longer than
    /// [`ReaderOptions::missing_stream_timeout`](crate::ReaderOptions::missing_stream_timeout): too many other clients pull from
    /// the consumer (`max_waiting`), or somebody changed it.
    #[error("the server refuses to deliver from consumer `{consumer}` of stream `{stream}`: {status}")]
    PullsRefused {
        /// The stream's name on this server.
        stream: String,
        /// The consumer's name.
        consumer: String,
        /// The server's status and words: `409 Exceeded MaxWaiting`.
        status: String,
    },
    /// The connection was closed for good.
    #[error("the connection was closed")]
    Closed,
    /// The server did not answer at the end, so the last acknowledgements may be lost: those events come again.
    #[error("the server did not confirm that it received the last acknowledgements")]
    Unconfirmed,
    /// A task of the reader ended, because the Tokio runtime shuts down.
    #[error("the runtime of the reader was shut down")]
    Runtime,
}

fn list(events: &[&str]) -> String {
    events.iter().map(|event| format!("`{event}`")).collect::<Vec<_>>().join(", ")
}

fn consumers(number: usize) -> String {
    if number == 1 { "1 consumer was".to_owned() } else { format!("{number} consumers were") }
}

fn lines(refused: &[RefusedConsumer]) -> String {
    refused.iter().map(|consumer| format!("\n  {consumer}")).collect()
}
