//! What a stream holds, all of it.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::StreamExt;

use crate::Result;
use crate::fact::Fact;

/// Everything in a stream, in order.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Below it, everything was dropped by a limit.
    pub first: u64,
    /// What is there.
    pub messages: Vec<Message>,
    /// Messages that are no facts.
    pub strangers: usize,
}

/// A fact in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// In the stream.
    pub sequence: u64,
    /// `Nats-Msg-Id`; a schedule that has fired leaves none.
    pub id: Option<String>,
    /// The subject.
    pub subject: String,
    /// Which emit.
    pub number: usize,
    /// See [`Fact::again`].
    pub again: bool,
}

/// Reads a stream from its first message to its last.
///
/// # Errors
///
/// The stream is not there, its replicas do not agree yet, or it did not give every message that it says it has.
pub async fn read_back(context: &Context, stream: &str) -> Result<Snapshot> {
    let mut stream = context.get_stream(stream).await?;
    let info = stream.info().await?;
    // A leader that was cut off answers for a while as if it still were one; it knows that the others have not followed.
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
        let message = next.map_err(|_| "a stream does not give what it has")?.ok_or("a consumer ended")??;
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
        return Err(format!("a stream says that it has {} messages, and gave {found}", state.messages).into());
    }
    Ok(snapshot)
}
