//! What JetStream's API says of a stream: asked at first, after a reconnect, and where the stream refuses or keeps silent.

use std::time::Duration;

use async_nats::Client;
use serde_json::{Value, json};

use crate::error::Reason;
use crate::jetstream::{Api, Failure, Prefix, code};

const TIMEOUT: Duration = Duration::from_secs(2);

/// What the API says.
#[derive(Debug)]
pub(super) enum Inspection {
    /// The stream exists.
    Found(Value),
    /// The stream does not exist there.
    Missing(Reason),
    /// Nobody answers for JetStream at the moment.
    NoJetStream(Reason),
    /// Nobody answers, or not with anything that helps.
    Unknown,
}

/// What a request about a stream begins with; the stream's name follows.
pub(super) const REQUEST: &str = "STREAM.INFO.";

/// Asks JetStream's API about the stream.
pub(super) async fn inspect(client: Client, prefix: Prefix, stream: String) -> Inspection {
    let api = Api { client, prefix, timeout: TIMEOUT };
    let operation = format!("{REQUEST}{stream}");
    match api.call(&operation, &json!({})).await {
        Ok(info) => Inspection::Found(info),
        Err(Failure::Server { code: code::STREAM_NOT_FOUND, .. }) => {
            Inspection::Missing(Reason::NoStream { stream: stream.clone() })
        }
        Err(Failure::Server { code: code::NO_JETSTREAM | code::NO_JETSTREAM_FOR_ACCOUNT, .. }) => {
            Inspection::Missing(Reason::NoJetStream { stream: stream.clone() })
        }
        // A server that has JetStream may be on its way back.
        Err(Failure::NoResponders) => Inspection::NoJetStream(Reason::NoJetStream { stream: stream.clone() }),
        Err(_) => Inspection::Unknown,
    }
}
