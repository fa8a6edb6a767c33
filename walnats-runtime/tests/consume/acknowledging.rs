//! What the server is told about messages.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{ConnectOptions, HeaderMap};
use futures_util::StreamExt;
use tracing::Level;
use walnats_runtime::{Delivery, Options};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::recorded_log::RecordedLog;
use crate::stage::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_in_progress_after_it_was_settled() -> TestResult {
    const EVENTS: usize = 6_000;
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let spy = async_nats::connect(server.url()).await?;
    let mut said = spy.subscribe("$JS.ACK.>").await?;
    round_trip(&spy).await?;
    let watched = tokio::spawn(async move {
        let (mut settled, mut late, mut progress) = (BTreeSet::new(), 0, 0);
        while let Some(message) = said.next().await {
            let is_progress = message.payload.starts_with(b"+WPI");
            progress += usize::from(is_progress);
            if !is_progress {
                settled.insert(message.subject.to_string());
            } else if settled.contains(message.subject.as_str()) {
                late += 1;
            }
            if settled.len() == EVENTS {
                break;
            }
        }
        (late, progress)
    });
    let orders: Vec<OrderPlaced> = (0..EVENTS).map(|number| OrderPlaced::new(number.to_string(), "eu")).collect();
    events.emit_order_placed_all(&orders).await?;
    let many = |options: walnats_runtime::ReaderOptions| options.concurrency(2_000).ack_wait(Duration::from_secs(1));
    let running = run(&events, many, move |order: OrderPlaced, _: Delivery| {
        // Most end about when it is said for them.
        let number: u64 = order.id.parse().unwrap_or_default();
        async move { tokio::time::sleep(Duration::from_millis(300 + number % 200)).await }
    });
    let (late, progress) = tokio::time::timeout(Duration::from_secs(120), watched).await??;
    assert!(progress > 0, "handlers take longer than it takes to say that they run");
    assert_eq!(late, 0, "of {progress}");
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_message_that_cannot_be_settled_is_reported() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().nats(ConnectOptions::new());
    let events = Events::connect_with(server.url(), options).await?;
    events.register().await?;
    let spy = async_nats::connect(server.url()).await?;
    let mut pulls = spy.subscribe("$JS.API.CONSUMER.MSG.NEXT.orders.billing").await?;
    round_trip(&spy).await?;
    let log = RecordedLog::from(Level::ERROR);
    let _guard = tracing::subscriber::set_default(log.clone());
    let running = run(&events, |options| options, async |_: OrderPlaced, _: &Delivery| {});
    let pull = pulls.next().await.ok_or("a pull")?;
    let inbox = pull.reply.ok_or("an inbox")?;
    // As if an account mapped the subjects of acknowledgements away.
    spy.publish(inbox.clone(), r#"{"id":"secret"}"#.into()).await?;
    spy.publish_with_reply(inbox, "elsewhere.secret", r#"{"id":"secret"}"#.into()).await?;
    eventually(async || log.about("orders").len() >= 2).await;
    let said = log.about("orders");
    assert!(said.iter().all(|text| text.contains("cannot be acknowledged")), "{said:?}");
    assert!(!said.concat().contains("secret"), "{said:?}");
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_delay_of_years_is_held_by_the_server() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let client = events.publisher().client();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs_f64();
    let years = 365.25 * 24.0 * 3_600.0;
    for delay in [2.0 * years, 99.0 * years, 5_000.0 * years, 1e300] {
        let mut headers = HeaderMap::new();
        headers.insert("Walnats-Delay", (now + delay).to_string().as_str());
        client.request_with_headers("orders.eu.placed", headers, r#"{"id":"o","region":"eu"}"#.into()).await?;
    }
    let spy = async_nats::connect(server.url()).await?;
    let mut said = spy.subscribe("$JS.ACK.>").await?;
    round_trip(&spy).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = run(
        &events,
        |options| options.ack_wait(Duration::from_secs(1)),
        move |_: OrderPlaced, _: Delivery| {
            here.add("early");
            async {}
        },
    );
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let message = tokio::time::timeout(Duration::from_secs(60), said.next()).await?.ok_or("an answer")?;
        let text = String::from_utf8(message.payload.to_vec())?;
        let body = text.strip_prefix("-NAK ").ok_or_else(|| text.clone())?;
        let delay = serde_json::from_str::<serde_json::Value>(body)?["delay"].as_u64().ok_or("a delay")?;
        pauses.push(Duration::from_nanos(delay).as_secs_f64() / years);
    }
    pauses.sort_by(f64::total_cmp);
    let near = |pause: f64, expected: f64| (pause - expected).abs() < 0.01;
    assert!(
        near(pauses[0], 2.0) && near(pauses[1], 99.0) && near(pauses[2], 100.0) && near(pauses[3], 100.0),
        "{pauses:?}"
    );
    // The server holds all of them.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 4);
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0);
    assert_eq!(seen.all(), [""; 0]);
    running.stop().await?;
    Ok(())
}
