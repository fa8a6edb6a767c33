//! Events that cannot be handled.

use std::time::Duration;

use async_nats::HeaderMap;
use walnats_runtime::{Delivery, HandlerError, Settle};
use walnats_server::NatsServer;

use crate::events::OrderPlaced;
use crate::stage::*;

#[derive(Debug, thiserror::Error)]
enum BillingError {
    #[error("the bank does not answer")]
    Silent,
    #[error("the account\r\nis closed")]
    Closed,
}

impl HandlerError for BillingError {
    fn passes(&self) -> bool {
        matches!(self, Self::Silent)
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_one_dead_letter_at_once_without_its_values() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let payload = r#"{"id":"secret-7","quantity":0}"#;
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Msg-Id", "m-1");
    headers.insert("X-Tenant", "acme");
    events.publisher().client().request_with_headers("orders.eu.placed", headers, payload.into()).await?;
    place(&events, "good").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = run(
        &events,
        |options| options,
        move |order: OrderPlaced, _: Delivery| {
            here.add(order.id);
            async {}
        },
    );
    let letters = dead_letters(&events, 1).await?;
    assert_eq!(seen.until(1).await, ["good"]);
    settled(&events, "orders").await;
    let served = running.stop().await?;
    assert_eq!((served.done, served.dead, served.retried), (1, 1, 0));
    let [letter] = letters.as_slice() else { panic!("{} dead letters", letters.len()) };
    assert_eq!((letter.subject.as_str(), letter.payload.as_str()), ("_walnats.dead.billing.order-placed", payload));
    let header = |name: &str| letter.headers.get(name).map(String::as_str).unwrap_or_default();
    for (name, value) in [
        ("X-Tenant", "acme"),
        ("Walnats-Dead-By", "billing"),
        ("Walnats-Dead-Event", "order-placed"),
        ("Walnats-Dead-Subject", "orders.eu.placed"),
        ("Walnats-Dead-Stream", "orders"),
        ("Walnats-Dead-Sequence", "1"),
        ("Walnats-Dead-Attempts", "1"),
        ("Walnats-Dead-Message-Id", "m-1"),
    ] {
        assert_eq!(header(name), value, "{name}");
    }
    let violations: Vec<String> = serde_json::from_str(header("Walnats-Dead-Violations"))?;
    assert!(violations.iter().any(|violation| violation.contains("/quantity")), "{violations:?}");
    assert!(violations.iter().any(|violation| violation.contains("region")), "{violations:?}");
    assert!(letter.headers.values().all(|value| !value.contains("secret")), "{:?}", letter.headers);
    Ok(())
}

#[tokio::test]
async fn an_error_that_passes_is_tried_to_the_end_and_one_that_does_not_is_not() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["silent", "closed", "told", "panic"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let running = run(
        &events,
        |options| options.confirm_acknowledgements(),
        move |order: OrderPlaced, _: Delivery| {
            here.add(order.id.clone());
            async move {
                match order.id.as_str() {
                    "silent" => Err(BillingError::Silent),
                    "closed" => Err(BillingError::Closed),
                    "told" => Ok(Settle::dead_letter("by hand")),
                    _ => panic!("secret"),
                }
            }
        },
    );
    let letters = dead_letters(&events, 4).await?;
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 4);
    let why = |id: &str| {
        let letter = letters.iter().find(|letter| letter.payload.contains(id)).expect(id);
        let tries = seen.all().iter().filter(|seen| *seen == id).count();
        (letter.headers["Walnats-Dead-Why"].clone(), letter.headers["Walnats-Dead-Attempts"].clone(), tries)
    };
    let expected = |why: &str, attempts: usize| (why.to_owned(), attempts.to_string(), attempts);
    assert_eq!(why("silent"), expected("the bank does not answer", 3));
    assert_eq!(why("closed"), expected("the account  is closed", 1));
    assert_eq!(why("told"), expected("by hand", 1));
    assert_eq!(why("panic"), expected("its handler panicked", 3));
    assert_eq!(letters.len(), 4);
    Ok(())
}

#[tokio::test]
async fn an_event_that_kills_its_reader_becomes_a_dead_letter() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "deadly").await?;
    let options =
        |options: walnats_runtime::ReaderOptions| options.ack_wait(Duration::from_secs(1)).retry(quick().attempts(1));
    let seen = Seen::default();
    let here = seen.clone();
    let first = run(&events, options, move |_: OrderPlaced, _: Delivery| {
        here.add("begun");
        std::future::pending::<()>()
    });
    seen.until(1).await;
    // As if the process had been killed: nothing is settled, and nobody says that it is in progress.
    first.task.abort();
    let here = seen.clone();
    let second = run(&events, options, move |_: OrderPlaced, _: Delivery| {
        here.add("begun");
        async {}
    });
    let letters = dead_letters(&events, 1).await?;
    assert!(letters[0].headers["Walnats-Dead-Why"].starts_with("its attempts are used up"));
    assert_eq!(second.stop().await?.dead, 1);
    assert_eq!(seen.all(), ["begun"]);
    Ok(())
}

#[tokio::test]
async fn an_event_stays_while_its_dead_letter_cannot_be_stored() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let running = run(
        &events,
        |options| options,
        async |_: OrderPlaced, _: &Delivery| Err::<(), BillingError>(BillingError::Closed),
    );
    eventually(async || number(&events, "orders", "num_pending").await == 0).await;
    // A full stream refuses what it cannot keep.
    let jetstream = events.publisher().jetstream();
    let mut stream = jetstream.get_stream("dead-letters").await?;
    let mut config = stream.info().await?.config.clone();
    (config.max_bytes, config.discard) = (10, async_nats::jetstream::stream::DiscardPolicy::New);
    jetstream.update_stream(&config).await?;
    place(&events, "o-1").await?;
    eventually(async || number(&events, "orders", "num_redelivered").await > 0).await;
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 1);
    config.max_bytes = -1;
    jetstream.update_stream(&config).await?;
    assert_eq!(dead_letters(&events, 1).await?.len(), 1);
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}
