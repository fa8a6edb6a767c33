//! What others see of a reader: health and metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::json;
use tokio::sync::oneshot;
use walnats_runtime::layers::MetricsLayer;
use walnats_runtime::{Delivery, ReaderMonitor, ReaderOptions, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

/// Runs the reader of `billing`. Ids say what becomes of an order.
fn monitored(events: &Events, change: impl FnOnce(ReaderOptions) -> ReaderOptions) -> (Running, ReaderMonitor) {
    let reader = events
        .billing()
        .reader()
        .retry(quick())
        .configure(change)
        .on_order_placed(async |order: OrderPlaced, _: &Delivery| match order.id.as_str() {
            "hangs" => std::future::pending().await,
            "later" => Settle::retry_after(Duration::from_secs(600), "later"),
            "dead" => Settle::dead_letter("no"),
            _ => Settle::Done,
        })
        .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &Delivery| {});
    let monitor = reader.monitor();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(reader.run(async {
        let _ = stopped.await;
    }));
    (Running::new(stop, task), monitor)
}

#[tokio::test]
async fn a_reader_that_gets_on_is_healthy_while_it_runs() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "o-1").await?;
    let (running, monitor) = monitored(&events, |options| options);
    assert!(!monitor.health().is_running);
    eventually(async || monitor.served().done == 1).await;
    // With nothing to do for a while, too.
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(monitor.health().is_healthy(), "{monitor:?}");
    }
    let streams: Vec<String> = monitor.health().streams.into_iter().map(|stream| stream.stream).collect();
    assert_eq!(streams, ["orders", "payment-received", "dead-letters-replay"]);
    running.stop().await?;
    assert!(!monitor.health().is_healthy());
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_reader_whose_server_is_silent_is_not_healthy() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let (running, monitor) = monitored(&events, |options| options);
    eventually(async || monitor.health().is_healthy()).await;
    server.suspend();
    // The connection looks as if it were up for a long time.
    eventually(async || !monitor.health().is_healthy()).await;
    assert!(monitor.health().streams.iter().all(|stream| stream.silent_for > Duration::from_secs(10)), "{monitor:?}");
    server.resume();
    eventually(async || monitor.health().is_healthy()).await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_reader_that_failed_events_block_is_not_healthy() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let (running, monitor) = monitored(&events, |options| options.max_ack_pending(2));
    for id in ["later", "later", "o-1", "o-2"] {
        place(&events, id).await?;
    }
    let orders = || monitor.health().streams.into_iter().find(|stream| stream.stream == "orders");
    eventually(async || orders().is_some_and(|orders| orders.is_blocked)).await;
    assert!(!monitor.health().is_healthy());
    assert_eq!(orders().map(|orders| (orders.pending, orders.unsettled)), Some((2, 2)));
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_reader_whose_handlers_hang_or_whose_dead_letters_fail_is_not_healthy() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let (running, monitor) = monitored(&events, |options| options.shutdown_timeout(Duration::from_secs(5)));
    place(&events, "hangs").await?;
    let orders = || monitor.health().streams.into_iter().find(|stream| stream.stream == "orders");
    eventually(async || orders().is_some_and(|orders| orders.oldest_in_hand > Duration::from_secs(2))).await;
    assert_eq!(orders().map(|orders| orders.in_hand), Some(1));
    assert!(monitor.health().is_healthy(), "it may take that long: {monitor:?}");
    let mut config = call(&events, "STREAM.INFO.dead-letters", json!({})).await["config"].take();
    (config["max_bytes"], config["discard"]) = (json!(10), json!("new"));
    call(&events, "STREAM.UPDATE.dead-letters", config.clone()).await;
    place(&events, "dead").await?;
    eventually(async || orders().is_some_and(|orders| orders.dead_letters_fail)).await;
    assert!(!monitor.health().is_healthy());
    config["max_bytes"] = json!(-1);
    call(&events, "STREAM.UPDATE.dead-letters", config).await;
    eventually(async || monitor.health().is_healthy()).await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn every_metric_of_a_reader_is_described_and_documented() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // All tasks run on this thread.
    let _local = metrics::set_default_local_recorder(&recorder);
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["o-1", "later", "dead"] {
        place(&events, id).await?;
    }
    let (running, monitor) = monitored(&events, |options| options.layer(MetricsLayer::new("handler")));
    let all = async || (monitor.served().done, monitor.served().retried, monitor.served().dead) == (1, 1, 1);
    eventually(all).await;
    running.stop().await?;
    let documented: BTreeMap<&str, BTreeSet<&str>> = include_str!("../../docs/readers.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `walnats_"))
        .map(|rest| {
            let name = rest.split('`').next().unwrap_or_default();
            let labels = rest.split('|').nth(2).unwrap_or_default();
            (name, labels.split('`').skip(1).step_by(2).collect())
        })
        .collect();
    let (mut seen, mut counts) = (BTreeSet::new(), BTreeMap::new());
    for (key, _, description, value) in snapshotter.snapshot().into_vec() {
        let name = key.key().name().trim_start_matches("walnats_").to_owned();
        if !name.starts_with("read_") && !["handle_seconds", "layer_seconds"].contains(&name.as_str()) {
            continue;
        }
        assert!(description.is_some_and(|text| text.len() > 10), "{name} has no help text");
        let labels: BTreeMap<&str, &str> = key.key().labels().map(|label| (label.key(), label.value())).collect();
        assert_eq!(documented.get(name.as_str()), Some(&labels.keys().copied().collect()), "{name}");
        if let DebugValue::Counter(value) = value {
            counts.insert(format!("{} {}", labels["event"], labels["end"]), value);
        }
        seen.insert(name);
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), documented.keys().copied().collect::<Vec<_>>());
    let expected = ["order-placed dead_letter", "order-placed done", "order-placed retried"];
    assert_eq!(counts, expected.map(|name| (name.to_owned(), 1)).into());
    Ok(())
}
