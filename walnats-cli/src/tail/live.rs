//! Events as they are published, for streams whose messages a consumer would use up or keep alive.

use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::select_all;
use jiff::Timestamp;
use tokio::sync::mpsc;
use walnats_runtime::async_nats::Client;

use super::delivery::Delivery;
use crate::outcome::Failure;

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
