//! The pause before the next attempt, whatever happens to the stream and the server meanwhile.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{Delivery, ReaderOptions, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

/// A reader whose first attempt at each event asks for a pause.
fn pausing(events: &Events, seen: &Seen, pause: Duration) -> Running {
    let here = seen.clone();
    let calm = |options: ReaderOptions| options.ack_wait(Duration::from_secs(300));
    run(events, calm, move |order: OrderPlaced, about: Delivery| {
        here.add(format!("{} {}", order.id, about.attempt()));
        async move { if about.attempt() == 1 { Settle::retry_after(pause, "later") } else { Settle::Done } }
    })
}

#[tokio::test]
async fn an_update_of_the_stream_drops_none() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let running = pausing(&events, &seen, Duration::from_secs(4));
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

#[tokio::test]
async fn a_server_that_is_killed_keeps_them() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let running = pausing(&events, &seen, Duration::from_secs(6));
    for number in 0..20 {
        place(&events, &number.to_string()).await?;
    }
    seen.until(20).await;
    server.kill();
    server.restart()?;
    let all = seen.until(40).await;
    assert!((0..20).all(|number| all.contains(&format!("{number} 2"))), "{all:?}");
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}
