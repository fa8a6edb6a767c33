//! What `register` does to the streams of a server.

use std::error::Error;
use std::time::Duration;

use async_nats::jetstream::stream::StorageType;
use futures_util::StreamExt;
use shop_events::{Events, OrderPlaced, UserCreated};
use walnats_runtime::Event;
use walnats_server::NatsServer;

use crate::TestResult;

#[tokio::test]
async fn register_creates_then_finds_nothing_to_do_then_updates() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    let jetstream = events.publisher().jetstream();

    events.register().await?;
    let mut orders = jetstream.get_stream("orders").await?;
    let config = orders.info().await?.config.clone();
    assert_eq!(config.subjects, ["orders.*.placed"]);
    assert_eq!(config.storage, StorageType::File);
    assert_eq!(config.max_age, Duration::from_secs(365 * 86_400));
    assert_eq!(config.duplicate_window, Duration::from_secs(600));
    assert_eq!(config.description.as_deref(), Some("Orders, kept for a year"));

    assert!(events.plan().await?.is_empty(), "nothing is left to do");
    events.register().await?;

    // Somebody changes the stream by hand; `register` brings it back.
    jetstream
        .update_stream(async_nats::jetstream::stream::Config { description: Some("mine".into()), ..config })
        .await?;
    assert!(!events.plan().await?.is_empty());
    events.register().only(&[OrderPlaced::DESCRIPTOR]).await?;
    assert_eq!(orders.info().await?.config.description.as_deref(), Some("Orders, kept for a year"));
    Ok(())
}

#[tokio::test]
async fn register_does_only_what_it_is_asked_for() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[UserCreated::DESCRIPTOR]).await?;
    let names = stream_names(&events).await?;
    assert_eq!(names, ["users"]);

    let missing = events.register().update_only().await.expect_err("only one of the streams is there");
    assert!(missing.to_string().contains("orders"), "{missing}");
    assert_eq!(stream_names(&events).await?, ["users"], "updating creates nothing");
    Ok(())
}

async fn stream_names(events: &Events) -> Result<Vec<String>, Box<dyn Error>> {
    let jetstream = events.publisher().jetstream();
    let mut names: Vec<String> =
        jetstream.stream_names().collect::<Vec<_>>().await.into_iter().collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}
