//! Several instances of a service share the events.

use std::collections::BTreeMap;
use std::time::Duration;

use walnats_runtime::Delivery;
use walnats_server::NatsServer;

use crate::events::OrderPlaced;
use crate::stage::*;

/// How many events there are.
const EVENTS: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_are_shared_and_stops_leave_nothing_behind() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let orders: Vec<OrderPlaced> = (0..EVENTS).map(|number| OrderPlaced::new(number.to_string(), "eu")).collect();
    events.emit_order_placed_all(&orders).await?;
    let seen = Seen::default();
    let start = || {
        let here = seen.clone();
        // No event waits that long: only a message that nobody has in hand would come again.
        let calm = |options: walnats_runtime::ReaderOptions| options.concurrency(64).ack_wait(Duration::from_secs(300));
        run(&events, calm, move |order: OrderPlaced, about: Delivery| {
            here.add(format!("{} {}", order.id, about.attempt()));
            async {
                tokio::task::yield_now().await;
            }
        })
    };
    let (first, mut second) = (start(), start());
    let mut served = 0;
    // The second one is stopped and started again while the work goes on.
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        served += second.stop().await?.done;
        second = start();
    }
    seen.until(EVENTS).await;
    settled(&events, "orders").await;
    served += first.stop().await?.done + second.stop().await?.done;
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    seen.all().into_iter().for_each(|seen| *count.entry(seen).or_default() += 1);
    assert_eq!(count.len(), EVENTS, "each event, in its first delivery");
    assert!(count.values().all(|count| *count == 1), "no event came twice");
    assert_eq!(served, EVENTS as u64);
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 0);
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0);
    Ok(())
}
