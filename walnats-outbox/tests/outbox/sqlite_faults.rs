//! SQLite in trouble: the error says what to do, and nothing is half done.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use walnats_outbox::{DatabaseError, EnqueueError, Outbox, RelayError};

use crate::support::{TestResult, note, open_sqlite, sqlite, until, whole};

async fn lock(url: &str) -> TestResult<SqliteConnection> {
    let mut writer = SqliteConnection::connect(url).await?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await?;
    Ok(writer)
}

fn path(url: &str) -> &std::path::Path {
    std::path::Path::new(url.trim_start_matches("sqlite://"))
}

#[tokio::test]
async fn a_locked_database_is_busy() -> TestResult {
    let world = sqlite().await?;
    let pool = open_sqlite(path(&world.url), Duration::from_millis(50)).await?;
    let outbox = Outbox::new(pool.clone());
    let mut writer = lock(&world.url).await?;
    let mut transaction = pool.begin().await?;
    let error = outbox.enqueue(&mut *transaction, world.publisher.emit(&note("hunter2"))).await.expect_err("locked");
    assert!(matches!(&error, EnqueueError::Database(DatabaseError::Busy(_))), "{error:?}");
    assert!(whole(&error).contains("busy_timeout") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    sqlx::query("COMMIT").execute(&mut writer).await?;
    outbox.enqueue(&mut *transaction, world.publisher.emit(&note("after it"))).await?;
    transaction.commit().await?;
    world.relay().drain().await?;
    assert_eq!(world.stored().await?, ["after it"]);
    Ok(())
}

#[tokio::test]
async fn a_reader_cannot_become_a_writer_after_another_wrote() -> TestResult {
    let world = sqlite().await?;
    let mut transaction = world.pool.begin().await?;
    sqlx::query("SELECT count(*) FROM walnats_outbox").execute(&mut *transaction).await?;
    world.enqueue("meanwhile", None).await?;
    let error = world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("x"))).await.expect_err("stale");
    assert!(matches!(&error, EnqueueError::Database(DatabaseError::Stale(_))), "{error:?}");
    assert!(whole(&error).contains("BEGIN IMMEDIATE"));
    Ok(())
}

#[tokio::test]
async fn a_full_database_keeps_nothing_of_the_transaction() -> TestResult {
    let world = sqlite().await?;
    sqlx::query("CREATE TABLE users (id INTEGER)").execute(&world.pool).await?;
    let pool = open_sqlite(path(&world.url), Duration::from_secs(1)).await?;
    let mut connection = pool.acquire().await?;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
    let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 2));
    sqlx::query(limit).execute(&mut *connection).await?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    sqlx::query("INSERT INTO users VALUES (1)").execute(&mut *connection).await?;
    let large = note("x".repeat(100_000));
    let error = world.outbox.enqueue(&mut connection, world.publisher.emit(&large)).await.expect_err("full");
    assert!(matches!(&error, EnqueueError::Database(DatabaseError::Full(_))), "{error:?}");
    assert!(whole(&error).contains("rolled back"));
    drop(connection);
    let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&world.pool).await?;
    assert_eq!((users, world.outbox.status().await?.pending), (0, 0));
    Ok(())
}

#[tokio::test]
async fn missing_tables_are_named() -> TestResult {
    let world = sqlite().await?;
    sqlx::query("DROP TABLE walnats_outbox").execute(&world.pool).await?;
    let error = world.enqueue("x", None).await.expect_err("no table");
    assert!(error.to_string().contains("was not enqueued"), "{error}");
    let error = world.outbox.status().await.expect_err("no table");
    assert!(matches!(error, DatabaseError::NotMigrated(_)), "{error:?}");
    sqlx::query("DROP TABLE walnats_migrations").execute(&world.pool).await?;
    let error = world.relay().run().await.expect_err("it cannot start");
    assert!(matches!(error, RelayError::Database(DatabaseError::NotMigrated(_))), "{error:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_outlasts_a_locked_database() -> TestResult {
    let world = sqlite().await?;
    let pool = open_sqlite(path(&world.url), Duration::from_millis(20)).await?;
    let relay = Outbox::new(pool).relay(&world.publisher).poll_every(Duration::from_millis(20));
    for number in 0..50 {
        world.enqueue(number.to_string(), Some("k")).await?;
    }
    let mut writer = lock(&world.url).await?;
    let relay = tokio::spawn(relay.run());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.stored().await?, Vec::<String>::new(), "no lease, nothing sent");
    sqlx::query("COMMIT").execute(&mut writer).await?;
    until("the relay sends", || async { Ok(!world.stored().await?.is_empty()) }).await?;
    // Now between sending and marking, perhaps.
    sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    sqlx::query("COMMIT").execute(&mut writer).await?;
    until("everything is marked", || async { Ok(world.outbox.status().await?.sent == 50) }).await?;
    relay.abort();
    assert_eq!(world.stored().await?, (0..50).map(|number| number.to_string()).collect::<Vec<_>>());
    Ok(())
}
