//! Events as they are published, for streams whose messages a consumer would use up or keep alive.

use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::select_all;
use jiff::Timestamp;
use tokio::sync::mpsc;
use walnats_runtime::async_nats::Client;

use super::delivery::Delivery;
use crate::outcome::Failure;

/// How long an answer of the server is waited for, which permissions may keep away.
const ROUND_TRIP: std::time::Duration = std::time::Duration::from_secs(2);

/// Reads until the end.
pub type Reading = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Subscribes to the subjects of `stream`.
pub async fn open(
    client: &Client,
    stream: String,
    filters: Vec<String>,
    sender: mpsc::Sender<Delivery>,
) -> Result<Reading, Failure> {
    let mut subscriptions = Vec::new();
    for filter in filters {
        subscriptions.push(client.subscribe(filter).await?);
    }
    client.flush().await?;
    // An answer over the same connection shows that the server has the subscriptions: nobody responds to a new inbox.
    let _ = tokio::time::timeout(ROUND_TRIP, client.request(client.new_inbox(), Vec::new().into())).await;
    Ok(Box::pin(async move {
        let mut messages = select_all(subscriptions);
        loop {
            let message = tokio::select! {
                message = messages.next() => message,
                () = sender.closed() => return,
            };
            let Some(message) = message else { return };
            if sender.send(Delivery::new(&message, &stream, None, Timestamp::now())).await.is_err() {
                return;
            }
        }
    }))
}
