//! NATS in trouble: everything arrives, once, in order.

use std::time::Duration;

use tokio::task::JoinHandle;
use walnats_outbox::{AfterWindow, Database, RelayError, Tally};
use walnats_runtime::{Publisher, StreamDescriptor};

use crate::support::{TestResult, World, message, messages, note, until};

on_both!(
    the_server_is_down_and_comes_back,
    the_server_hangs_and_goes_on,
    a_missing_stream_holds_up_no_other,
    after_the_window_a_row_is_parked_or_sent_again,
    a_publisher_that_is_shut_down_ends_the_relay,
);

fn spawn<D: Database>(relay: walnats_outbox::Relay<D>) -> JoinHandle<Result<Tally, RelayError>> {
    tokio::spawn(relay.run())
}

fn numbers(range: std::ops::Range<usize>) -> impl Iterator<Item = (String, Option<String>)> {
    range.map(|number| (number.to_string(), Some("k".to_owned())))
}

fn texts(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

async fn the_server_is_down_and_comes_back<D: Database>(mut world: World<D>) -> TestResult {
    let relay = spawn(world.relay().poll_every(Duration::from_millis(50)).lease(Duration::from_secs(3)));
    for round in 0..3 {
        let range = round * 100..(round + 1) * 100;
        world.enqueue_all(numbers(range.start..range.start + 50)).await?;
        // Somewhere in the middle of the batch.
        tokio::time::sleep(Duration::from_millis(10 * round as u64)).await;
        world.server.kill();
        world.enqueue_all(numbers(range.start + 50..range.end)).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(world.outbox.status().await?.pending >= 50, "nothing is marked that is not stored");
        world.server.restart()?;
    }
    until("everything is sent", || async { Ok(world.outbox.status().await?.sent == 300) }).await?;
    relay.abort();
    assert_eq!(world.stored().await?, texts(0..300));
    assert_eq!(world.outbox.status().await?.parked, 0);
    Ok(())
}

async fn the_server_hangs_and_goes_on<D: Database>(mut world: World<D>) -> TestResult {
    world.enqueue_all(numbers(0..20)).await?;
    world.server.suspend();
    // Its time ends without an acknowledgement: it is possibly stored, and so it stays pending under the same id.
    let tally = world.relay().lease(Duration::from_secs(1)).batch(100).drain().await?;
    assert_eq!((tally.sent, tally.failed), (0, 1));
    let status = world.outbox.status().await?;
    assert_eq!((status.pending, status.attempts, status.parked), (20, 1, 0));
    world.server.resume();
    let relay = spawn(world.relay().poll_every(Duration::from_millis(50)));
    until("everything is sent", || async { Ok(world.outbox.status().await?.sent == 20) }).await?;
    relay.abort();
    assert_eq!(world.stored().await?, texts(0..20));
    Ok(())
}

async fn a_missing_stream_holds_up_no_other<D: Database>(world: World<D>) -> TestResult {
    let mut transaction = world.pool.begin().await?;
    for number in 0..200 {
        let ghost = message("ghosts", "ghosts.x", &number.to_string())?;
        world.outbox.enqueue(&mut *transaction, ghost).key("ghost").await?;
        world.outbox.enqueue(&mut *transaction, message("ghosts", "ghosts.x", "no key")?).await?;
    }
    transaction.commit().await?;
    world.enqueue_all(numbers(0..20)).await?;
    let relay = spawn(world.relay().batch(10).in_flight(40).lease(Duration::from_secs(3)));
    until("the others are sent", || async { Ok(world.stored().await? == texts(0..20)) }).await?;
    until("they are marked, and nothing is parked", || async {
        let status = world.outbox.status().await?;
        Ok((status.pending, status.parked) == (400, 0))
    })
    .await?;

    static GHOSTS: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["ghosts.*"], ..StreamDescriptor::new("ghosts") }];
    world.publisher.register(GHOSTS).await?;
    relay.abort();
    let relay = spawn(world.relay());
    until("all are sent", || async { Ok(world.outbox.status().await?.pending == 0) }).await?;
    relay.abort();
    let stored = messages(&world.publisher, "ghosts").await?.into_iter().map(|message| message.text);
    let (others, in_order): (Vec<_>, Vec<_>) = stored.partition(|text| text == "no key");
    assert_eq!((others.len(), in_order), (200, texts(0..200)));
    Ok(())
}

async fn after_the_window_a_row_is_parked_or_sent_again<D: Database>(mut world: World<D>) -> TestResult {
    static SHORT: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["notes.*"],
        duplicate_window: Some(Duration::from_secs(2)),
        ..StreamDescriptor::new("notes")
    }];
    let publisher = Publisher::connect(world.server.url(), SHORT, walnats_runtime::Options::new()).await?;
    publisher.register(SHORT).allow_weaker("notes", "duplicate_window").await?;
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, publisher.emit(&note("a"))).await?;
    transaction.commit().await?;

    world.server.suspend();
    assert_eq!(world.outbox.relay(&publisher).lease(Duration::from_secs(1)).drain().await?.failed, 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.server.resume();
    until("the first attempt is stored late", || async { Ok(world.stored().await? == ["a"]) }).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;

    let tally = world.relay().after_window(AfterWindow::Park).drain().await?;
    assert_eq!((tally.sent, tally.parked), (0, 1));
    let [row] = world.outbox.parked(0, 1).await?.try_into().map_err(|_| "one dead letter")?;
    assert!(row.first_attempt.is_some());
    assert!(row.last_error.is_some_and(|error| error.contains("possibly stored")));
    assert_eq!(world.stored().await?, ["a"]);

    // Whoever says so gets it again: at least once, here twice.
    world.outbox.replay(&walnats_outbox::Parked::All).await?;
    assert_eq!(world.relay().drain().await?.sent, 1);
    assert_eq!(world.stored().await?, ["a", "a"]);
    Ok(())
}

async fn a_publisher_that_is_shut_down_ends_the_relay<D: Database>(world: World<D>) -> TestResult {
    world.publisher.shutdown(Duration::from_secs(1)).await?;
    let publisher = crate::support::connect(&world.server).await?;
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, publisher.emit(&note("a"))).await?;
    transaction.commit().await?;
    assert!(matches!(world.relay().run().await, Err(RelayError::PublisherClosed)));
    assert_eq!(world.outbox.relay(&publisher).drain().await?.sent, 1);
    Ok(())
}
