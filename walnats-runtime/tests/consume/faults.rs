//! Servers that die, consumers and streams that are deleted: a reader goes on, or ends with an error.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde_json::json;
use walnats_runtime::{Delivery, ReadError, ReaderOptions, Start};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

/// A reader that notes each order, and waits 20 s for a stream that is missing.
fn noting(events: &Events, seen: &Seen) -> Running {
    let here = seen.clone();
    let options = |options: ReaderOptions| {
        options.ack_wait(Duration::from_secs(5)).missing_stream_timeout(Duration::from_secs(20))
    };
    run(events, options, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    })
}

/// Waits for that many different orders, while the reader runs.
async fn all_of(running: &mut Running, seen: &Seen, count: usize) {
    let all = eventually(async || seen.all().into_iter().collect::<BTreeSet<_>>().len() >= count);
    tokio::select! {
        ended = &mut running.task => panic!("the reader ended: {ended:?}"),
        () = all => {}
    }
}

#[tokio::test]
async fn a_consumer_that_is_deleted_is_created_again_where_it_was() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for number in 0..20 {
        place(&events, &number.to_string()).await?;
    }
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    all_of(&mut running, &seen, 20).await;
    settled(&events, "orders").await;
    // Its position is noted every ten seconds.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let deleted = call(&events, "CONSUMER.DELETE.orders.billing", json!({})).await;
    assert_eq!(deleted["success"], json!(true));
    place(&events, "next").await?;
    all_of(&mut running, &seen, 21).await;
    assert_eq!(seen.all().len(), 21, "nothing came again");
    running.stop().await?;
    // A restart finds it as it should be.
    assert!(
        events
            .billing()
            .reader()
            .configure(|options| options.ack_wait(Duration::from_secs(5)))
            .register()
            .await
            .is_ok()
    );
    Ok(())
}

#[tokio::test]
async fn a_stream_that_is_deleted_and_created_again_is_read_from_its_beginning() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "old").await?;
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    all_of(&mut running, &seen, 1).await;
    call(&events, "STREAM.DELETE.orders", json!({})).await;
    events.register().await?;
    place(&events, "new").await?;
    all_of(&mut running, &seen, 2).await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_stream_that_stays_away_ends_the_reader_with_its_name() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    place(&events, "old").await?;
    all_of(&mut running, &seen, 1).await;
    call(&events, "STREAM.DELETE.orders", json!({})).await;
    let ended = tokio::time::timeout(Duration::from_secs(90), running.task).await??;
    assert!(matches!(&ended, Err(ReadError::NoStream { stream }) if stream == "orders"), "{ended:?}");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_is_created_again_is_read_from_its_beginning_wherever_the_reader_began() -> TestResult {
    for start in [Start::Sequence(3), Start::New, Start::Time(SystemTime::now() + Duration::from_secs(600))] {
        let server = NatsServer::start()?;
        let events = ready(&server).await?;
        for id in ["o-1", "o-2"] {
            place(&events, id).await?;
        }
        let seen = Seen::default();
        let here = seen.clone();
        let from = |options: ReaderOptions| options.start(start);
        let mut running = run(&events, from, move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async {}
        });
        eventually(async || number(&events, "orders", "num_waiting").await == 1).await;
        call(&events, "STREAM.DELETE.orders", json!({})).await;
        events.register().await?;
        for id in ["new-1", "new-2"] {
            place(&events, id).await?;
        }
        all_of(&mut running, &seen, 2).await;
        assert_eq!(seen.all(), ["new-1", "new-2"], "{start:?}");
        running.stop().await?;
        // A restart finds the consumer where it was to begin.
        let reader = events.billing().reader().retry(quick()).configure(from);
        assert!(reader.register().await.is_ok(), "{start:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_consumer_that_is_deleted_before_it_read_anything_begins_where_it_would_have() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "before").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let mut running = run(
        &events,
        |options| options.start(Start::New),
        move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async {}
        },
    );
    eventually(async || number(&events, "orders", "num_waiting").await == 1).await;
    call(&events, "CONSUMER.DELETE.orders.billing", json!({})).await;
    place(&events, "after").await?;
    all_of(&mut running, &seen, 1).await;
    assert_eq!(seen.all(), ["after"]);
    running.stop().await?;
    Ok(())
}
