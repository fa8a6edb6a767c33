//! Reads a whole stream.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::StreamExt;

use crate::Result;
use crate::fact::Fact;

/// Everything in a stream, in order.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Below this sequence number, everything was deleted by a limit.
    pub first: u64,
    /// The facts.
    pub messages: Vec<Message>,
    /// The number of messages that are not facts.
    pub strangers: usize,
}

/// A fact in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The sequence number.
    pub sequence: u64,
    /// `Nats-Msg-Id`; messages published by a schedule have none.
    pub id: Option<String>,
    /// The subject.
    pub subject: String,
    /// The number of the emit.
    pub number: usize,
    /// See [`Fact::again`].
    pub again: bool,
}

/// Reads a stream from its first message to its last.
///
/// # Errors
///
/// The stream is missing, its replicas do not agree yet, or not all of its messages could be read.
pub async fn read_back(context: &Context, stream: &str) -> Result<Snapshot> {
    let mut stream = context.get_stream(stream).await?;
    let info = stream.info().await?;
    // A leader that was cut off answers as a leader for a while, but reports that its followers are behind.
    let replicas = info.cluster.iter().flat_map(|cluster| &cluster.replicas);
    if replicas.into_iter().any(|replica| !replica.current || replica.offline || replica.lag.unwrap_or(0) > 0) {
        return Err("the replicas of a stream do not agree".into());
    }
    let state = info.state.clone();
    let mut snapshot = Snapshot { first: state.first_sequence, ..Snapshot::default() };
    if state.messages == 0 {
        return Ok(snapshot);
    }
    let config =
        pull::Config { ack_policy: AckPolicy::None, deliver_policy: DeliverPolicy::All, ..pull::Config::default() };
    let consumer = stream.create_consumer(config).await?;
    let mut messages = consumer.messages().await?;
    loop {
        let next = tokio::time::timeout(Duration::from_secs(10), messages.next()).await;
        let message = next.map_err(|_| "a message of a stream did not arrive")?.ok_or("a consumer ended")??;
        let sequence = message.info()?.stream_sequence;
        let headers = message.headers.as_ref();
        let id = headers.and_then(|headers| headers.get("Nats-Msg-Id")).map(|id| id.as_str().to_owned());
        match Fact::read(&message.payload) {
            Some((number, again)) => {
                let subject = message.subject.to_string();
                snapshot.messages.push(Message { sequence, id, subject, number, again });
            }
            None => snapshot.strangers += 1,
        }
        if sequence >= state.last_sequence || message.info()?.pending == 0 {
            break;
        }
    }
    let found = snapshot.messages.len() + snapshot.strangers;
    if found as u64 != state.messages {
        return Err(format!("a stream reports {} messages, but only {found} could be read", state.messages).into());
    }
    Ok(snapshot)
}
