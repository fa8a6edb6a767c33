//! PgBouncer in transaction mode between the outbox and Postgres: each transaction may be on another connection.

use std::time::Duration;

use sqlx::{Pool, Postgres};
use walnats_outbox::{Inbox, Outbox, Parked, Tables};

use crate::support::{TestResult, World, bounced_postgres, note, until};

const WRITERS: usize = 6;
const EACH: usize = 40;
const KEYS: usize = 4;

/// How many connections of the server they take turns on.
async fn connections(world: &World<Postgres>) -> TestResult<i64> {
    let count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    let mut transaction = world.pool.begin().await?;
    Ok(sqlx::query_scalar(count).persistent(false).fetch_one(&mut *transaction).await?)
}

async fn write(world: &World<Postgres>, writer: usize) -> TestResult {
    for number in 0..EACH {
        let key = format!("key {}", number % KEYS);
        let event = note(format!("{writer} {number}"));
        let mut transaction = world.pool.begin().await?;
        world.outbox.enqueue(&mut *transaction, world.publisher.emit(&event)).key(&key).await?;
        // Others get a turn on this connection of the server in between, if anything lets them.
        sqlx::raw_sql("SELECT pg_sleep(0.001)").execute(&mut *transaction).await?;
        world
            .outbox
            .enqueue(&mut *transaction, world.publisher.emit(&note(format!("{writer} {number}+"))))
            .key(&key)
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_relayed_in_order() -> TestResult {
    let (world, _bouncer) = bounced_postgres().await?;
    let pools: [Pool<Postgres>; 2] = [Pool::connect(&world.url).await?, Pool::connect(&world.url).await?];
    let relays = pools.map(|pool| {
        let relay = Outbox::new(pool).relay(&world.publisher).batch(7).lease(Duration::from_secs(10));
        tokio::spawn(relay.poll_every(Duration::from_millis(20)).run())
    });
    let writers = (0..WRITERS).map(|writer| write(&world, writer));
    for written in futures_util::future::join_all(writers).await {
        written?;
    }
    let all = WRITERS * EACH * 2;
    until("everything is sent", || async { Ok(world.outbox.status().await?.sent == all as u64) }).await?;
    relays.iter().for_each(|relay| assert!(!relay.is_finished()));
    relays.iter().for_each(tokio::task::JoinHandle::abort);
    assert!(connections(&world).await? <= 3, "they take turns on three connections of the server");

    // Each key's events are stored in the order of their ids, which is that of the commits.
    let enqueued = "SELECT convert_from(payload, 'UTF8') FROM walnats_outbox WHERE ordering_key = 'key 1' ORDER BY id";
    let mut transaction = world.pool.begin().await?;
    let enqueued: Vec<String> = sqlx::query_scalar(enqueued).persistent(false).fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let stored = world.stored().await?;
    assert_eq!(stored.len(), all);
    let of_key = stored.into_iter().filter(|text| enqueued.contains(text)).collect::<Vec<_>>();
    assert_eq!(of_key, enqueued);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_else_works_there_too() -> TestResult {
    let (world, _bouncer) = bounced_postgres().await?;
    let other = Outbox::new(world.pool.clone()).tables(Tables::new().schema("billing").outbox("events_out"))?;
    // Several processes migrate at once.
    let (one, two, three) = tokio::join!(other.migrate(), world.outbox.migrate(), other.migrate());
    one.and(two).and(three)?;

    world.enqueue_all([("x".repeat(5_000), Some("k".into())), ("behind".into(), Some("k".into()))]).await?;
    assert_eq!(world.relay().drain().await?.parked, 1);
    assert_eq!(world.outbox.pending().await?[0].blocked, 1);
    assert_eq!(world.outbox.pending_keys(5).await?.len(), 1);
    assert_eq!(world.outbox.parked(0, 5).await?.len(), 1);
    assert_eq!(world.outbox.replay(&Parked::All).await?, 1);
    assert_eq!(world.relay().drain().await?.parked, 1);
    assert_eq!(world.outbox.discard(&Parked::All).await?, 1);
    assert_eq!(world.relay().drain().await?.sent, 1);
    assert_eq!(world.outbox.clean_up(Duration::ZERO, 10).await?, 1);

    // `NOTIFY` is a part of the transaction.
    let telling = Outbox::new(world.pool.clone()).notify();
    let mut transaction = world.pool.begin().await?;
    telling.enqueue(&mut *transaction, world.publisher.emit(&note("told"))).await?;
    let inbox = Inbox::new("billing");
    assert!(inbox.once(&mut *transaction, "one").await? && !inbox.once(&mut *transaction, "one").await?);
    transaction.commit().await?;
    assert_eq!(inbox.forget(&world.pool, Duration::ZERO, 10).await?, 1);
    assert_eq!(world.relay().drain().await?.sent, 1);
    Ok(())
}
