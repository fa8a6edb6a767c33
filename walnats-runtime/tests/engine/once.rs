//! At most one stored event per key: whatever the duplicate window, whoever emits, however often.

use std::time::Duration;

use walnats_runtime::private::Subject;
use walnats_runtime::{
    Cause, DecodeError, Discard, EmitError, EncodeError, Event, EventDescriptor, OnceKey, Options, Outcome, Publisher,
    Reason, StreamDescriptor, SubjectError, ValidateError,
};
use walnats_server::{NatsCluster, NatsServer};

use crate::note::{PLAIN, TestResult, leader, note, ready, ready_with, stored, suspend, whole};

/// `orders.placed.<order id>`, as generated code would say it.
pub struct OrderPlaced {
    order_id: String,
}

const WINDOW: Duration = Duration::from_millis(300);

pub static ORDERS: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["orders.placed.*"],
    duplicate_window: Some(WINDOW),
    atomic: true,
    ..StreamDescriptor::new("orders")
}];

static REPLICATED: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["orders.placed.*"],
    duplicate_window: Some(WINDOW),
    replicas: Some(3),
    ..StreamDescriptor::new("orders")
}];

pub fn order(id: impl Into<String>) -> OrderPlaced {
    OrderPlaced { order_id: id.into() }
}

#[tokio::test]
async fn a_key_is_stored_once_beyond_the_window_and_by_another_publisher() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, ORDERS).await?;
    publisher.emit(&order("other")).await?;
    let first = publisher.emit(&order("o.1 ä")).await?;
    assert_eq!(first.outcome, Outcome::Stored(2));
    let again = publisher.emit(&order("o.1 ä")).await?;
    assert_eq!(again.outcome, Outcome::Duplicate(2));
    assert_ne!(again.message_id, first.message_id);
    tokio::time::sleep(2 * WINDOW).await;
    // The same id too: the stream has forgotten it, the key it has not.
    assert_eq!(publisher.emit(&order("o.1 ä")).uid(&first.message_id).await?.outcome, Outcome::Duplicate(2));
    publisher.shutdown(Duration::from_secs(5)).await?;

    let restarted = Publisher::connect(server.url(), ORDERS, Options::new()).await?;
    assert_eq!(restarted.emit(&order("o.1 ä")).buffered().await?.await?.outcome, Outcome::Duplicate(2));
    let events: Vec<_> = (0..200).map(|number| order((number % 100).to_string())).collect();
    let receipts = restarted.emit_all(&events).await?;
    let new = receipts.iter().filter(|receipt| matches!(receipt.outcome, Outcome::Stored(_))).count();
    assert_eq!(new, 100);
    for (one, other) in receipts[..100].iter().zip(&receipts[100..]) {
        assert_eq!(one.sequence(), other.sequence());
    }
    let messages = stored(&restarted, "orders").await?;
    assert_eq!(messages.len(), 102);
    assert_eq!(messages[1].subject, "orders.placed.o=2E1=20=C3=A4");
    Ok(())
}

#[tokio::test]
async fn of_a_thousand_emits_at_once_one_is_stored() -> TestResult {
    let server = NatsServer::start()?;
    let publishers = [ready(&server, ORDERS).await?, ready(&server, ORDERS).await?];
    thousand(&publishers).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_emits_at_once_one_is_stored_by_replicas() -> TestResult {
    let cluster = NatsCluster::start(3)?;
    let mut publishers = Vec::new();
    for url in &cluster.urls()[..2] {
        let publisher = Publisher::connect(url, REPLICATED, Options::new()).await?;
        publisher.register(REPLICATED).await?;
        publishers.push(publisher);
    }
    thousand(&publishers).await?;
    // The id of a first attempt, sent again within and beyond the window.
    let first = publishers[0].emit(&order("again")).uid("again").await?;
    assert_eq!(publishers[1].emit(&order("again")).uid("again").await?.outcome, Outcome::Duplicate(first.sequence()));
    tokio::time::sleep(2 * WINDOW).await;
    assert_eq!(publishers[1].emit(&order("again")).uid("again").await?.outcome, Outcome::Duplicate(first.sequence()));
    Ok(())
}

async fn thousand(publishers: &[Publisher]) -> TestResult {
    let event = order("one");
    let emits = (0..1_000).map(|number| std::future::IntoFuture::into_future(publishers[number % 2].emit(&event)));
    let mut new = 0;
    let mut sequences = Vec::new();
    for receipt in futures_util::future::join_all(emits).await {
        let receipt = receipt?;
        new += usize::from(matches!(receipt.outcome, Outcome::Stored(_)));
        sequences.push(receipt.sequence());
    }
    sequences.dedup();
    assert_eq!((new, sequences.len()), (1, 1));
    assert_eq!(stored(&publishers[0], "orders").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_attempt_whose_answer_was_lost_is_sent_again_beyond_the_window() -> TestResult {
    let mut server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(100));
    let publisher = ready_with(&server, ORDERS, options).await?;
    publisher.emit(&order("warm")).await?;
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for number in 0..50 {
        pending.push(publisher.emit(&order(number.to_string())).buffered().await?);
    }
    tokio::time::sleep(3 * WINDOW).await;
    server.resume();
    for (number, one) in pending.into_iter().enumerate() {
        assert_eq!(
            one.await?.outcome,
            Outcome::Stored(number as u64 + 2),
            "an id of ours alone is found: it was this emit"
        );
    }
    assert_eq!(stored(&publisher, "orders").await?.len(), 51);
    Ok(())
}

#[tokio::test]
async fn killed_servers_store_once() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, ORDERS).await?;
    let mut pending = Vec::new();
    for number in 0..3_000 {
        pending.push(publisher.emit(&order(number.to_string())).buffered().await?);
        if number % 1_000 == 500 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            server.kill();
            tokio::time::sleep(2 * WINDOW).await;
            server.restart()?;
        }
    }
    for one in pending {
        let receipt = one.await?;
        assert!(matches!(receipt.outcome, Outcome::Stored(_)), "{receipt}");
    }
    assert_eq!(stored(&publisher, "orders").await?.len(), 3_000);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_leader_stores_once() -> TestResult {
    let mut cluster = NatsCluster::start(3)?;
    let options = Options::new().deadline(Duration::from_secs(60)).ack_timeout(Duration::from_millis(500));
    let publisher = Publisher::connect(cluster.urls().join(","), REPLICATED, options).await?;
    publisher.register(REPLICATED).await?;
    publisher.emit(&order("before")).await?;
    let mut pending = Vec::new();
    for number in 0..600 {
        pending.push(publisher.emit(&order((number % 500).to_string())).buffered().await?);
        if number == 300 {
            let leader = leader(&publisher, "orders").await?;
            let node = cluster.nodes_mut().iter_mut().find(|node| node.name() == leader).ok_or("a node")?;
            tokio::task::block_in_place(|| node.kill());
        }
    }
    let mut new = 0;
    for one in pending {
        new += usize::from(matches!(one.await?.outcome, Outcome::Stored(_)));
    }
    assert_eq!(new, 500);
    assert_eq!(stored(&publisher, "orders").await?.len(), 501);
    Ok(())
}

#[tokio::test]
async fn a_key_is_free_again_when_its_event_is_gone() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, ORDERS).await?;
    publisher.emit(&order("1")).await?;
    publisher.jetstream().get_stream("orders").await?.purge().await?;
    assert_eq!(publisher.emit(&order("1")).await?.outcome, Outcome::Stored(2));
    Ok(())
}

#[tokio::test]
async fn one_message_per_subject_changes_nothing() -> TestResult {
    static STRICT: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["orders.placed.*"],
        max_messages_per_subject: Some(1),
        discard: Some(Discard::New),
        discard_new_per_subject: true,
        ..StreamDescriptor::new("orders")
    }];
    let server = NatsServer::start()?;
    let publisher = ready(&server, STRICT).await?;
    publisher.emit(&order("1")).await?;
    assert_eq!(publisher.emit(&order("1")).await?.outcome, Outcome::Duplicate(1));
    Ok(())
}

#[tokio::test]
async fn a_batch_with_a_key_that_is_taken_is_refused() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, ORDERS).await?;
    publisher.emit(&order("1")).await?;
    let events = [order("0"), order("1")];
    let error = publisher.emit_all(&events).atomic().await.expect_err("1 is taken");
    let [(_, EmitError::NotStored(error))] = error.failures() else { return Err(whole(&error).into()) };
    assert!(matches!(error.reason(), Reason::KeyTaken { .. }), "{error}");
    assert_eq!(stored(&publisher, "orders").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_key_is_given_in_the_call() -> TestResult {
    static NOTES: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.>"], schedules: true, ..StreamDescriptor::new("notes") }];
    let server = NatsServer::start()?;
    let publisher = ready(&server, NOTES).await?;
    assert_eq!(publisher.emit(&note("a")).once("k").await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.emit(&note("b")).once("k").await?.outcome, Outcome::Duplicate(1));
    assert_eq!(publisher.emit(&note("b")).await?.outcome, Outcome::Stored(2));
    let batch = [note("c"), note("d"), note("c")];
    let receipts = publisher.emit_all(&batch).once(|note| note.text.clone()).await?;
    assert_eq!(receipts.iter().map(|receipt| receipt.sequence()).collect::<Vec<_>>(), [3, 4, 3]);
    assert_eq!(stored(&publisher, "notes").await?[0].subject, "notes.home.k");
    // In place of the key of the schema.
    let message = publisher.emit(&order("schema")).once("call").into_message()?;
    assert_eq!((message.subject(), message.is_once()), ("orders.placed.call", true));

    let plain = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    for (emit, expected) in [
        (publisher.emit(&note("x")).once(""), "field `once` is empty"),
        (publisher.emit(&note("x")).once("x").delay(WINDOW), "does not check that it is the only one with its key"),
        (plain.emit(&note("x")).once("x"), "does not store `note-taken` with a key"),
    ] {
        let error = whole(&emit.await.expect_err(expected));
        assert!(error.contains(expected), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn what_may_not_be_read_is_possibly_stored() -> TestResult {
    let deny = "publish: { deny: [\"$JS.API.STREAM.MSG.GET.>\"] }";
    let users = format!("{{ user: shop, password: pw, permissions: {{ {deny} }} }}, {{ user: reader, password: pw }}");
    let server = NatsServer::builder().config(&format!("authorization {{ users: [{users}] }}")).start()?;
    let url = server.url().replace("nats://", "nats://shop:pw@");
    let publisher = Publisher::connect(url, ORDERS, Options::new().deadline(Duration::from_secs(20))).await?;
    publisher.register(ORDERS).await?;
    publisher.emit(&order("1")).await?;
    match publisher.emit(&order("1")).await {
        Err(EmitError::PossiblyStored(error)) => assert_eq!(error.cause(), &Cause::KeyUnread),
        other => return Err(format!("{other:?}").into()),
    }
    Ok(())
}

impl Event for OrderPlaced {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "order-placed",
        event_type: "order-placed",
        stream: "orders",
        subject: "orders.placed.{order_id}",
        content_type: "text/plain",
        description: "",
        message_name: None,
    };

    const ONCE: OnceKey = OnceKey::LastToken;

    fn subject(&self) -> Result<String, SubjectError> {
        Subject::new("order-placed").literal("orders.placed.").key(&self.order_id).finish()
    }

    fn validate(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.order_id.clone().into_bytes())
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        Ok(order(String::from_utf8_lossy(payload)))
    }
}
