//! What a user gets, row by row, from generated code against a real nats-server.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::StorageType;
use futures_util::StreamExt;
use shop_events::{
    CartAbandoned, Checkout, Events, NewsletterRequested, OrderPlaced, ShipmentDispatched, StockChanged, UserCreated,
};
use walnats_runtime::{CloudEvent, DateTime, EmitError, Event, Options, Outcome};
use walnats_server::NatsServer;

type TestResult = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn register_creates_then_finds_nothing_to_do_then_updates() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    let jetstream = events.publisher().jetstream();

    events.register().await?;
    let mut orders = jetstream.get_stream("orders").await?;
    let config = orders.info().await?.config.clone();
    assert_eq!(config.subjects, ["orders.*.placed"]);
    assert_eq!(config.storage, StorageType::File);
    assert_eq!(config.max_age, Duration::from_secs(365 * 86_400));
    assert_eq!(config.duplicate_window, Duration::from_secs(600));
    assert_eq!(config.description.as_deref(), Some("Orders, kept for a year"));

    assert!(events.plan().await?.is_empty(), "nothing is left to do");
    events.register().await?;

    // Somebody changes the stream by hand; `register` brings it back.
    jetstream
        .update_stream(async_nats::jetstream::stream::Config { description: Some("mine".into()), ..config })
        .await?;
    assert!(!events.plan().await?.is_empty());
    events.register().only(&[OrderPlaced::DESCRIPTOR]).await?;
    assert_eq!(orders.info().await?.config.description.as_deref(), Some("Orders, kept for a year"));
    Ok(())
}

#[tokio::test]
async fn register_does_only_what_it_is_asked_for() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[UserCreated::DESCRIPTOR]).await?;
    let names = stream_names(&events).await?;
    assert_eq!(names, ["users"]);

    let missing = events.register().update_only().await.expect_err("only one of the streams is there");
    assert!(missing.to_string().contains("orders"), "{missing}");
    assert_eq!(stream_names(&events).await?, ["users"], "updating creates nothing");
    Ok(())
}

#[tokio::test]
async fn an_emit_is_stored_on_its_subject_with_an_id() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;

    let receipt = events.emit_order_placed(&order()?).await?;
    assert_eq!((receipt.outcome, receipt.stream.as_str()), (Outcome::Stored(1), "orders"));
    assert_eq!(
        receipt.message_id, "order-placed:3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11",
        "the event and the schema's uid template"
    );

    let [message] = stored(&events, "orders").await?.try_into().map_err(|_| "one message")?;
    assert_eq!(message.subject, "orders.eu.placed");
    assert_eq!(message.headers["Nats-Msg-Id"], receipt.message_id);
    assert_eq!(OrderPlaced::decode(&message.payload)?, order()?);
    Ok(())
}

#[tokio::test]
async fn a_protobuf_event_goes_the_same_way() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let shipment = ShipmentDispatched { shipment_id: "s-1".into(), carrier: "dhl".into(), ..Default::default() };
    let receipt = events.emit_shipment_dispatched(&shipment).await?;
    assert_eq!((receipt.stream.as_str(), receipt.message_id.as_str()), ("shipments", "shipment-dispatched:s-1"));
    let [message] = stored(&events, "shipments").await?.try_into().map_err(|_| "one message")?;
    assert_eq!(message.subject, "shipments.dhl.dispatched");
    assert_eq!(ShipmentDispatched::decode(message.payload.as_slice())?, shipment);
    Ok(())
}

#[tokio::test]
async fn a_uid_is_stored_once_within_the_window() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let event = cart()?;
    let first = events.emit_cart_abandoned(&event).uid("one").await?;
    let again = events.emit_cart_abandoned(&event).uid("one").await?;
    let buffered = events.emit_cart_abandoned(&event).uid("one").buffered().await?.await?;
    let other = events.emit_cart_abandoned(&event).await?;
    assert_eq!(first.outcome, Outcome::Stored(1));
    assert_eq!(again.outcome, Outcome::Duplicate(1));
    assert_eq!(buffered.outcome, Outcome::Duplicate(1));
    assert_eq!(other.outcome, Outcome::Stored(2), "without a uid every emit is an event of its own");
    Ok(())
}

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

#[tokio::test]
async fn an_invalid_event_is_refused_before_anything_is_sent() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let mut wrong = order()?;
    wrong.lines[0].sku = "tea".into();
    wrong.lines[0].quantity = 0;
    let EmitError::NotStored(error) = events.emit_order_placed(&wrong).await.expect_err("invalid") else {
        return Err("nothing was sent".into());
    };
    let message = error.to_string() + &error.source().map(ToString::to_string).unwrap_or_default();
    assert!(message.contains("/lines/0/sku") && message.contains("/lines/0/quantity"), "{message}");
    assert!(!message.contains("tea"), "the value may be secret: {message}");
    assert!(events.emit_order_placed(&wrong).buffered().await.is_err());
    assert!(events.emit_order_placed_all(&[order()?, wrong]).await.is_err());
    assert!(stored(&events, "orders").await?.is_empty());
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

#[tokio::test]
async fn a_service_emits_its_own_events() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let checkout: Checkout = events.checkout();
    checkout.emit_order_placed(&order()?).await?;
    assert_eq!(stored(&events, "orders").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn interest_without_a_reader_is_acknowledged_and_kept_nowhere() -> TestResult {
    // What `retention = "interest"` costs; the documentation says so, and `register` warns.
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let event = NewsletterRequested::decode(r#"{"email": "a@example.com", "topics": ["tea"]}"#)?;
    events.emit_newsletter_requested(&event).await?;
    let mut stream = events.publisher().jetstream().get_stream("newsletter-requested").await?;
    assert_eq!(stream.info().await?.state.messages, 0);
    Ok(())
}

async fn ready(server: &NatsServer) -> Result<Events, Box<dyn Error>> {
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    Ok(events)
}

fn user() -> Result<UserCreated, Box<dyn Error>> {
    Ok(UserCreated::decode(r#"{"user_id": "u_42", "email": "ada@example.com", "created_at": "2026-01-02T03:04:05Z"}"#)?)
}

fn order() -> Result<OrderPlaced, Box<dyn Error>> {
    Ok(OrderPlaced::decode(include_bytes!("../examples/order.json"))?)
}

fn cart() -> Result<CartAbandoned, Box<dyn Error>> {
    Ok(CartAbandoned::decode(r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["TEA-0001"]}"#)?)
}

fn stock(number: u32) -> StockChanged {
    StockChanged::new("dub", format!("TEA-{number:04}"), number.into())
}

struct Stored {
    subject: String,
    headers: BTreeMap<String, String>,
    payload: Vec<u8>,
}

/// Everything in a stream, read back.
async fn stored(events: &Events, stream: &str) -> Result<Vec<Stored>, Box<dyn Error>> {
    let mut stream = events.publisher().jetstream().get_stream(stream).await?;
    let count = stream.info().await?.state.messages as usize;
    if count == 0 {
        return Ok(Vec::new());
    }
    let consumer = stream.create_consumer(pull::Config { ack_policy: AckPolicy::None, ..Default::default() }).await?;
    let mut messages = consumer.stream().max_messages_per_batch(500).messages().await?;
    let mut stored = Vec::with_capacity(count);
    while stored.len() < count {
        let message = messages.next().await.ok_or("the consumer ended")??;
        let headers = message.headers.iter().flat_map(|headers| headers.iter());
        stored.push(Stored {
            subject: message.subject.to_string(),
            headers: headers.map(|(name, values)| (name.to_string(), values[0].to_string())).collect(),
            payload: message.payload.to_vec(),
        });
    }
    Ok(stored)
}

async fn stream_names(events: &Events) -> Result<Vec<String>, Box<dyn Error>> {
    let jetstream = events.publisher().jetstream();
    let mut names: Vec<String> =
        jetstream.stream_names().collect::<Vec<_>>().await.into_iter().collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}

fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}
