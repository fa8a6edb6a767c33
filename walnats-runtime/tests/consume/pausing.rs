//! A service that is paused.

use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use walnats_runtime::{Delivery, ReaderControl, ReaderMonitor, ReaderOptions};
use walnats_server::NatsServer;

use crate::events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

fn controlled(events: &Events, seen: &Seen, ack_wait: u64) -> (Running, ReaderControl, ReaderMonitor) {
    let here = seen.clone();
    let options = ReaderOptions::new().ack_wait(Duration::from_secs(ack_wait));
    let reader = events
        .billing()
        .reader()
        .configure(|_| options)
        .on_order_placed(move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async {}
        })
        .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &Delivery| {});
    let monitor = reader.monitor();
    let control = monitor.control().clone();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(reader.run(async {
        let _ = stopped.await;
    }));
    (Running::new(stop, task), control, monitor)
}

#[tokio::test]
async fn a_pause_outlasts_restarts_and_ends_when_it_is_resumed() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let (running, control, monitor) = controlled(&events, &seen, 30);
    place(&events, "before").await?;
    seen.until(1).await;
    settled(&events, "orders").await;
    assert_eq!(control.paused_until().await?, None);
    control.pause_for(Duration::from_secs(3_600)).await?;
    assert!(control.paused_until().await?.is_some());
    place(&events, "waits").await?;
    server.kill();
    server.restart()?;
    place(&events, "waits, too").await?;
    // Longer than any silence after which a reader does something about it.
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(monitor.health().is_running);
    }
    eventually(async || monitor.health().is_healthy()).await;
    assert_eq!(seen.all(), ["before"]);
    // A new instance, with other settings of the consumer, does not end the pause.
    running.stop().await?;
    let (running, _, _) = controlled(&events, &seen, 20);
    eventually(async || {
        let info = call(&events, "CONSUMER.INFO.orders.billing", json!({})).await;
        info.pointer("/config/ack_wait") == Some(&json!(20_000_000_000_u64))
    })
    .await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(seen.all(), ["before"]);
    control.resume().await?;
    let all = seen.until(3).await;
    assert!(all.contains(&"waits".to_owned()) && all.contains(&"waits, too".to_owned()), "{all:?}");
    assert_eq!(control.paused_until().await?, None);
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_pause_ends_by_itself() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let (running, control, _) = controlled(&events, &seen, 30);
    eventually(async || number(&events, "orders", "num_waiting").await == 1).await;
    control.pause_for(Duration::from_secs(3)).await?;
    place(&events, "o-1").await?;
    assert!(seen.all().is_empty());
    assert_eq!(seen.until(1).await, ["o-1"]);
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_not_registered_cannot_be_paused() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let control = events.billing().reader().monitor().control().clone();
    let error = control.resume().await.expect_err("there is no consumer");
    assert_eq!(error.to_string(), "could not resume consumer `billing` of stream `orders`");
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(cause.contains("10014"), "{cause}");
    Ok(())
}
