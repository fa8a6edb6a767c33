//! What is stored is read once more.

use std::time::{Duration, SystemTime};

use serde_json::json;
use walnats_runtime::{Delivery, Reader, Start};
use walnats_server::NatsServer;

use crate::events::{BillingEvent2, Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

/// A reader that notes orders.
fn again(events: &Events, seen: &Seen, start: Start) -> Reader {
    let here = seen.clone();
    Reader::new(events.publisher().clone(), "billing", BillingEvent2::EVENTS)
        .on(move |order: OrderPlaced, about: Delivery| {
            here.add(order.id);
            let fails = about.sequence() == 3 && about.attempt() == 1;
            async move { if fails { Err("not now") } else { Ok(()) } }
        })
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {})
        .configure(|options| options.retry(quick()).concurrency(1))
        .reread("again 1", start)
}

#[tokio::test]
async fn what_is_stored_is_read_once_more_and_the_reader_ends_when_it_has_caught_up() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["1", "2"] {
        place(&events, id).await?;
    }
    let between = SystemTime::now();
    for id in ["3", "4"] {
        place(&events, id).await?;
    }
    // What the service itself reads is another matter.
    let service = run(&events, |options| options, async |_: OrderPlaced, _: &Delivery| {});
    settled(&events, "orders").await;
    service.stop().await?;

    for (start, expected) in [
        (Start::All, ["1", "2", "3", "3", "4"].as_slice()),
        (Start::Sequence(4), &["4"]),
        (Start::Time(between), &["3", "3", "4"]),
        (Start::Time(SystemTime::now() + Duration::from_secs(3_600)), &[]),
    ] {
        let seen = Seen::default();
        let served = again(&events, &seen, start).run(std::future::pending()).await?;
        let mut all = seen.all();
        all.sort_unstable();
        assert_eq!(all, expected, "{start:?}");
        assert_eq!(served.done + served.retried, expected.len() as u64);
        let names = call(&events, "CONSUMER.NAMES.orders", json!({})).await;
        assert_eq!(names["consumers"], json!(["billing"]), "its own are deleted");
    }
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0);
    Ok(())
}

#[tokio::test]
async fn one_that_was_interrupted_goes_on_where_it_was() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["1", "2"] {
        place(&events, id).await?;
    }
    let (first, second) = (Seen::default(), Seen::default());
    let until_two = async { drop(first.until(2).await) };
    // One more arrives before it can have caught up.
    place(&events, "4").await?;
    again(&events, &first, Start::All).configure(|options| options.concurrency(1)).run(until_two).await?;
    let served = again(&events, &second, Start::All).run(std::future::pending()).await?;
    let mut all: Vec<String> = first.all().into_iter().chain(second.all()).collect();
    all.sort_unstable();
    assert_eq!(all, ["1", "2", "4", "4"], "each once, and the one that failed twice");
    assert!(served.done <= 1);
    Ok(())
}
