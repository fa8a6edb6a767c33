//! The pause before the next attempt, whatever happens to the stream and the server meanwhile.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{Delivery, ReaderOptions, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

/// A reader whose first attempt at each event asks for a pause.
fn pausing(events: &Events, seen: &Seen, pause: Duration, ack_wait: Duration) -> Running {
    let here = seen.clone();
    let waiting = move |options: ReaderOptions| options.ack_wait(ack_wait);
    run(events, waiting, move |order: OrderPlaced, about: Delivery| {
        here.add(format!("{} {}", order.id, about.attempt()));
        async move { if about.attempt() == 1 { Settle::retry_after(pause, "later") } else { Settle::Done } }
    })
}

#[tokio::test]
async fn an_update_of_the_stream_drops_none() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let running = pausing(&events, &seen, Duration::from_secs(4), Duration::from_secs(300));
    for number in 0..20 {
        place(&events, &number.to_string()).await?;
    }
    seen.until(20).await;
    let mut config = call(&events, "STREAM.INFO.orders", json!({})).await["config"].take();
    config["max_age"] = json!(3_600_000_000_000_u64);
    let answer = call(&events, "STREAM.UPDATE.orders", config).await;
    assert_eq!(answer.get("error"), None, "{answer}");
    // Sooner than `ack_wait`, after which an event comes without its pause, too.
    let all = seen.until(40).await;
    assert!((0..20).all(|number| all.contains(&format!("{number} 2"))), "{all:?}");
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 20);
    Ok(())
}

/// A killed server may forget a pause, and that it delivered an event: the event comes after `ack_wait` at the latest.
#[tokio::test]
async fn a_server_that_is_killed_loses_no_event_that_waits() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let running = pausing(&events, &seen, Duration::from_secs(6), Duration::from_secs(15));
    for number in 0..20 {
        place(&events, &number.to_string()).await?;
    }
    seen.until(20).await;
    server.kill();
    server.restart()?;
    let has_come_again = |number| seen.all().contains(&format!("{number} 2"));
    eventually(async || (0..20).all(has_come_again)).await;
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}
