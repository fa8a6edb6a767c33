//! A graceful stop leaves nothing unacknowledged.

use std::time::Duration;

use walnats_runtime::Delivery;
use walnats_server::NatsServer;

use crate::events::OrderPlaced;
use crate::stage::*;

#[tokio::test]
async fn what_is_in_hand_is_finished() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for number in 0..8 {
        place(&events, &number.to_string()).await?;
    }
    let (begun, ended) = (Seen::default(), Seen::default());
    let here = (begun.clone(), ended.clone());
    let running = run(
        &events,
        |options| options.concurrency(8),
        move |order: OrderPlaced, _: Delivery| {
            let (begun, ended) = here.clone();
            async move {
                begun.add(order.id.clone());
                tokio::time::sleep(Duration::from_secs(2)).await;
                ended.add(order.id);
            }
        },
    );
    begun.until(8).await;
    let served = running.stop().await?;
    assert_eq!((served.done, ended.all().len()), (8, 8));
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 0);
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0);
    Ok(())
}

#[tokio::test]
async fn what_does_not_end_in_time_is_given_back() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "slow").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let hasty = |options: walnats_runtime::ReaderOptions| options.shutdown_timeout(Duration::from_millis(100));
    let running = run(&events, hasty, move |_: OrderPlaced, about: Delivery| {
        here.add(about.attempt().to_string());
        std::future::pending::<()>()
    });
    seen.until(1).await;
    assert_eq!(running.stop().await?.retried, 1);
    let here = seen.clone();
    let running = run(&events, hasty, move |_: OrderPlaced, about: Delivery| {
        here.add(about.attempt().to_string());
        async {}
    });
    // Sooner than `ack_wait`, which is 30 s.
    let given_back = tokio::time::timeout(Duration::from_secs(25), seen.until(2)).await?;
    assert_eq!(given_back, ["1", "2"]);
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}
