//! CloudEvents metadata in headers (binary mode), or around the payload (structured mode).

use std::error::Error;

use futures_util::StreamExt;
use shop_events::{Events, StockChanged};
use walnats_runtime::CloudEvent;
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let mut subscription = events.publisher().client().subscribe("stock.>").await?;
    let change = StockChanged::new("dub", "TEA-0001", 17);

    let metadata =
        CloudEvent::new("https://shop.example/warehouses/dub").subject("TEA-0001").extension("partitionkey", "dub");
    events.emit_stock_changed(&change).cloud_event(metadata.clone()).await?;
    events.emit_stock_changed(&change).cloud_event(metadata.structured()).await?;

    for mode in ["binary", "structured"] {
        let message = subscription.next().await.ok_or("unsubscribed")?;
        println!("--- {mode}");
        for (name, values) in message.headers.iter().flat_map(|headers| headers.iter()) {
            println!("{name}: {}", values[0].as_str());
        }
        println!("\n{}", String::from_utf8_lossy(&message.payload));
    }
    Ok(())
}
