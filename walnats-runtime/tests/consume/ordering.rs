//! Order per key: over retries, stops and instances that are killed.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::oneshot;
use walnats_runtime::{ConsumerAction, ConsumerRefusal, Delivery, Handler, ReadError, Reader};
use walnats_server::{NatsServer, Release};

use crate::events::{BillingEvent2, Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

/// What keys of orders and cancellations have before the first space.
fn key(id: &str) -> String {
    id.split(' ').next().unwrap_or_default().to_owned()
}

fn reader<M: 'static>(events: &Events, placed: impl Handler<OrderPlaced, M>) -> Reader {
    shared(events, placed).ordered_by(|order: &OrderPlaced| key(&order.id))
}

fn shared<M: 'static>(events: &Events, placed: impl Handler<OrderPlaced, M>) -> Reader {
    Reader::new(events.publisher().clone(), "billing", BillingEvent2::EVENTS)
        .configure(|options| options.retry(quick()).ack_wait(Duration::from_secs(3)))
        .on(placed)
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {})
}

fn start(reader: Reader) -> Running {
    let (stop, stopped) = oneshot::channel();
    Running::new(stop, tokio::spawn(reader.run(async { drop(stopped.await) })))
}

#[tokio::test]
async fn an_event_that_fails_holds_the_later_ones_of_its_key_and_no_others() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["a 1", "a 2", "b 1", "a 3", "b 2"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, about: Delivery| {
        let (id, here) = (order.id, here.clone());
        async move {
            here.add(format!("{id} {}", about.attempt()));
            // The first one waits until the other key is through, so that it is known to be held.
            match (id.as_str(), about.attempt()) {
                ("a 1", 1) => Err("not now".to_owned()),
                ("a 1", 2) => {
                    here.until(4).await;
                    Err("not yet".to_owned())
                }
                _ => Ok(()),
            }
        }
    }));
    let all = seen.until(7).await;
    settled(&events, "orders").await;
    let of = |key: &str| all.iter().filter(|one| one.starts_with(key)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["a 1 1", "a 1 2", "a 1 3", "a 2 1", "a 3 1"]);
    assert_eq!(of("b"), ["b 1 1", "b 2 1"]);
    let served = running.stop().await?;
    assert_eq!((served.done, served.retried, served.dead), (5, 2, 0));
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0, "it was not given back");
    Ok(())
}

#[tokio::test]
async fn a_server_without_priority_groups_is_refused() -> TestResult {
    let server = NatsServer::builder().release(Release::V2_10).start()?;
    let events = ready(&server).await?;
    let refused = reader(&events, async |_: OrderPlaced, _: &Delivery| {}).register().await;
    let Err(ReadError::Refused { refused }) = refused else { return Err("it was registered".into()) };
    assert_eq!(refused[0].refusals, [ConsumerRefusal::NoPriorityGroups]);
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_lets_the_next_one_of_its_key_go_on() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["a poison", "a next"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id.clone());
        async move { if order.id == "a poison" { Err("always") } else { Ok(()) } }
    }));
    assert_eq!(seen.until(4).await, ["a poison", "a poison", "a poison", "a next"]);
    assert_eq!(dead_letters(&events, 1).await?.len(), 1);
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    Ok(())
}

#[tokio::test]
async fn a_delayed_event_takes_its_place_when_it_is_due() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    events.emit_order_placed(&OrderPlaced::new("a late", "eu")).delay(Duration::from_secs(4)).await?;
    place(&events, "a soon").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    }));
    assert_eq!(seen.until(2).await, ["a soon", "a late"]);
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn one_instance_reads_and_after_its_stop_another_goes_on_with_nothing_lost_or_twice() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let instance = |name: &'static str| {
        let here = seen.clone();
        start(reader(&events, move |order: OrderPlaced, _: Delivery| {
            here.add(format!("{name} {}", order.id));
            tokio::time::sleep(Duration::from_millis(2))
        }))
    };
    let first = instance("first");
    place(&events, "k 0").await?;
    seen.until(1).await;
    let second = instance("second");
    let orders: Vec<OrderPlaced> =
        (1..400).map(|number| OrderPlaced::new(format!("k{} {number}", number % 7), "eu")).collect();
    let (before, after) = orders.split_at(200);
    events.emit_order_placed_all(before).await?;
    seen.until(100).await;
    let mut done = first.stop().await?.done;
    events.emit_order_placed_all(after).await?;
    let all = seen.until(400).await;
    settled(&events, "orders").await;
    done += second.stop().await?.done;
    assert_eq!((done, all.len()), (400, 400), "each event once");
    let by: Vec<&str> = all.iter().map(|one| one.split(' ').next().unwrap_or_default()).collect();
    let changed = by.windows(2).filter(|two| two[0] != two[1]).count();
    assert!(by.contains(&"second") && changed <= 1, "one after the other");
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for one in &all {
        let parts: Vec<&str> = one.split(' ').collect();
        let number = parts[2].parse()?;
        assert!(last.insert(parts[1], number).is_none_or(|last| last < number), "{one}");
    }
    Ok(())
}

#[tokio::test]
async fn a_consumer_changes_between_ordered_and_shared_without_losing_its_place() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let shared = |events: &Events| run(events, |options| options, async |_: OrderPlaced, _: &Delivery| {});
    let ordered = |events: &Events| start(reader(events, async |_: OrderPlaced, _: &Delivery| {}));
    let mut served = 0;
    for round in 0..4 {
        place(&events, &format!("a {round}")).await?;
        let running = if round % 2 == 0 { shared(&events) } else { ordered(&events) };
        eventually(async || number(&events, "orders", "num_pending").await == 0).await;
        settled(&events, "orders").await;
        served += running.stop().await?.done;
    }
    assert_eq!(served, 4, "each event once");
    let plans = reader(&events, async |_: OrderPlaced, _: &Delivery| {}).plan().await?;
    let orders = plans.iter().find(|plan| plan.stream == "orders").ok_or("a plan")?;
    assert_eq!(orders.action, ConsumerAction::NoChange);
    Ok(())
}
