//! The shop on a server, its events, and what its streams hold.

use std::collections::BTreeMap;
use std::error::Error;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use futures_util::StreamExt;
use shop_events::{CartAbandoned, Events, OrderPlaced, StockChanged, UserCreated};
use walnats_server::NatsServer;

pub async fn ready(server: &NatsServer) -> Result<Events, Box<dyn Error>> {
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    Ok(events)
}

pub fn user() -> Result<UserCreated, Box<dyn Error>> {
    Ok(UserCreated::decode(r#"{"user_id": "u_42", "email": "ada@example.com", "created_at": "2026-01-02T03:04:05Z"}"#)?)
}

pub fn order() -> Result<OrderPlaced, Box<dyn Error>> {
    Ok(OrderPlaced::decode(include_bytes!("../../examples/order.json"))?)
}

pub fn cart() -> Result<CartAbandoned, Box<dyn Error>> {
    Ok(CartAbandoned::decode(r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["TEA-0001"]}"#)?)
}

pub fn stock(number: u32) -> StockChanged {
    StockChanged::new("dub", format!("TEA-{number:04}"), number.into())
}

pub struct Stored {
    pub subject: String,
    pub headers: BTreeMap<String, String>,
    pub payload: Vec<u8>,
}

/// Everything in a stream, read back.
pub async fn stored(events: &Events, stream: &str) -> Result<Vec<Stored>, Box<dyn Error>> {
    let mut stream = events.publisher().jetstream().get_stream(stream).await?;
    let count = stream.info().await?.state.messages as usize;
    if count == 0 {
        return Ok(Vec::new());
    }
    let consumer = stream.create_consumer(pull::Config { ack_policy: AckPolicy::None, ..Default::default() }).await?;
    let mut messages = consumer.stream().max_messages_per_batch(500).messages().await?;
    let mut stored = Vec::with_capacity(count);
    while stored.len() < count {
        let message = messages.next().await.ok_or("the consumer ended")??;
        let headers = message.headers.iter().flat_map(|headers| headers.iter());
        stored.push(Stored {
            subject: message.subject.to_string(),
            headers: headers.map(|(name, values)| (name.to_string(), values[0].to_string())).collect(),
            payload: message.payload.to_vec(),
        });
    }
    Ok(stored)
}
