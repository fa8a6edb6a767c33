//! Out of the outbox, when all is well.

use std::time::{Duration, Instant, SystemTime};

use walnats_outbox::Database;

use crate::support::{TestResult, World, note, until};

on_both!(
    everything_arrives_and_each_key_in_order,
    a_relay_is_woken,
    what_is_held_back_waits,
    several_relays_share_the_work
);

async fn everything_arrives_and_each_key_in_order<D: Database>(world: World<D>) -> TestResult {
    for number in 0..600 {
        let key = format!("key {}", number % 7);
        world.enqueue(format!("{number}"), (number % 3 > 0).then_some(key.as_str())).await?;
    }
    let tally = world.relay().batch(50).drain().await?;
    assert_eq!((tally.sent, tally.duplicates, tally.failed, tally.fenced), (600, 0, 0, 0));
    check_order(&world.stored().await?, 600);
    Ok(())
}

/// All of `0..count` once, those of one key in order.
fn check_order(stored: &[String], count: usize) {
    let numbers: Vec<usize> = stored.iter().map(|text| text.parse().expect("a number")).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..count).collect::<Vec<_>>());
    for key in 0..7 {
        assert!(numbers.iter().filter(|number| *number % 3 > 0 && *number % 7 == key).is_sorted());
    }
}

async fn a_relay_is_woken<D: Database>(world: World<D>) -> TestResult {
    let relay = world.relay().poll_every(Duration::from_secs(3_600));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let relay = tokio::spawn(relay.run_until(async { drop(stopped.await) }));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    // The commit comes after the wake-up.
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("a"))).await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    transaction.commit().await?;
    until("found soon after the commit", || async { Ok(world.stored().await? == ["a"]) }).await?;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    // By the time of a late commit the relay looks in steps of seconds, unless it is told.
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("b"))).await?;
    tokio::time::sleep(Duration::from_millis(4_200)).await;
    transaction.commit().await?;
    let start = Instant::now();
    world.outbox.wake();
    until("found at once", || async { Ok(world.stored().await? == ["a", "b"]) }).await?;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    stop.send(()).map_err(|()| "the relay ended by itself")?;
    assert_eq!(relay.await??.sent, 2);
    Ok(())
}

async fn what_is_held_back_waits<D: Database>(world: World<D>) -> TestResult {
    let due = SystemTime::now() + Duration::from_millis(1_500);
    let mut transaction = world.pool.begin().await?;
    let event = [note("later"), note("behind it"), note("at once")];
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&event[0])).key("k").not_before(due).await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&event[1])).key("k").await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&event[2])).await?;
    transaction.commit().await?;
    world.relay().drain().await?;
    assert_eq!(world.stored().await?, ["at once"]);
    let status = world.outbox.status().await?;
    assert_eq!((status.pending, status.held), (2, 1));
    tokio::time::sleep(due.duration_since(SystemTime::now())? + Duration::from_millis(10)).await;
    world.relay().drain().await?;
    assert_eq!(world.stored().await?, ["at once", "later", "behind it"]);
    Ok(())
}

async fn several_relays_share_the_work<D: Database>(world: World<D>) -> TestResult {
    let key = |number| (number % 3 > 0).then(|| format!("key {}", number % 7));
    world.enqueue_all((0..600).map(|number| (number.to_string(), key(number)))).await?;
    let relays: Vec<_> = (0..4).map(|_| world.relay().batch(20).drain()).collect();
    let tallies = futures_util::future::try_join_all(relays).await?;
    assert_eq!(tallies.iter().map(|tally| tally.sent).sum::<u64>(), 600, "{tallies:?}");
    assert!(tallies.iter().filter(|tally| tally.sent > 0).count() > 1, "{tallies:?}");
    check_order(&world.stored().await?, 600);
    Ok(())
}
