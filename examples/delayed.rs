//! An event for later: the server holds it where the stream allows schedules, the readers hold it elsewhere.

use std::error::Error;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use shop_events::{CartAbandoned, Events};
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let stream = events.publisher().jetstream().get_stream("cart-abandoned").await?;
    let reader = pull::Config { filter_subject: "cart-abandoned".into(), ..Default::default() };
    let mut reminders = stream.create_consumer(reader).await?.messages().await?;

    let cart = CartAbandoned::decode(r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["TEA-0001"]}"#)?;
    let start = Instant::now();
    let receipt = events.emit_cart_abandoned(&cart).delay(Duration::from_secs(2)).await?;
    println!("scheduled: {receipt}");

    let reminder = tokio::time::timeout(Duration::from_secs(10), reminders.next()).await?.ok_or("no more")??;
    println!("due after {:.1} s: {:?}", start.elapsed().as_secs_f64(), CartAbandoned::decode(&reminder.payload)?.items);
    Ok(())
}
