//! The same event sent twice is stored once: by the caller's id, by the schema's, or by the runtime's own for its retries.

use std::error::Error;

use shop_events::{CartAbandoned, Events};
use walnats_runtime::Outcome;
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let cart = CartAbandoned::decode(r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["TEA-0001"]}"#)?;
    let first = events.emit_cart_abandoned(&cart).uid("cart-7, reminder 1").await?;
    let again = events.emit_cart_abandoned(&cart).uid("cart-7, reminder 1").await?;
    let other = events.emit_cart_abandoned(&cart).uid("cart-7, reminder 2").await?;
    println!("first: {first}\nagain: {again}\nother: {other}");

    assert!(matches!(again.outcome, Outcome::Duplicate(sequence) if sequence == first.sequence()));
    assert!(matches!(other.outcome, Outcome::Stored(_)));
    Ok(())
}
