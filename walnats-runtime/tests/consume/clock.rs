//! Periodic events.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{Clock, EmitError};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

const PERIOD: Duration = Duration::from_millis(500);

async fn stored(events: &Events) -> u64 {
    let info = call(events, "STREAM.INFO.orders", json!({})).await;
    info.pointer("/state/messages").and_then(Value::as_u64).unwrap_or_default()
}

#[tokio::test]
async fn clocks_of_several_instances_store_one_event_for_each_tick() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let clock = |events: &Events| {
        Clock::new(events, PERIOD, |tick| OrderPlaced::new(format!("{} {}", tick.number(), tick.time()), "eu"))
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let start = |clock: Clock<OrderPlaced>| {
        let mut stopped = stopped.clone();
        tokio::spawn(clock.run(async move { drop(stopped.wait_for(|stopped| *stopped).await) }))
    };
    let others = Events::connect(server.url()).await?;
    let mut tasks = vec![start(clock(&events)), start(clock(&others)), start(clock(&others))];
    eventually(async || stored(&events).await >= 4).await;
    // One that starts anew goes on with the next tick.
    tasks.push(start(clock(&others)));
    eventually(async || stored(&events).await >= 8).await;
    stop.send_replace(true);
    let (mut own, mut duplicates) = (0, 0);
    for task in tasks {
        let ticked = task.await??;
        (own, duplicates) = (own + ticked.stored, duplicates + ticked.duplicate);
    }
    assert_eq!(own, stored(&events).await);
    assert!(duplicates > 0, "several emitted the same tick");
    let stream = events.publisher().jetstream().get_stream("orders").await?;
    let mut numbers = BTreeSet::new();
    for sequence in 1..=own {
        let order = OrderPlaced::decode(&stream.get_raw_message(sequence).await?.payload)?;
        let (number, time) = order.id.split_once(' ').ok_or("two parts")?;
        let number: u64 = number.parse()?;
        assert!(numbers.insert(number), "one event for each tick");
        let due: jiff::Timestamp = time.parse()?;
        assert_eq!(u64::try_from(due.as_millisecond())?, number * 500, "each multiple of the period");
    }
    Ok(())
}

#[tokio::test]
async fn clocks_of_different_names_tick_by_themselves() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let start = |name: &'static str| {
        let clock = Clock::new(&events, PERIOD, move |_| OrderPlaced::new(name, "eu")).name(name);
        let mut stopped = stopped.clone();
        tokio::spawn(clock.run(async move { drop(stopped.wait_for(|stopped| *stopped).await) }))
    };
    let tasks = [start("a"), start("b")];
    eventually(async || stored(&events).await >= 4).await;
    stop.send_replace(true);
    for task in tasks {
        let ticked = task.await??;
        assert_eq!(ticked.duplicate, 0);
        assert!(ticked.stored > 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_clock_whose_event_can_never_be_stored_ends_with_an_error() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let clock = Clock::new(&events, PERIOD, |_| OrderPlaced::new("", "eu"));
    let ended = tokio::time::timeout(Duration::from_secs(60), clock.run(std::future::pending())).await?;
    assert!(matches!(ended, Err(EmitError::NotStored(_))), "{ended:?}");
    Ok(())
}
