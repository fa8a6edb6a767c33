//! Asks JetStream's API about a stream: at first, after a reconnect, and when the stream refuses or does not answer.

use std::pin::pin;
use std::time::Duration;

use async_nats::Client;
use serde_json::{Value, json};
use walnats_subject::covers;

use super::trace::{Reports, Trace, trace};
use crate::error::Reason;
use crate::jetstream::{Api, Failure, Prefix, code};

const TIMEOUT: Duration = Duration::from_secs(2);

/// The API's answer.
#[derive(Debug)]
pub(super) enum Inspection {
    /// The stream exists.
    Found(Value),
    /// The stream does not exist in this account and domain.
    Missing(Reason),
    /// Nothing answers for JetStream at the moment.
    NoJetStream(Reason),
    /// No answer, or an unusable one.
    Unknown,
}

/// The operation's subject, before the stream's name.
pub(super) const REQUEST: &str = "STREAM.INFO.";

/// What to ask.
pub(super) struct Question {
    pub(super) prefix: Prefix,
    pub(super) stream: String,
    /// A subject with unfinished messages; empty if there is none. A message on it is traced if the API does not show
    /// that the stream takes it.
    pub(super) subject: String,
    /// Trace without waiting for the API: a later trace does not show where the messages now in flight went.
    pub(super) at_once: bool,
    pub(super) reports: Reports,
}

/// Asks JetStream's API about the stream, and traces the subject if the API does not show that the stream takes it.
pub(super) async fn inspect(client: Client, question: Question) -> (Inspection, Option<Trace>) {
    let Question { prefix, stream, subject, at_once, reports } = question;
    let mut asking = pin!(ask(client.clone(), prefix, stream));
    let mut tracing = pin!(trace(client, subject.clone(), reports));
    let mut traced = None;
    let inspection = loop {
        tokio::select! {
            inspection = &mut asking => break inspection,
            trace = &mut tracing, if at_once && traced.is_none() => traced = Some(trace),
        }
    };
    let hides = match &inspection {
        Inspection::Found(info) => !takes(info, &subject),
        Inspection::Missing(_) => true,
        Inspection::NoJetStream(_) | Inspection::Unknown => false,
    };
    if subject.is_empty() || !hides {
        return (inspection, None);
    }
    let trace = match traced {
        Some(trace) => trace,
        None => tracing.await,
    };
    (inspection, Some(trace))
}

fn takes(info: &Value, subject: &str) -> bool {
    let subjects = info.pointer("/config/subjects").and_then(Value::as_array);
    let mut subjects = subjects.into_iter().flatten().filter_map(Value::as_str).peekable();
    subjects.peek().is_none() || subjects.any(|filter| covers(filter, subject))
}

async fn ask(client: Client, prefix: Prefix, stream: String) -> Inspection {
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
        // A server with JetStream may be restarting.
        Err(Failure::NoResponders) => Inspection::NoJetStream(Reason::NoJetStream { stream: stream.clone() }),
        Err(_) => Inspection::Unknown,
    }
}
