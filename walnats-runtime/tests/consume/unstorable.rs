//! Dead letters that the stream of dead letters does not take as they are.

use std::time::Duration;

use async_nats::HeaderMap;
use serde_json::json;
use tracing::Level;
use walnats_runtime::{Delivery, Options, Retention, Settle, StreamDescriptor};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced, STREAMS};
use crate::recorded_log::RecordedLog;
use crate::stage::*;

/// Limits the size of dead letters.
async fn limit(events: &Events, bytes: u64) -> TestResult {
    events.billing().reader().register().await?;
    let mut config = call(events, "STREAM.INFO.dead-letters", json!({})).await["config"].take();
    config["max_msg_size"] = json!(bytes);
    let answer = call(events, "STREAM.UPDATE.dead-letters", config).await;
    assert_eq!(answer.get("error"), None, "{answer}");
    Ok(())
}

fn refusing(events: &Events, seen: &Seen) -> Running {
    let here = seen.clone();
    run(
        events,
        |options| options,
        move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async { Settle::dead_letter("no") }
        },
    )
}

#[tokio::test]
async fn a_subject_that_no_header_can_hold_is_encoded() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let client = events.publisher().client();
    client.request("orders.50%\u{1}ö.placed", r#"{"id":"o","region":"eu"}"#.into()).await?;
    let running = refusing(&events, &Seen::default());
    let letters = dead_letters(&events, 1).await?;
    assert_eq!(letters[0].headers["Walnats-Dead-Subject"], "orders.50%25%01ö.placed");
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_leaves_out_foreign_headers_first() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    limit(&events, 800).await?;
    let mut headers = HeaderMap::new();
    headers.insert("X-Large", "x".repeat(2_000).as_str());
    headers.insert("Nats-Msg-Id", "m-1");
    let payload = r#"{"id":"o","region":"eu"}"#;
    events.publisher().client().request_with_headers("orders.eu.placed", headers, payload.into()).await?;
    let running = refusing(&events, &Seen::default());
    let letters = dead_letters(&events, 1).await?;
    assert_eq!((letters.len(), letters[0].payload.as_str()), (1, payload));
    let headers = &letters[0].headers;
    assert!(!headers.contains_key("X-Large") && !headers.contains_key("Walnats-Dead-Why"), "{headers:?}");
    assert_eq!(
        (headers["Walnats-Dead-Message-Id"].as_str(), headers["Walnats-Dead-Omitted"].as_str()),
        ("m-1", "headers")
    );
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_far_too_large_is_referred_to_where_it_stays() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    limit(&events, 800).await?;
    let order = OrderPlaced::new("o".repeat(3_000), "eu");
    events.emit_order_placed(&order).await?;
    let log = RecordedLog::from(Level::ERROR);
    let _guard = tracing::subscriber::set_default(log.clone());
    let running = refusing(&events, &Seen::default());
    let letters = dead_letters(&events, 1).await?;
    assert_eq!((letters.len(), letters[0].payload.as_str()), (1, ""));
    let headers = &letters[0].headers;
    assert_eq!((headers["Walnats-Dead-Stream"].as_str(), headers["Walnats-Dead-Sequence"].as_str()), ("orders", "1"));
    assert_eq!(headers["Walnats-Dead-Omitted"], "payload");
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    let kept = call(&events, "STREAM.MSG.GET.orders", json!({"seq": 1})).await;
    assert!(kept.pointer("/message/data").is_some(), "the event is where the letter says");
    assert_eq!(log.about("orders").len(), 1, "{:?}", log.all());
    Ok(())
}

#[tokio::test]
async fn what_would_be_deleted_stays_unsettled() -> TestResult {
    for retention in [Retention::WorkQueue, Retention::Interest] {
        let server = NatsServer::start()?;
        let events = Events::connect(server.url()).await?;
        let streams: Vec<StreamDescriptor> =
            STREAMS.iter().map(|stream| StreamDescriptor { retention: Some(retention), ..*stream }).collect();
        events.publisher().register(&streams).await?;
        limit(&events, 800).await?;
        events.emit_order_placed(&OrderPlaced::new("o".repeat(3_000), "eu")).await?;
        let log = RecordedLog::from(Level::ERROR);
        let guard = tracing::subscriber::set_default(log.clone());
        let seen = Seen::default();
        let running = refusing(&events, &seen);
        eventually(async || !log.about("orders").is_empty()).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(guard);
        assert_eq!(number(&events, "orders", "num_ack_pending").await, 1, "{retention:?}");
        assert!(call(&events, "STREAM.MSG.GET.orders", json!({"seq": 1})).await.get("error").is_none());
        let said = log.about("orders");
        assert!(said.len() == 1 && said[0].contains("stays unsettled"), "{said:?}");
        assert_eq!((seen.all().len(), number(&events, "orders", "num_redelivered").await), (1, 0));
        assert_eq!(running.stop().await?.dead, 0);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_near_the_servers_limit_can_be_a_dead_letter() -> TestResult {
    let server = NatsServer::builder().config("max_payload: 4096").start()?;
    let events = Events::connect_with(server.url(), Options::new()).await?;
    events.register().await?;
    let payload = format!(r#"{{"id":"{}","region":7}}"#, "o".repeat(3_800));
    events.publisher().client().request("orders.eu.placed", payload.into()).await?;
    let running = refusing(&events, &Seen::default());
    let letters = dead_letters(&events, 1).await?;
    assert_eq!(letters.len(), 1);
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    Ok(())
}
