//! Where an emitted event is stored, under which id, and what is refused.

use std::error::Error;

use shop_events::{Checkout, NewsletterRequested, OrderPlaced, ShipmentDispatched};
use walnats_runtime::{EmitError, Outcome};
use walnats_server::NatsServer;

use crate::TestResult;
use crate::shop::{cart, order, ready, stored};

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
