//! Hand events over without waiting for each one, and still learn how every one ended.

use std::error::Error;
use std::time::Duration;

use shop_events::{Events, StockChanged};
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    // `buffered()` ends when the event has a place in the buffer; what it gives back ends when JetStream has stored it.
    let mut pending = Vec::new();
    for pieces in 0..1_000 {
        let change = StockChanged::new("dub", "TEA-0001", pieces);
        pending.push(events.emit_stock_changed(&change).buffered().await?);
    }
    let last = pending.pop().expect("a thousand were emitted").await?;
    println!("the last of 1000: {last}");

    // Nobody has to hold on to `pending`: what is dropped is still sent, and `flush` waits for all of it.
    drop(pending);
    events.flush(Duration::from_secs(5)).await?;
    println!("everything is acknowledged");

    // At the end of the program: `shutdown` gives back whatever could not be delivered in time.
    events.shutdown(Duration::from_secs(5)).await?;
    Ok(())
}
