//! Many events at once: buffered, in batches, and across restarts of the server.

use std::time::Duration;

use shop_events::{Events, UserCreated};
use walnats_runtime::{EmitError, Options, Outcome};
use walnats_server::NatsServer;

use crate::TestResult;
use crate::shop::{ready, stock, stored, user};

#[tokio::test]
async fn buffered_emits_are_all_acknowledged_by_flush() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for sku in 0..2_000 {
        drop(events.emit_stock_changed(&stock(sku)).buffered().await?);
    }
    events.flush(Duration::from_secs(10)).await?;
    assert_eq!(stored(&events, "stock").await?.len(), 2_000);
    Ok(())
}

#[tokio::test]
async fn a_full_buffer_refuses_or_waits() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = Events::connect_with(server.url(), Options::new().buffer_messages(10)).await?;
    events.register().await?;
    server.suspend();

    let mut pending = Vec::new();
    let refused = loop {
        match events.emit_stock_changed(&stock(0)).try_buffered() {
            Ok(one) => pending.push(one),
            Err(error) => break error,
        }
    };
    assert_eq!(pending.len(), 10);
    assert!(matches!(&refused, EmitError::NotStored(error) if error.is_buffer_full()), "{refused}");
    assert!(refused.to_string().contains("buffer"), "{refused}");

    let last = stock(1);
    let waiting = events.emit_stock_changed(&last).buffered().into_future();
    tokio::pin!(waiting);
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "it waits for a place");
    server.resume();
    waiting.await?.await?;
    for one in pending {
        one.await?;
    }
    Ok(())
}

#[tokio::test]
async fn batches_are_pipelined_or_all_or_nothing() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let changes: Vec<_> = (0..700).map(stock).collect();
    let receipts = events.emit_stock_changed_all(&changes).await?;
    assert_eq!(receipts.last().map(|receipt| receipt.outcome), Some(Outcome::Stored(700)));
    let receipts = events.emit_stock_changed_all(&changes).atomic().await?;
    assert_eq!(receipts.last().map(|receipt| receipt.outcome), Some(Outcome::Stored(1_400)));

    let mut wrong = changes;
    wrong[333].warehouse = "Dublin".into();
    assert!(events.emit_stock_changed_all(&wrong).atomic().await.is_err());
    let mut stream = events.publisher().jetstream().get_stream("stock").await?;
    assert_eq!(stream.info().await?.state.last_sequence, 1_400);
    Ok(())
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_there_twice_when_the_server_is_killed() -> TestResult {
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let mut pending = Vec::new();
    for number in 0..3_000 {
        if number == 1_000 || number == 2_000 {
            server.kill();
            server.restart()?;
        }
        let mut event = user()?;
        event.user_id = format!("u_{number:05}");
        pending.push((event.user_id.clone(), events.emit_user_created(&event).buffered().await?));
    }
    events.flush(Duration::from_secs(30)).await?;
    for (_, one) in &mut pending {
        one.await?;
    }
    let mut expected: Vec<String> = pending.into_iter().map(|(id, _)| id).collect();
    let mut found = Vec::new();
    for message in stored(&events, "users").await? {
        found.push(UserCreated::decode(&message.payload)?.user_id);
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    Ok(())
}
