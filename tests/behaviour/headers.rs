//! Headers: delays, traces and CloudEvents.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use shop_events::CartAbandoned;
use walnats_runtime::{CloudEvent, DateTime};
use walnats_server::NatsServer;

use crate::TestResult;
use crate::shop::{cart, ready, stock, stored, user};

#[tokio::test]
async fn the_server_holds_an_event_where_the_stream_has_schedules() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let stream = events.publisher().jetstream().get_stream("cart-abandoned").await?;
    let reader = pull::Config { filter_subject: "cart-abandoned".into(), ..Default::default() };
    let mut reminders = stream.create_consumer(reader).await?.messages().await?;
    let start = std::time::Instant::now();
    events.emit_cart_abandoned(&cart()?).delay(Duration::from_secs(2)).await?;
    let message = tokio::time::timeout(Duration::from_secs(10), reminders.next()).await?.ok_or("no more")??;
    assert!(start.elapsed() > Duration::from_millis(900), "due after {:?}", start.elapsed());
    assert_eq!(CartAbandoned::decode(&message.payload)?, cart()?);
    Ok(())
}

#[tokio::test]
async fn elsewhere_readers_hold_a_delayed_event() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let before = seconds_since_1970();
    events
        .emit_user_created(&user()?)
        .delay(Duration::from_secs(60))
        .trace_id("trace-7")
        .header("X-Tenant", "acme")
        .await?;
    let [message] = stored(&events, "users").await?.try_into().map_err(|_| "one message")?;
    let until: f64 = message.headers["Walnats-Delay"].parse()?;
    assert!((59.0..62.0).contains(&(until - before)), "{until} - {before}");
    assert_eq!(message.headers["Walnats-Trace"], "trace-7");
    assert_eq!(message.headers["X-Tenant"], "acme");
    Ok(())
}

#[tokio::test]
async fn cloud_events_headers_byte_by_byte() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let metadata = CloudEvent::new("https://shop.example/a%20b")
        .id("evt \"1\" 100%")
        .event_type("shop.stock.changed")
        .subject("Öl 1")
        .time("2026-01-02T03:04:05.5Z".parse::<DateTime>()?)
        .extension("partitionkey", "dub")
        .extension("sampledrate", 3);
    events.emit_stock_changed(&stock(1)).cloud_event(metadata).uid("u").await?;
    let [message] = stored(&events, "stock").await?.try_into().map_err(|_| "one message")?;
    let expected = BTreeMap::from(
        [
            ("Nats-Expected-Stream", "stock"),
            ("Nats-Msg-Id", "u"),
            ("ce-datacontenttype", "application/json"),
            ("ce-id", "evt%20%221%22%20100%25"),
            ("ce-partitionkey", "dub"),
            ("ce-sampledrate", "3"),
            ("ce-source", "https://shop.example/a%2520b"),
            ("ce-specversion", "1.0"),
            ("ce-subject", "%C3%96l%201"),
            ("ce-time", "2026-01-02T03:04:05.5Z"),
            ("ce-type", "shop.stock.changed"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    assert_eq!(message.headers, expected);
    Ok(())
}

fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}
