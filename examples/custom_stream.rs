//! What `walnats.toml` says of a stream, what the server has, and how `register` brings the two together.

use std::error::Error;
use std::time::Duration;

use shop_events::{Events, STREAMS};
use walnats_runtime::StreamDescriptor;
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;

    // Look first, like `terraform plan`: nothing is changed by it.
    println!("before:\n{}", events.plan().await?);
    events.register().await?;
    println!("after:\n{}", events.plan().await?);

    // Somebody asks for a shorter life of orders. The plan counts what would be lost, and `register` refuses to lose it.
    let order = shop_events::OrderPlaced::decode(include_bytes!("order.json"))?;
    events.emit_order_placed(&order).await?;
    let orders = STREAMS.iter().find(|stream| stream.name == "orders").ok_or("`orders` is in walnats.toml")?;
    let second = Some(Duration::from_secs(1));
    let shorter = StreamDescriptor { max_age: second, duplicate_window: second, ..*orders };
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    println!("shorter:\n{}", events.publisher().plan(&[shorter]).await?);
    let refused = events.publisher().register(&[shorter]).await.expect_err("one order would be lost");
    println!("refused: {refused}");
    Ok(())
}
