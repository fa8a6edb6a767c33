//! What tests without a server can ask for. What JetStream does is compared with a real server in `conformance`.
#![deny(warnings)]

mod clock;

use std::error::Error;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;
use walnats_runtime::{
    Backoff, CloudEvent, Delivery, EmitError, Fault, Full, Options, Outcome, Publisher, Reason, Settle, assert_emitted,
};

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
pub mod events;
#[path = "../engine/note.rs"]
#[allow(dead_code, unused_imports, clippy::allow_attributes, reason = "other tests use the rest")]
mod note;

use events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};

type TestResult = Result<(), Box<dyn Error>>;

const HOUR: Duration = Duration::from_secs(3_600);

fn order(id: &str) -> OrderPlaced {
    OrderPlaced::new(id, "eu").with_quantity(3)
}

fn reason(end: Result<walnats_runtime::Receipt, EmitError>) -> Reason {
    match end {
        Err(EmitError::NotStored(error)) => error.reason().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_emitted_is_there_with_how_it_was_sent() -> TestResult {
    let events = Events::in_memory().await;
    events.emit_order_placed(&order("7")).uid("u").trace_id("t").await?;
    events.emit_order_placed(&order("7")).uid("u").await?;
    events.emit_order_placed(&order("8")).cloud_event(CloudEvent::new("/shop")).await?;
    events.emit_order_placed(&order("9")).cloud_event(CloudEvent::new("/shop").structured()).await?;
    let memory = events.memory();
    let emitted = memory.emitted::<OrderPlaced>();
    let ids: Vec<&str> = emitted.iter().map(|emitted| emitted.event.id.as_str()).collect();
    assert_eq!(ids, ["7", "8", "9"], "a duplicate is not emitted twice, and CloudEvents are events");
    let first = &emitted[0].message;
    assert_eq!((first.subject.as_str(), first.message_id.as_str()), ("orders.eu.placed", "u"));
    assert_eq!((first.stream.as_str(), first.sequence, first.due), ("orders", 1, None));
    assert_eq!(first.headers["Walnats-Trace"], "t");
    assert!(memory.emitted::<OrderCancelled>().is_empty());
    memory.clear();
    assert!(memory.emitted_all().is_empty());
    assert!(matches!(events.emit_order_placed(&order("7")).uid("u").await?.outcome, Outcome::Duplicate(1)));
    Ok(())
}

#[tokio::test]
async fn an_assertion_returns_the_event_that_matches() -> TestResult {
    let events = Events::in_memory().await;
    for id in ["7", "8"] {
        events.emit_order_placed(&order(id)).await?;
    }
    assert_emitted!(events, OrderPlaced);
    let found = assert_emitted!(events, events::OrderPlaced { id, quantity: Some(3), .. } if id == "8");
    assert_eq!(found.message.sequence, 2);
    assert_emitted!(events.billing(), OrderPlaced { .. });
    Ok(())
}

#[tokio::test]
#[should_panic = "no event that matches `OrderPlaced { id, .. } if id == \"8\"` was emitted; these 2 were:
  order-placed on orders.eu.placed: OrderPlaced { id: \"7\", region: \"eu\""]
async fn an_assertion_that_fails_shows_what_was_emitted() {
    let events = Events::in_memory().await;
    events.emit_order_placed(&order("7")).await.expect("stored");
    events.emit_payment_received(&PaymentReceived::decode(PAYMENT).expect("valid")).await.expect("stored");
    assert_emitted!(events, OrderPlaced { id, .. } if id == "8");
}

const PAYMENT: &str = r#"{"order":"7"}"#;

#[tokio::test]
async fn a_possibly_stored_event_is_stored_and_its_uid_settles_it() -> TestResult {
    let events = Events::in_memory().await;
    events.memory().next_emit(Fault::PossiblyStored);
    let end = events.emit_order_placed(&order("7")).uid("u").await;
    assert!(matches!(end, Err(EmitError::PossiblyStored(_))), "{end:?}");
    assert_eq!(events.memory().emitted::<OrderPlaced>().len(), 1);
    assert_eq!(events.emit_order_placed(&order("7")).uid("u").await?.outcome, Outcome::Duplicate(1));
    Ok(())
}

#[tokio::test]
async fn refused_events_are_not_stored() -> TestResult {
    let events = Events::in_memory().await;
    let memory = events.memory();
    memory.next_emits_of::<OrderCancelled>(1, Fault::StreamFull);
    memory.next_emit(Fault::Rejected { code: 10109, description: "invalid operation on sealed stream".to_owned() });
    assert!(matches!(reason(events.emit_order_placed(&order("7")).await), Reason::Rejected { code: 10109, .. }));
    events.emit_order_placed(&order("8")).await?;
    let cancelled = OrderCancelled::decode(CANCELLED)?;
    assert!(matches!(reason(events.publisher().emit(&cancelled).await), Reason::StreamFull { .. }));
    assert_eq!(memory.faults_left(), 0);
    events.publisher().emit(&cancelled).await?;
    assert_eq!(memory.emitted_all().len(), 2);
    // The publisher tries again where a server gets over it.
    memory.next_emits(2, Fault::Rejected { code: 10023, description: "insufficient resources".to_owned() });
    events.emit_order_placed(&order("9")).await?;
    memory.next_emit(Fault::StreamFull);
    memory.clear_faults();
    events.emit_order_placed(&order("10")).await?;
    Ok(())
}

const CANCELLED: &str = r#"{"id":"7"}"#;

#[tokio::test]
async fn the_buffer_is_full_when_a_test_wants_it() -> TestResult {
    let events = Events::in_memory_with(Options::new().full(Full::Refuse)).await;
    events.memory().next_emits(2, Fault::BufferFull);
    let order = order("7");
    let end = events.emit_order_placed(&order).try_buffered().map(drop);
    assert!(matches!(end, Err(EmitError::NotStored(error)) if error.is_buffer_full()));
    let end = events.emit_order_placed(&order).buffered().await.map(drop);
    assert!(matches!(end, Err(EmitError::NotStored(error)) if error.is_buffer_full()));
    events.emit_order_placed(&order).try_buffered()?.await?;
    Ok(())
}

#[tokio::test]
async fn a_lost_connection_is_established_again() -> TestResult {
    let events = Events::in_memory().await;
    let memory = events.memory();
    for id in ["7", "8", "9"] {
        memory.disconnect();
        events.emit_order_placed(&order(id)).uid(id).await?;
    }
    memory.go_offline();
    let end = events.emit_order_placed(&order("10")).deadline(Duration::from_millis(300)).await;
    assert!(end.is_err(), "{end:?}");
    memory.go_online();
    events.emit_order_placed(&order("11")).await?;
    let emitted = memory.emitted::<OrderPlaced>();
    let ids: Vec<&str> = emitted.iter().map(|emitted| emitted.event.id.as_str()).collect();
    assert!(ids.starts_with(&["7", "8", "9"]) && ids.ends_with(&["11"]), "{ids:?}");
    Ok(())
}

#[tokio::test]
async fn a_delayed_event_is_due_when_the_clock_says_so() -> TestResult {
    let publisher = Publisher::in_memory(note::STREAMS).await;
    let memory = publisher.memory().ok_or("it is in memory")?;
    // What the clock was moved by counts for the delays that follow, too.
    memory.advance(24 * HOUR);
    publisher.emit(&note::note("later")).uid("u").delay(HOUR).await?;
    let emitted = memory.emitted::<note::Note>();
    let [later] = emitted.as_slice() else { panic!("{emitted:?}") };
    assert_eq!(later.message.subject, "notes.home");
    let due = later.message.due.ok_or("it is delayed")?;
    assert!(due > memory.now() && due <= memory.now() + HOUR);
    let stream = publisher.jetstream().get_stream("notes").await?;
    memory.advance(HOUR - Duration::from_secs(60));
    assert!(stream.get_last_raw_message_by_subject("notes.home").await.is_err());
    memory.advance(Duration::from_secs(60));
    assert_eq!(stream.get_last_raw_message_by_subject("notes.home").await?.payload, "later");
    assert_eq!(memory.emitted_all().len(), 1, "what the stream publishes was emitted before");
    Ok(())
}

#[tokio::test]
async fn readers_read_and_the_clock_brings_the_next_attempt() -> TestResult {
    let events = Events::in_memory().await;
    let memory = events.memory();
    let (failed, has_failed) = oneshot::channel();
    let failed = std::sync::Mutex::new(Some(failed));
    let reader = events
        .billing()
        .reader()
        .retry(Backoff::new([HOUR]).attempts(3))
        .on_order_placed(move |order: OrderPlaced, about: Delivery| {
            let first = about.attempt() == 1 && order.id == "8";
            if let Some(failed) = failed.lock().ok().and_then(|mut failed| if first { failed.take() } else { None }) {
                let _ = failed.send(());
            }
            async move { if first { Settle::retry("not yet") } else { Settle::Done } }
        })
        .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &Delivery| Settle::dead_letter("a forgery"));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(reader.run(async {
        let _ = stopped.await;
    }));
    events.emit_order_placed(&order("7")).await?;
    events.emit_payment_received(&PaymentReceived::decode(PAYMENT)?).await?;
    memory.settled("billing").await;
    events.emit_order_placed(&order("8")).await?;
    has_failed.await?;
    // The pause begins when the server hears of it; until then, the clock moves in vain.
    while tokio::time::timeout(Duration::from_millis(50), memory.settled("billing")).await.is_err() {
        memory.advance(HOUR);
    }
    let _ = stop.send(());
    let served = running.await??;
    // What is in hand while the clock moves beyond `ack_wait` comes again.
    assert!(served.done >= 2 && (served.retried, served.dead) == (1, 1), "{served:?}");
    assert_eq!(memory.emitted_all().len(), 3, "a dead letter is not an event");
    Ok(())
}

#[tokio::test]
async fn other_clients_connect_and_strangers_do_no_harm() -> TestResult {
    let events = Events::in_memory().await;
    let url = events.memory().url();
    for noise in ["GET / HTTP/1.1\r\n\r\n", "PUB a -1\r\n", "HPUB a 5 2\r\nab\r\n", "\u{0}\r\n", &"x".repeat(10_000)] {
        let mut socket = tokio::net::TcpStream::connect(url.trim_start_matches("nats://")).await?;
        socket.write_all(noise.as_bytes()).await?;
    }
    let client = async_nats::connect(&url).await?;
    client.request("orders.eu.placed", r#"{"id":"7","region":"eu"}"#.into()).await?;
    assert!(events.memory().emitted_all().is_empty(), "it has no header that says what it is");
    let outside = Events::connect(&url).await?;
    outside.emit_order_placed(&order("8")).await?;
    assert!(outside.publisher().memory().is_none());
    assert_emitted!(events, OrderPlaced { id, .. } if id == "8");
    Ok(())
}
