//! Servers that die, consumers and streams that are deleted: a reader goes on, or ends with an error.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde_json::json;
use walnats_runtime::{Delivery, ReadError, ReaderOptions, Start};
use walnats_server::{NatsCluster, NatsServer};

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
async fn a_server_that_is_killed_and_restarted_loses_nothing() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    for round in 0..3 {
        for number in 0..50 {
            place(&events, &format!("{round}-{number}")).await?;
        }
        server.kill();
        server.restart()?;
    }
    place(&events, "last").await?;
    all_of(&mut running, &seen, 151).await;
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_falls_silent_is_waited_for() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    place(&events, "before").await?;
    all_of(&mut running, &seen, 1).await;
    server.suspend();
    tokio::time::sleep(Duration::from_secs(8)).await;
    server.resume();
    place(&events, "after").await?;
    all_of(&mut running, &seen, 2).await;
    running.stop().await?;
    Ok(())
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_lost_is_replaced() -> TestResult {
    let mut cluster = NatsCluster::start(3)?;
    cluster.wait_until_ready()?;
    let events = Events::connect(cluster.urls().join(",")).await?;
    let replicated: Vec<_> = crate::events::STREAMS
        .iter()
        .map(|stream| walnats_runtime::StreamDescriptor { replicas: Some(3), ..*stream })
        .collect();
    events.publisher().register(&replicated).await?;
    let seen = Seen::default();
    let mut running = noting(&events, &seen);
    for number in 0..50 {
        place(&events, &format!("before-{number}")).await?;
    }
    all_of(&mut running, &seen, 50).await;
    let info = call(&events, "CONSUMER.INFO.orders.billing", json!({})).await;
    let leader = info.pointer("/cluster/leader").and_then(|name| name.as_str()).expect("a leader").to_owned();
    let index = cluster.nodes().iter().position(|server| server.name() == leader).expect("a server of the cluster");
    cluster.nodes_mut()[index].kill();
    for number in 0..50 {
        place(&events, &format!("after-{number}")).await?;
    }
    all_of(&mut running, &seen, 100).await;
    running.stop().await?;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quorum_that_is_lost_is_waited_for() -> TestResult {
    let mut cluster = NatsCluster::start(3)?;
    cluster.wait_until_ready()?;
    let events = Events::connect(cluster.nodes()[0].url()).await?;
    let replicated: Vec<_> = crate::events::STREAMS
        .iter()
        .map(|stream| walnats_runtime::StreamDescriptor { replicas: Some(3), ..*stream })
        .collect();
    events.publisher().register(&replicated).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let hasty = |options: ReaderOptions| options.missing_stream_timeout(Duration::from_secs(2));
    let mut running = run(&events, hasty, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    });
    place(&events, "before").await?;
    all_of(&mut running, &seen, 1).await;
    let dead = call(&events, "STREAM.INFO.dead-letters", json!({})).await;
    assert_eq!(dead.pointer("/config/num_replicas"), Some(&json!(3)), "dead letters are as durable as what is read");
    for node in &mut cluster.nodes_mut()[1..] {
        node.kill();
    }
    // JetStream answers with errors (10008) then.
    let asked = async || call(&events, "CONSUMER.INFO.orders.billing", json!({})).await;
    eventually(async || asked().await.pointer("/error/err_code") == Some(&json!(10008))).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(!running.task.is_finished(), "the reader waits");
    for node in &mut cluster.nodes_mut()[1..] {
        node.restart()?;
    }
    eventually(async || place(&events, "after").await.is_ok()).await;
    all_of(&mut running, &seen, 2).await;
    running.stop().await?;
    Ok(())
}
