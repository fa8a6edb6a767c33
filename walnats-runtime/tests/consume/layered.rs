//! Layers of tower around handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
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
