//! What waits for hours waits for the clock of the test.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use walnats_runtime::{Backoff, Clock, Delivery, Memory, ReadError, Reader, Served};

use crate::events::{BillingEvent2, Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::{HOUR, TestResult, order};

/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// In seconds.
const DAY: u64 = 86_400;

type Seen = Arc<Mutex<Vec<String>>>;

/// A reader of `billing` that notes orders and their attempts. The first attempt at the order `fails` fails.
fn reader(events: &Events, seen: &Seen) -> Reader {
    let here = seen.clone();
    Reader::new(events.publisher().clone(), "billing", BillingEvent2::EVENTS)
        .configure(|options| options.retry(Backoff::new([HOUR]).attempts(3)))
        .on(move |order: OrderPlaced, about: Delivery| {
            here.lock().expect("nothing panics with it").push(format!("{} {}", order.id, about.attempt()));
            let fails = order.id.ends_with("fails") && about.attempt() == 1;
            async move { if fails { Err("not yet") } else { Ok(()) } }
        })
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {})
}

fn run(reader: Reader) -> (oneshot::Sender<()>, JoinHandle<Result<Served, ReadError>>) {
    let (stop, stopped) = oneshot::channel();
    (stop, tokio::spawn(reader.run(async { drop(stopped.await) })))
}

/// Waits until so many handlers ran, and moves the clock meanwhile, if there is a `memory` to do so.
async fn until(seen: &Seen, count: usize, memory: Option<&Memory>) -> Vec<String> {
    let all = || seen.lock().expect("nothing panics with it").clone();
    let waiting = async {
        while all().len() < count {
            tokio::time::sleep(Duration::from_millis(100)).await;
            memory.inspect(|memory| memory.advance(HOUR));
        }
    };
    timeout(LIMIT, waiting).await.unwrap_or_else(|_| panic!("only {:?}", all()));
    all()
}

#[tokio::test]
async fn an_attempt_that_comes_while_the_clock_moves_has_its_time() -> TestResult {
    let events = Events::in_memory().await;
    let memory = events.memory();
    let seen = Seen::default();
    let (stop, served) = run(reader(&events, &seen));
    events.emit_order_placed(&order("fails")).await?;
    until(&seen, 1, None).await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    // The next attempt comes after an hour; its reader cannot answer before the clock stops.
    memory.advance(HOUR * 24);
    timeout(LIMIT, memory.settled("billing")).await?;

    assert_eq!(*seen.lock().expect("nothing panics with it"), ["fails 1", "fails 2"]);
    drop(stop);
    let served = served.await??;
    assert_eq!((served.done, served.retried, served.dead), (1, 1, 0));
    Ok(())
}

#[tokio::test]
async fn a_pause_of_hours_ends_when_the_clock_says_so() -> TestResult {
    let events = Events::in_memory().await;
    let memory = events.memory();
    // The pause begins by this clock, too.
    memory.advance(HOUR * 24);
    let seen = Seen::default();
    let reader = reader(&events, &seen);
    let control = reader.monitor().control().clone();
    reader.register().await?;
    control.pause_for(HOUR * 2).await?;
    let (stop, running) = run(reader);
    events.emit_order_placed(&order("7")).await?;
    assert!(timeout(Duration::from_millis(500), memory.settled("billing")).await.is_err());
    memory.advance(HOUR);
    assert!(control.paused_until().await?.is_some());
    memory.advance(HOUR);
    timeout(LIMIT, memory.settled("billing")).await?;
    assert_eq!(control.paused_until().await?, None);
    drop(stop);
    assert_eq!(running.await??.done, 1);
    Ok(())
}

#[tokio::test]
async fn events_of_a_key_wait_for_hours_in_order() -> TestResult {
    let events = Events::in_memory().await;
    let seen = Seen::default();
    let by_key = |order: &OrderPlaced| order.id.split(' ').next().unwrap_or_default().to_owned();
    events.emit_order_placed(&order("a late")).delay(HOUR * 3).await?;
    for id in ["b fails", "b next", "a soon"] {
        events.emit_order_placed(&order(id)).await?;
    }
    let (stop, running) = run(reader(&events, &seen).ordered_by(by_key));
    let mut first = until(&seen, 2, None).await;
    first.sort();
    assert_eq!(first, ["a soon 1", "b fails 1"]);
    let all = until(&seen, 5, Some(&events.memory())).await;
    let of = |key: &str| all.iter().filter(|one| one.starts_with(key)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["a soon 1", "a late 1"]);
    assert_eq!(of("b"), ["b fails 1", "b fails 2", "b next 1"]);
    timeout(LIMIT, events.memory().settled("billing")).await?;
    drop(stop);
    assert_eq!(running.await??.done, 4);
    Ok(())
}

#[tokio::test]
async fn a_clock_ticks_when_the_test_moves_the_time() -> TestResult {
    let events = Events::in_memory().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let clock = Clock::new(&events, Duration::from_secs(DAY), |tick| order(&tick.number().to_string()));
    let running = tokio::spawn(clock.run(async { drop(stopped.await) }));
    for count in 1..=3 {
        // It has begun to wait.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = events.memory().now().duration_since(UNIX_EPOCH)?.as_secs();
        events.memory().advance(Duration::from_secs(DAY - now % DAY));
        let emitted = async {
            while events.memory().emitted::<OrderPlaced>().len() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LIMIT, emitted).await?;
    }
    let days: Vec<u64> =
        events.memory().emitted::<OrderPlaced>().iter().filter_map(|order| order.event.id.parse().ok()).collect();
    assert_eq!(days, [days[0], days[0] + 1, days[0] + 2]);
    drop(stop);
    assert_eq!(running.await??.stored, 3);
    Ok(())
}
