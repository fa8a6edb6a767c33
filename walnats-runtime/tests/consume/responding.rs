//! Requests and responses.

use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{Delivery, Json, ReaderOptions, RequestError, ResponseError, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced, PaymentReceived};
use crate::stage::*;

fn same(options: ReaderOptions) -> ReaderOptions {
    options
}

fn long() -> Duration {
    Duration::from_secs(60)
}

#[tokio::test]
async fn a_handler_that_returns_a_value_responds_with_it() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let running = run(&events, same, async |order: OrderPlaced, _: &Delivery| {
        Ok::<_, String>(PaymentReceived::new(format!("for {}", order.id)))
    });
    for id in ["o-1", "o-2"] {
        let order = OrderPlaced::new(id, "eu");
        let paid: PaymentReceived = events.emit_order_placed(&order).request().timeout(long()).await?;
        assert_eq!(paid.order, format!("for {id}"));
    }
    // An event without a request is handled as well.
    place(&events, "o-3").await?;
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 3);
    Ok(())
}

#[tokio::test]
async fn json_of_any_shape_is_a_response_and_another_shape_an_error() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let running = run(&events, same, async |order: OrderPlaced, about: &Delivery| {
        Settle::respond(&Json(json!({"id": order.id, "trace": about.trace_id()})))
    });
    let order = OrderPlaced::new("o-1", "eu");
    let Json(value) = events.emit_order_placed(&order).trace_id("t-1").request::<Json<Value>>().timeout(long()).await?;
    assert_eq!(value, json!({"id": "o-1", "trace": "t-1"}));
    let other = events.emit_order_placed(&order).request::<Json<Vec<u8>>>().timeout(long()).await;
    assert!(matches!(other, Err(RequestError::Response(ResponseError::Json { line: 1, .. }))), "{other:?}");
    let other = events.emit_order_placed(&order).request::<PaymentReceived>().timeout(long()).await;
    assert!(matches!(other, Err(RequestError::Response(ResponseError::Decode(_)))), "no member `order`: {other:?}");
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_request_without_a_response_says_what_became_of_its_event() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    // Nobody reads.
    let order = OrderPlaced::new("o-1", "eu");
    let short = Duration::from_millis(300);
    let none = events.emit_order_placed(&order).uid("u").request::<PaymentReceived>().timeout(short).await;
    let Err(RequestError::NoResponse { timeout, receipt }) = none else { return Err("a response".into()) };
    assert_eq!((timeout, receipt.sequence(), receipt.message_id.as_str()), (short, 1, "u"));
    let invalid = events.emit_order_placed(&OrderPlaced::new("", "eu")).request::<PaymentReceived>().await;
    assert!(matches!(invalid, Err(RequestError::Emit(_))), "{invalid:?}");
    Ok(())
}

#[tokio::test]
async fn a_response_goes_to_inboxes_alone_and_only_if_it_is_valid() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let running = run(&events, same, async |order: OrderPlaced, _: &Delivery| {
        // An empty id breaks its schema.
        Ok::<_, String>(OrderPlaced::new(if order.id == "invalid" { "" } else { "forged" }, "eu"))
    });
    let client = events.publisher().client();
    let request = async |id: &str, reply: &str| {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Walnats-Reply", reply);
        let payload = serde_json::to_vec(&json!({"id": id, "region": "eu"})).expect("JSON");
        client.publish_with_headers("orders.eu.placed", headers, payload.into()).await
    };
    // A reader may publish there, and an emitter of orders perhaps not.
    request("a", "payment-received").await?;
    request("b", "$JS.API.STREAM.DELETE.orders").await?;
    let inbox = client.new_inbox();
    let mut responses = client.subscribe(inbox.clone()).await?;
    request("invalid", &inbox).await?;
    request("c", &inbox).await?;
    let response = futures_util::StreamExt::next(&mut responses).await.ok_or("the connection was closed")?;
    assert_eq!(OrderPlaced::decode(&response.payload)?.id, "forged");
    let content_type = response.headers.as_ref().and_then(|headers| headers.get("Content-Type"));
    assert_eq!(content_type.map(|value| value.as_str()), Some("application/json"));
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 4, "the events are done all the same");
    assert_eq!(stored(&events, "payment-received").await, 0);
    assert_eq!(stored(&events, "orders").await, 4);
    Ok(())
}

async fn stored(events: &Events, stream: &str) -> u64 {
    let info = call(events, &format!("STREAM.INFO.{stream}"), json!({})).await;
    info.pointer("/state/messages").and_then(Value::as_u64).unwrap_or(u64::MAX)
}
