//! The outbox in a SeaORM transaction: SeaORM enqueues, with the SQL of `walnats-outbox`; a relay sends.
//!
//! With Postgres, use `sql::postgres`; everything else stays as it is.

use std::error::Error;

use sea_orm::{ConnectionTrait, Database, DbErr, Statement, TransactionTrait};
use shop_events::{Events, UserCreated};
use walnats_outbox::{NewRow, Outbox, sql};
use walnats_server::NatsServer;

/// The adapter: a row of the outbox, inserted by SeaORM.
async fn enqueue(connection: &impl ConnectionTrait, row: NewRow) -> Result<i64, DbErr> {
    let values = [
        row.event.into(),
        row.stream.into(),
        row.subject.into(),
        row.message_id.into(),
        row.headers.into(),
        row.payload.to_vec().into(),
        row.duplicate_window_ms.into(),
        row.ordering_key.into(),
        row.not_before_ms.into(),
    ];
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql::sqlite::ENQUEUE, values);
    let inserted = connection.query_one_raw(statement).await?;
    inserted.ok_or_else(|| DbErr::RecordNotInserted)?.try_get("", "id")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("shop.db").display());
    let database = Database::connect(&url).await?;
    database.execute_unprepared("PRAGMA journal_mode = WAL; CREATE TABLE users (id TEXT)").await?;
    for migration in sql::sqlite::MIGRATIONS {
        database.execute_unprepared(migration.sql).await?;
    }

    for (id, pays) in [("u_42", true), ("u_43", false)] {
        let user = UserCreated::decode(format!(
            r#"{{"user_id": "{id}", "email": "{id}@example.com", "created_at": "2026-01-02T03:04:05Z", "plan": "team"}}"#
        ))?;
        // Validated here, before the transaction.
        let row = NewRow::new(events.emit_user_created(&user).into_message()?, Some(id.to_owned()), None)?;
        let transaction = database.begin().await?;
        let insert = Statement::from_sql_and_values(
            database.get_database_backend(),
            "INSERT INTO users VALUES (?)",
            [id.into()],
        );
        transaction.execute_raw(insert).await?;
        enqueue(&transaction, row).await?;
        if pays {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        println!("{id}: {}", if pays { "committed" } else { "rolled back" });
    }

    // Here in the same process; `walnats outbox relay` does as well.
    let outbox = Outbox::new(sqlx::sqlite::SqlitePool::connect(&url).await?);
    let tally = outbox.relay(events.publisher()).drain().await?;
    println!("sent: {}", tally.sent);
    assert_eq!(tally.sent, 1);
    Ok(())
}
