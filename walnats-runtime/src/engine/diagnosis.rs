//! Why nobody takes a subject: asked once a stream has refused for some time.

use std::time::Duration;

use async_nats::{Client, Request, RequestErrorKind};
use serde::Deserialize;

use crate::error::Reason;

const TIMEOUT: Duration = Duration::from_secs(2);

/// What JetStream says of a stream that refuses.
#[derive(Debug)]
pub(super) enum Diagnosis {
    /// It is not there, and waiting does not help.
    Missing(Reason),
    /// It is there and takes these subjects.
    Takes(Vec<String>),
    /// Perhaps it is not there.
    Perhaps(Reason),
    /// Nobody says.
    Unknown,
}

#[derive(Deserialize)]
struct Info {
    error: Option<Refusal>,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    err_code: u64,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    subjects: Vec<String>,
}

/// Asks JetStream for the stream.
pub(super) async fn diagnose(client: Client, stream: String) -> (String, Diagnosis) {
    let request = Request::new().timeout(Some(TIMEOUT));
    let answer = client.send_request(format!("$JS.API.STREAM.INFO.{stream}"), request).await;
    let no_jetstream = Reason::NoJetStream { stream: stream.clone() };
    let no_stream = Reason::NoStream { stream: stream.clone() };
    let diagnosis = match answer {
        // A server that has JetStream may be on its way back.
        Err(error) if error.kind() == RequestErrorKind::NoResponders => Diagnosis::Perhaps(no_jetstream),
        Err(_) => Diagnosis::Unknown,
        Ok(message) => match serde_json::from_slice(&message.payload) {
            Ok(Info { error: Some(Refusal { err_code: 10039 | 10076 }), .. }) => Diagnosis::Missing(no_jetstream),
            Ok(Info { error: Some(Refusal { err_code: 10059 }), .. }) => Diagnosis::Missing(no_stream),
            Ok(Info { config: Some(config), .. }) => Diagnosis::Takes(config.subjects),
            _ => Diagnosis::Unknown,
        },
    };
    (stream, diagnosis)
}
