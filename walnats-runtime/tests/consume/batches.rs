//! Handlers of several events at once.

use std::time::Duration;

use walnats_runtime::{Delivery, ReaderOptions, Settle, batched};
use walnats_server::NatsServer;

use crate::events::OrderPlaced;
use crate::stage::*;

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_batch_is_handled_when_it_is_whole_or_its_time_is_over() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for number in 0..20 {
        place(&events, &number.to_string()).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    // More than `concurrency`, which becomes as many.
    let small = |options: ReaderOptions| options.concurrency(2);
    let running = run(
        &events,
        small,
        batched(10, Duration::from_secs(2), move |orders: Vec<(OrderPlaced, Delivery)>| {
            here.add(orders.len().to_string());
            async { Ok::<(), String>(()) }
        }),
    );
    assert_eq!(seen.until(2).await, ["10", "10"]);
    place(&events, "alone").await?;
    assert_eq!(seen.until(3).await, ["10", "10", "1"]);
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 21);
    Ok(())
}

#[tokio::test]
async fn each_event_of_a_batch_is_settled_by_itself() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["good", "slow", "bad", "forgotten"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let same = |options: ReaderOptions| options;
    let running = run(
        &events,
        same,
        batched(4, Duration::from_secs(2), move |orders: Vec<(OrderPlaced, Delivery)>| {
            let here = here.clone();
            async move {
                let settle = |(order, about): &(OrderPlaced, Delivery)| {
                    here.add(format!("{} {}", order.id, about.attempt()));
                    match (order.id.as_str(), about.attempt()) {
                        ("slow", 1) => Settle::retry("not now"),
                        ("bad", _) => Settle::dead_letter("never"),
                        _ => Settle::Done,
                    }
                };
                let mut all: Vec<Settle> = orders.iter().map(settle).collect();
                // Nothing is said about the last one of a whole batch.
                all.truncate(3);
                all
            }
        }),
    );
    let mut all = seen.until(6).await;
    all.sort_unstable();
    assert_eq!(all, ["bad 1", "forgotten 1", "forgotten 2", "good 1", "slow 1", "slow 2"]);
    assert_eq!(dead_letters(&events, 1).await?[0].headers["Walnats-Dead-Why"], "never");
    settled(&events, "orders").await;
    let served = running.stop().await?;
    assert_eq!((served.done, served.retried, served.dead), (3, 2, 1));
    Ok(())
}

#[tokio::test]
async fn a_batch_that_panics_or_takes_too_long_is_tried_again() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["a", "b"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let quickly = |options: ReaderOptions| options.handler_timeout(Duration::from_secs(2));
    let running = run(
        &events,
        quickly,
        batched(2, Duration::from_millis(500), move |orders: Vec<(OrderPlaced, Delivery)>| {
            let here = here.clone();
            async move {
                let attempt = orders.iter().map(|(_, about)| about.attempt()).max().unwrap_or_default();
                // Cancelled, it never says that it ends.
                let ends = Ends(here.clone(), attempt);
                assert!(attempt != 1, "the first attempt panics");
                if attempt == 2 {
                    tokio::time::sleep(LONG).await;
                }
                drop(ends);
                orders.iter().for_each(|(order, _)| here.add(format!("{} done", order.id)));
            }
        }),
    );
    eventually(async || seen.all().iter().filter(|one| one.ends_with("done")).count() == 2).await;
    assert!(seen.all().contains(&"2 ends".to_owned()), "it was cancelled: {:?}", seen.all());
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 2);
    Ok(())
}

struct Ends(Seen, u64);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.add(format!("{} ends", self.1));
    }
}
