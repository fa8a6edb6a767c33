//! Dead letters that are replayed.

use std::time::Duration;

use async_nats::HeaderMap;
use serde_json::{Value, json};
use walnats_runtime::{Delivery, ReaderOptions, Retention, Settle, StreamDescriptor};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced, STREAMS};
use crate::stage::*;

/// Publishes a dead letter as `walnats dead replay` does.
async fn replay(events: &Events, letter: &DeadLetter, from: u64) -> TestResult {
    let mut headers = HeaderMap::new();
    for (name, value) in letter.headers.iter().filter(|(name, _)| *name != "Nats-Msg-Id") {
        headers.insert(name.as_str(), value.as_str());
    }
    headers.insert("Nats-Msg-Id", format!("replay:{from}").as_str());
    headers.insert("Nats-Expected-Stream", "dead-letters-replay");
    headers.insert("Walnats-Replayed-From", from.to_string().as_str());
    let subject = letter.subject.replace("_walnats.dead.", "_walnats.replay.");
    let client = events.publisher().client();
    let answer = client.request_with_headers(subject, headers, letter.payload.clone().into()).await?;
    let answer: Value = serde_json::from_slice(&answer.payload)?;
    assert_eq!(answer.get("error"), None, "{answer}");
    Ok(())
}

/// Refuses events until there is a dead letter of them, by what is said of the delivery.
fn describing(events: &Events, seen: &Seen, refuses: impl Fn(&Delivery) -> bool + Send + Sync + 'static) -> Running {
    let here = seen.clone();
    run(
        events,
        |options| options,
        move |_: OrderPlaced, about: Delivery| {
            let (from, id) = (about.replayed_from(), about.message_id().unwrap_or_default());
            let (stream, sequence, attempt) = (about.stream(), about.sequence(), about.attempt());
            let tenant = about.header("X-Tenant").unwrap_or_default();
            here.add(format!("{from:?} {} {stream}/{sequence} {attempt} {id} {tenant}", about.subject()));
            let settle = if refuses(&about) { Settle::dead_letter("no") } else { Settle::Done };
            async { settle }
        },
    )
}

async fn place_with_headers(events: &Events) -> TestResult {
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Msg-Id", "m-1");
    headers.insert("X-Tenant", "acme");
    let payload = r#"{"id":"o","region":"eu"}"#;
    events.publisher().client().request_with_headers("orders.eu.placed", headers, payload.into()).await?;
    Ok(())
}

#[tokio::test]
async fn a_replay_is_the_event_as_it_was_for_that_service_alone() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place_with_headers(&events).await?;
    let seen = Seen::default();
    let running = describing(&events, &seen, |about| !about.is_replay());
    let letters = dead_letters(&events, 1).await?;
    replay(&events, &letters[0], 1).await?;
    assert_eq!(
        seen.until(2).await,
        ["None orders.eu.placed orders/1 1 m-1 acme", "Some(1) orders.eu.placed orders/1 1 m-1 acme"]
    );
    settled(&events, "dead-letters-replay").await;
    let info = call(&events, "STREAM.INFO.dead-letters-replay", json!({})).await;
    assert_eq!(info.pointer("/state/messages"), Some(&json!(0)), "what is settled is gone");
    let orders = call(&events, "STREAM.INFO.orders", json!({})).await;
    assert_eq!(orders.pointer("/state/messages"), Some(&json!(1)), "no other service gets it again");
    assert_eq!(running.stop().await?.done, 1);
    Ok(())
}

#[tokio::test]
async fn a_replay_that_fails_again_is_a_new_dead_letter() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place_with_headers(&events).await?;
    let seen = Seen::default();
    let running = describing(&events, &seen, |_| true);
    let letters = dead_letters(&events, 1).await?;
    // As the command does once the replay is stored. Its id is still known.
    replay(&events, &letters[0], 1).await?;
    let letters = dead_letters(&events, 2).await?;
    for letter in &letters {
        let said = |name: &str| letter.headers.get(name).map(String::as_str);
        assert_eq!(
            (said("Walnats-Dead-Stream"), said("Walnats-Dead-Sequence"), said("Walnats-Dead-Message-Id")),
            (Some("orders"), Some("1"), Some("m-1"))
        );
        assert_eq!((said("X-Tenant"), said("Walnats-Replayed-From")), (Some("acme"), None));
    }
    settled(&events, "dead-letters-replay").await;
    assert_eq!(running.stop().await?.dead, 2);
    Ok(())
}

#[tokio::test]
async fn a_reader_works_on_without_the_stream_of_replays() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let hasty = |options: ReaderOptions| options.missing_stream_timeout(Duration::from_secs(1));
    let running = run(&events, hasty, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    });
    eventually(async || number(&events, "dead-letters-replay", "num_waiting").await == 1).await;
    call(&events, "STREAM.DELETE.dead-letters-replay", json!({})).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(!running.task.is_finished(), "it goes on");
    place(&events, "o-1").await?;
    assert_eq!(seen.until(1).await, ["o-1"]);
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_deleted_consumer_of_a_work_queue_is_created_again() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    let queues: Vec<StreamDescriptor> =
        STREAMS.iter().map(|stream| StreamDescriptor { retention: Some(Retention::WorkQueue), ..*stream }).collect();
    events.publisher().register(&queues).await?;
    place(&events, "o-1").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = run(
        &events,
        |options| options,
        move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async {}
        },
    );
    seen.until(1).await;
    settled(&events, "orders").await;
    let deleted = call(&events, "CONSUMER.DELETE.orders.billing", json!({})).await;
    assert_eq!(deleted["success"], json!(true));
    place(&events, "o-2").await?;
    assert_eq!(seen.until(2).await, ["o-1", "o-2"]);
    running.stop().await?;
    Ok(())
}
