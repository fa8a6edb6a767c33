//! An event that exists if, and only if, the data does: the transactional outbox, here in SQLite.
//!
//! With Postgres the code is the same but for the pool; see the documentation of `walnats-outbox`.

use std::error::Error;

use shop_events::{Events, UserCreated};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use walnats_outbox::Outbox;
use walnats_server::NatsServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let folder = tempfile::tempdir()?;
    let database = SqliteConnectOptions::new()
        .filename(folder.path().join("shop.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(database).await?;
    sqlx::query("CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL)").execute(&pool).await?;

    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await?;
    let relay = tokio::spawn(outbox.relay(&events).run());

    for (id, pays) in [("u_42", true), ("u_43", false)] {
        let user = UserCreated::decode(format!(
            r#"{{"user_id": "{id}", "email": "{id}@example.com", "created_at": "2026-01-02T03:04:05Z", "plan": "team"}}"#
        ))?;
        // A transaction that is to write says so at once: SQLite has one writer at a time.
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO users VALUES (?, ?)").bind(id).bind(&user.email).execute(&mut *transaction).await?;
        outbox.enqueue(&mut *transaction, events.emit_user_created(&user)).key(id).await?;
        if pays {
            transaction.commit().await?;
            outbox.wake();
            println!("{id}: committed");
        } else {
            transaction.rollback().await?;
            println!("{id}: rolled back");
        }
    }

    while outbox.status().await?.pending > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    println!("outbox: {}", outbox.status().await?);
    let mut stream = events.publisher().jetstream().get_stream("users").await?;
    let stored = stream.info().await?.state.messages;
    println!("stored by JetStream: {stored} event");
    assert_eq!(stored, 1);

    relay.abort();
    Ok(())
}
