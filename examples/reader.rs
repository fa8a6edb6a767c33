//! A service that reads: the warehouse packs each order. What fails is tried again, and becomes a dead letter in the end.
//!
//! `cargo run --example reader` needs nothing running: it starts a nats-server of its own.

use std::error::Error;
use std::time::Duration;

use shop_events::{Events, OrderPlaced};
use walnats_runtime::Delivery;
use walnats_server::NatsServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    for number in 1..=2 {
        let mut order = OrderPlaced::decode(include_bytes!("order.json"))?;
        order.note = Some(format!("number {number}"));
        events.emit_order_placed(&order).uid(number.to_string()).await?;
    }

    // A service runs until it is told to stop, by `tokio::signal::ctrl_c()`, say; this one has five seconds.
    let shutdown = tokio::time::sleep(Duration::from_secs(5));
    let served = events.warehouse().reader().on_order_placed(pack).run(shutdown).await?;
    println!("{served:?}");
    Ok(())
}

async fn pack(order: OrderPlaced, about: &Delivery) -> Result<(), String> {
    let note = order.note.unwrap_or_default();
    if note == "number 2" && about.attempt() == 1 {
        // An error is tried again after a pause, which the server holds; the last attempt makes it a dead letter.
        return Err("the conveyor belt stands still".to_owned());
    }
    println!("packs {note} in attempt {}", about.attempt());
    Ok(())
}
