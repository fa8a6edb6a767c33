//! Many events at once: pipelined, or all or nothing.

use std::error::Error;

use shop_events::{Events, StockChanged};
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let changes: Vec<StockChanged> = (0..500).map(|n| StockChanged::new("dub", format!("TEA-{n:04}"), n)).collect();

    let receipts = events.emit_stock_changed_all(&changes).await?;
    println!("pipelined: {} stored, the last is {}", receipts.len(), receipts[receipts.len() - 1]);

    let receipts = events.emit_stock_changed_all(&changes).atomic().await?;
    println!("atomic: {} stored, the last is {}", receipts.len(), receipts[receipts.len() - 1]);

    // One wrong event, and nothing of an atomic batch is stored.
    let mut wrong = changes;
    wrong[321].sku = "tea".into();
    let refused = events.emit_stock_changed_all(&wrong).atomic().await.expect_err("`tea` does not match the pattern");
    println!("refused: {}", walnats_runtime::Chain(&refused));
    Ok(())
}
