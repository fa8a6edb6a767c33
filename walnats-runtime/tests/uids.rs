//! Ids that a schema's `uid` template gives, from the code that `walnats-codegen/fixtures/generate/events` shows.

use std::error::Error;

use events::{Cancellation, OrderPlaced};
use walnats_runtime::{Event, Options, Outcome, Publisher, StreamDescriptor};
use walnats_server::NatsServer;

// As it is generated, which is not how rustfmt would have it.
#[rustfmt::skip]
#[allow(missing_docs, dead_code)]
#[path = "../../walnats-codegen/fixtures/generate/events/expected/events.rs"]
pub mod events;

const PLACED: &str = r#"{"id": "3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11", "region": "eu", "express": true, "version": "v1",
    "customer": {"number": 7}}"#;
static STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["v1.orders.*.*.placed", "orders.cancelled"], ..StreamDescriptor::new("orders") }];

#[tokio::test]
async fn two_kinds_of_events_in_one_stream_never_share_an_id() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    publisher.register(STREAMS).await?;
    let placed = OrderPlaced::decode(PLACED)?;
    // Its template gives what that of the other one gives.
    let same = format!("{}-{}", placed.id, placed.express);
    let cancelled = Cancellation::decode(format!(r#"{{"id":"{same}"}}"#))?;
    assert_eq!(placed.uid().as_deref(), Some(&*format!("order-placed:{same}")));
    assert_eq!(cancelled.uid().as_deref(), Some(&*format!("orders.cancelled:{same}")));

    assert_eq!(publisher.emit(&placed).await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.emit(&cancelled).await?.outcome, Outcome::Stored(2));
    assert_eq!(publisher.emit(&cancelled).await?.outcome, Outcome::Duplicate(2));

    // What the caller gives is sent as it is.
    let receipt = publisher.emit(&cancelled).uid(&*same).await?;
    assert_eq!((receipt.message_id.as_str(), receipt.outcome), (same.as_str(), Outcome::Stored(3)));
    assert_eq!(publisher.emit(&placed).uid(&*same).await?.outcome, Outcome::Duplicate(3));
    Ok(())
}

#[tokio::test]
async fn an_id_without_a_value_is_refused() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    publisher.register(STREAMS).await?;
    let error = publisher.emit(&Cancellation::decode(r#"{"id":""}"#)?).await.expect_err("all would be duplicates");
    let text = walnats_runtime::Chain(&error).to_string();
    assert!(text.contains("the message id (uid) is empty"), "{text}");
    Ok(())
}
