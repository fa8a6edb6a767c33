//! What only Postgres does: ids out of order, connections cut, notifications.

use std::time::{Duration, Instant};

use sqlx::Postgres;
use walnats_outbox::{DatabaseError, EnqueueError, Outbox};

use crate::support::{TestResult, World, note, postgres, until};

#[tokio::test]
async fn ids_of_a_key_are_in_the_order_of_commits() -> TestResult {
    let world = postgres().await?;
    let mut first = world.pool.begin().await?;
    let a = world.outbox.enqueue(&mut *first, world.publisher.emit(&note("a"))).key("k").await?;
    let mut second = world.pool.begin().await?;
    let event = note("b");
    let mut waiting =
        std::future::IntoFuture::into_future(world.outbox.enqueue(&mut *second, world.publisher.emit(&event)).key("k"));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut waiting).await.is_err(), "it waits for its turn");
    // Nobody else does.
    let other = tokio::time::timeout(Duration::from_secs(5), world.enqueue("other key", Some("l"))).await??;
    tokio::time::timeout(Duration::from_secs(5), world.enqueue("no key", None)).await??;
    assert_eq!(world.relay().drain().await?.sent, 2);
    first.commit().await?;
    let b = (&mut waiting).await?;
    drop(waiting);
    assert!(a.id < other.id && other.id < b.id, "the id was drawn after the wait");
    second.commit().await?;
    world.relay().drain().await?;
    assert_eq!(world.stored().await?[2..], ["a", "b"]);
    Ok(())
}

#[tokio::test]
async fn an_id_that_becomes_visible_late_is_not_passed_over() -> TestResult {
    let world = postgres().await?;
    let mut slow = world.pool.begin().await?;
    let early = world.outbox.enqueue(&mut *slow, world.publisher.emit(&note("early id, late commit"))).await?;
    let mut later = Vec::new();
    for number in 0..50 {
        later.push(world.enqueue(number.to_string(), None).await?.id);
    }
    assert!(later.iter().all(|id| *id > early.id), "ids are drawn before they are visible");
    assert_eq!(world.relay().batch(2).drain().await?.sent, 50);
    slow.commit().await?;
    assert_eq!(world.relay().batch(2).drain().await?.sent, 1);
    assert_eq!(world.stored().await?.len(), 51);
    Ok(())
}

/// Ends all connections to the database but the one that says so. Gives how many.
async fn cut(world: &World<Postgres>) -> TestResult<i64> {
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&world.url).await?;
    Ok(sqlx::query_scalar(cut).fetch_one(&mut connection).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_outlasts_connections_that_are_cut() -> TestResult {
    let world = postgres().await?;
    let pool = sqlx::Pool::<Postgres>::connect(&world.url).await?;
    let relay = Outbox::new(pool).relay(&world.publisher).batch(10).lease(Duration::from_secs(2));
    let relay = tokio::spawn(relay.poll_every(Duration::from_millis(50)).run());
    let mut cuts = 0;
    for round in 0..10 {
        let range = round * 40..(round + 1) * 40;
        let rows: Vec<_> = range.map(|number| (number.to_string(), Some("k".to_owned()))).collect();
        while world.enqueue_all(rows.iter().cloned()).await.is_err() {}
        tokio::time::sleep(Duration::from_millis(7 * round)).await;
        cuts += cut(&world).await?;
    }
    assert!(cuts >= 10, "{cuts}");
    until("everything is sent", || async {
        Ok(world.outbox.status().await.is_ok_and(|status| status.pending == 0 && status.sent == 400))
    })
    .await?;
    relay.abort();
    assert_eq!(world.stored().await?, (0..400).map(|number| number.to_string()).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn an_event_on_a_connection_that_is_cut_is_not_enqueued() -> TestResult {
    let world = postgres().await?;
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("a"))).await?;
    cut(&world).await?;
    let error = world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("b"))).await.expect_err("cut");
    assert!(matches!(&error, EnqueueError::Database(DatabaseError::Unreachable(_))), "{error:?}");
    assert!(transaction.commit().await.is_err());
    assert_eq!(world.relay().drain().await?.sent, 0);
    Ok(())
}

#[tokio::test]
async fn keys_in_different_order_end_one_of_two_transactions() -> TestResult {
    let world = postgres().await?;
    let (mut first, mut second) = (world.pool.begin().await?, world.pool.begin().await?);
    let event = note("x");
    let emit = || world.publisher.emit(&event);
    world.outbox.enqueue(&mut *first, emit()).key("a").await?;
    world.outbox.enqueue(&mut *second, emit()).key("b").await?;
    let one = world.outbox.enqueue(&mut *first, emit()).key("b");
    let other = world.outbox.enqueue(&mut *second, emit()).key("a");
    let ends = tokio::join!(std::future::IntoFuture::into_future(one), std::future::IntoFuture::into_future(other));
    let ((Ok(_), Err(error)) | (Err(error), Ok(_))) = ends else {
        return Err(format!("one of two ends: {ends:?}").into());
    };
    assert!(matches!(&error, EnqueueError::Database(DatabaseError::Conflict(_))), "{error:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_hears_of_commits_elsewhere() -> TestResult {
    let world = postgres().await?;
    let relay = Outbox::new(world.pool.clone()).notify().relay(&world.publisher);
    let relay = tokio::spawn(relay.poll_every(Duration::from_secs(3_600)).run());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let elsewhere = Outbox::new(world.pool.clone()).notify();
    let mut transaction = world.pool.begin().await?;
    elsewhere.enqueue(&mut *transaction, world.publisher.emit(&note("a"))).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    transaction.commit().await?;
    until("heard", || async { Ok(world.stored().await? == ["a"]) }).await?;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    relay.abort();
    Ok(())
}
