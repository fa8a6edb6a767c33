//! Consumers that limit pulls, or refuse them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::Level;
use walnats_runtime::{Delivery, ReaderOptions, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::recorded_log::RecordedLog;
use crate::stage::*;

/// Creates the consumer of `billing` as somebody else would have.
async fn foreign(events: &Events, settings: Value) {
    let mut config = json!({
        "durable_name": "billing", "ack_policy": "explicit", "filter_subjects": ["orders.*.placed", "orders.cancelled"],
    });
    let (config_now, settings) = (config.as_object_mut().expect("an object"), settings);
    config_now.extend(settings.as_object().expect("an object").clone());
    let answer = call(
        events,
        "CONSUMER.CREATE.orders.billing",
        json!({"stream_name": "orders", "config": config, "action": "create"}),
    )
    .await;
    assert_eq!(answer.get("error"), None, "{answer}");
}

fn noting(events: &Events, seen: &Seen, change: impl FnOnce(ReaderOptions) -> ReaderOptions) -> Running {
    let here = seen.clone();
    run(events, change, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    })
}

#[tokio::test]
async fn the_limits_of_a_consumer_for_pulls_are_kept() -> TestResult {
    for limits in [
        json!({"max_batch": 3}),
        json!({"max_expires": 1_000_000_000}),
        json!({"max_expires": 5_000_000}),
        json!({"max_batch": 1, "max_waiting": 1, "max_expires": 300_000_000, "max_bytes": 100_000}),
    ] {
        let server = NatsServer::start()?;
        let events = ready(&server).await?;
        foreign(&events, limits.clone()).await;
        let log = RecordedLog::from(Level::WARN);
        let guard = tracing::subscriber::set_default(log.clone());
        for number in 0..20 {
            place(&events, &number.to_string()).await?;
        }
        let seen = Seen::default();
        let running = noting(&events, &seen, |options| options);
        let all = seen.until(20).await;
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 20, "{limits}");
        // Also once nothing is left.
        tokio::time::sleep(Duration::from_secs(3)).await;
        place(&events, "last").await?;
        seen.until(21).await;
        assert_eq!(running.stop().await?.done, 21, "{limits}");
        drop(guard);
        assert_eq!(log.about("orders"), [""; 0], "{limits}: no pull was refused");
    }
    Ok(())
}

#[tokio::test]
async fn limits_that_appear_while_a_reader_runs_are_kept() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let running = noting(&events, &seen, |options| options);
    place(&events, "before").await?;
    seen.until(1).await;
    let mut config = call(&events, "CONSUMER.INFO.orders.billing", json!({})).await["config"].take();
    (config["max_batch"], config["max_expires"]) = (json!(2), json!(500_000_000));
    let answer = call(
        &events,
        "CONSUMER.CREATE.orders.billing",
        json!({"stream_name": "orders", "config": config, "action": "update"}),
    )
    .await;
    assert_eq!(answer.get("error"), None, "{answer}");
    for number in 0..50 {
        place(&events, &number.to_string()).await?;
    }
    seen.until(51).await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_consumer_with_priority_groups_is_refused() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    foreign(&events, json!({"priority_groups": ["blue"], "priority_policy": "overflow"})).await;
    let error = events.billing().reader().register().await.expect_err("its pulls would be refused");
    let text = error.to_string();
    assert!(text.contains("`billing` of stream `orders`") && text.contains("priority groups `blue`"), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_reader_whose_pulls_are_refused_without_end_says_so_once_and_ends() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    foreign(&events, json!({"max_waiting": 1})).await;
    events.billing().reader().register().await?;
    // Somebody else has the only pull that the consumer takes, and nothing comes.
    let client = events.publisher().client();
    let _other = client.subscribe("other").await?;
    let pull = json!({"batch": 1_000, "expires": 600_000_000_000_u64}).to_string();
    client.publish_with_reply("$JS.API.CONSUMER.MSG.NEXT.orders.billing", "other", pull.into()).await?;
    client.flush().await?;
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let running = noting(&events, &Seen::default(), |options| options.missing_stream_timeout(Duration::from_secs(4)));
    let error = tokio::time::timeout(Duration::from_secs(80), running.task).await??.expect_err("no pull is served");
    let text = error.to_string();
    assert!(text.contains("`billing` of stream `orders`") && text.contains("`max_waiting`"), "{text}");
    let said = log.about("orders");
    assert!(said.len() == 1 && said[0].contains("`max_waiting`"), "{said:?}");
    Ok(())
}

#[tokio::test]
async fn a_consumer_that_delivers_nothing_for_now_is_waited_for() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let hasty = |options: ReaderOptions| options.missing_stream_timeout(Duration::from_secs(3)).max_ack_pending(2);
    let mut running = run(&events, hasty, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id.clone());
        async move { if order.id == "later" { Settle::retry_after(Duration::from_secs(20), "later") } else { Settle::Done } }
    });
    // As many wait for their next attempt as may.
    for id in ["later", "later", "next"] {
        place(&events, id).await?;
    }
    seen.until(2).await;
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(!running.task.is_finished(), "{:?}", (&mut running.task).await);
    assert_eq!(seen.all().len(), 2);
    let until = time_in(Duration::from_secs(15));
    let paused = call(&events, "CONSUMER.PAUSE.orders.billing", json!({"pause_until": until})).await;
    assert_eq!(paused["paused"], json!(true), "{paused}");
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(!running.task.is_finished(), "{:?}", (&mut running.task).await);
    eventually(async || seen.all().iter().any(|id| id == "next")).await;
    running.stop().await?;
    Ok(())
}

/// A time from now, as JetStream writes it.
fn time_in(time: Duration) -> String {
    (jiff::Timestamp::now() + time).to_string()
}
