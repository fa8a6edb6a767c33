//! Layers of tower around handlers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use walnats_runtime::layers::MetricsLayer;
use walnats_runtime::{Delivered, Delivery, HandlerError, Settle};
use walnats_server::NatsServer;

use crate::events::OrderPlaced;
use crate::stage::*;

#[tokio::test]
async fn a_timeout_and_a_limit_of_tower_hold_for_handlers() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["slow", "a", "b", "c", "d", "e", "f"] {
        place(&events, id).await?;
    }
    let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counters = (busy.clone(), most.clone());
    let layers = |options: walnats_runtime::ReaderOptions| {
        options
            .concurrency(8)
            .retry(quick().attempts(2))
            .layer(TimeoutLayer::new(Duration::from_secs(2)))
            .layer(GlobalConcurrencyLimitLayer::new(2))
    };
    let running = run(&events, layers, move |order: OrderPlaced, _: Delivery| {
        let (busy, most) = counters.clone();
        async move {
            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let time = if order.id == "slow" { Duration::from_secs(60) } else { Duration::from_millis(50) };
            let guard = Leaves(busy);
            tokio::time::sleep(time).await;
            drop(guard);
        }
    });
    let letters = dead_letters(&events, 1).await?;
    assert_eq!(letters[0].headers["Walnats-Dead-Attempts"], "2");
    assert!(letters[0].headers["Walnats-Dead-Why"].contains("timed out"), "{:?}", letters[0].headers);
    settled(&events, "orders").await;
    let served = running.stop().await?;
    assert_eq!((served.done, served.retried, served.dead), (6, 1, 1));
    assert_eq!(most.load(Ordering::SeqCst), 2);
    Ok(())
}

/// Counts a handler that ends, or is cut off.
struct Leaves(Arc<AtomicUsize>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_layer_sees_each_delivery_and_what_became_of_it_and_the_last_one_is_outside() -> TestResult {
    struct Refused;
    impl HandlerError for Refused {
        fn passes(&self) -> bool {
            false
        }
    }
    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("no")
        }
    }
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "o-1").await?;
    let seen = Seen::default();
    let noting = |name: &'static str, seen: &Seen| {
        let (before, after) = (seen.clone(), seen.clone());
        let layer = ServiceBuilder::new().map_request(move |delivered: Delivered| {
            before.add(format!("{name} {}", delivered.about.event()));
            delivered
        });
        let layer = layer.map_response(move |settle: Settle| {
            after.add(format!("{name} {settle:?}"));
            settle
        });
        layer.into_inner()
    };
    let layers =
        |options: walnats_runtime::ReaderOptions| options.layer(noting("inner", &seen)).layer(noting("outer", &seen));
    let running = run(&events, layers, async |_: OrderPlaced, _: &Delivery| Err::<(), Refused>(Refused));
    dead_letters(&events, 1).await?;
    running.stop().await?;
    let dead = r#"DeadLetter { why: "no" }"#;
    assert_eq!(
        seen.all(),
        ["outer order-placed", "inner order-placed", &format!("inner {dead}"), &format!("outer {dead}")]
    );
    Ok(())
}

#[tokio::test]
async fn layers_measure_how_long_calls_take_and_how_they_end() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // All tasks run on this thread.
    let _local = metrics::set_default_local_recorder(&recorder);
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["done", "retry", "dead", "panic", "slow"] {
        place(&events, id).await?;
    }
    // One stack of tower's, in which errors are what they are; between calls of `layer` they are retries.
    let timeout = ServiceBuilder::new()
        .layer(MetricsLayer::new("stack"))
        .layer(TimeoutLayer::new(Duration::from_millis(500)))
        .into_inner();
    let layers = |options: walnats_runtime::ReaderOptions| {
        options
            .retry(quick().attempts(1))
            .layer(MetricsLayer::new("inner"))
            .layer(timeout.clone())
            .layer(MetricsLayer::new("outer"))
    };
    let running = run(&events, layers, async |order: OrderPlaced, _: &Delivery| match order.id.as_str() {
        "retry" => Settle::retry("later"),
        "dead" => Settle::dead_letter("no"),
        "panic" => panic!("a bug"),
        "slow" => std::future::pending().await,
        _ => Settle::Done,
    });
    dead_letters(&events, 4).await?;
    settled(&events, "orders").await;
    running.stop().await?;
    let mut ends = BTreeMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let labels: BTreeMap<&str, &str> = key.key().labels().map(|label| (label.key(), label.value())).collect();
        if let (Some(layer), DebugValue::Histogram(times)) = (labels.get("layer"), value) {
            assert_eq!(labels["event"], "order-placed");
            if labels["end"] == "cancelled" {
                assert!(times[0].into_inner() >= 0.5, "{times:?}");
            }
            ends.insert(format!("{layer} {}", labels["end"]), times.len());
        }
    }
    // The outer ones see that the timeout ended what the inner one saw cut off.
    let mut expected = BTreeMap::new();
    for (layer, slow) in [("inner", "cancelled"), ("stack", "error"), ("outer", "retry")] {
        for end in ["done", "retry", "dead_letter", "panic", slow] {
            *expected.entry(format!("{layer} {end}")).or_default() += 1;
        }
    }
    assert_eq!(ends, expected);
    Ok(())
}
