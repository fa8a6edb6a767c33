//! The outbox in a diesel transaction: diesel enqueues, with the SQL of `walnats-outbox`; a relay sends.
//!
//! With Postgres, use `sql::postgres` and a `PgConnection`; everything else stays as it is.

use std::error::Error;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::SqliteConnection;
use shop_events::{Events, UserCreated};
use walnats_outbox::{NewRow, Outbox, sql};
use walnats_server::NatsServer;

/// The adapter: a row of the outbox, inserted by diesel.
fn enqueue(connection: &mut SqliteConnection, row: &NewRow) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let inserted: Inserted = diesel::sql_query(sql::sqlite::ENQUEUE)
        .bind::<Text, _>(&row.event)
        .bind::<Text, _>(&row.stream)
        .bind::<Text, _>(&row.subject)
        .bind::<Text, _>(&row.message_id)
        .bind::<Text, _>(&row.headers)
        .bind::<Binary, _>(&row.payload[..])
        .bind::<BigInt, _>(row.duplicate_window_ms)
        .bind::<Nullable<Text>, _>(&row.ordering_key)
        .bind::<BigInt, _>(row.not_before_ms)
        .get_result(connection)?;
    Ok(inserted.id)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.db").display().to_string();
    let mut connection = SqliteConnection::establish(&path)?;
    connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; CREATE TABLE users (id TEXT)")?;
    for migration in sql::sqlite::MIGRATIONS {
        connection.batch_execute(migration.sql)?;
    }

    for (id, pays) in [("u_42", true), ("u_43", false)] {
        let user = UserCreated::decode(format!(
            r#"{{"user_id": "{id}", "email": "{id}@example.com", "created_at": "2026-01-02T03:04:05Z", "plan": "team"}}"#
        ))?;
        // Validated here, before the transaction.
        let row = NewRow::new(events.emit_user_created(&user).into_message()?, Some(id.to_owned()), None)?;
        let committed = connection.immediate_transaction(|connection| {
            diesel::sql_query("INSERT INTO users VALUES (?)").bind::<Text, _>(id).execute(connection)?;
            enqueue(connection, &row)?;
            if pays { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
        });
        println!("{id}: {}", if committed.is_ok() { "committed" } else { "rolled back" });
    }

    // Here in the same process; `walnats outbox relay` does as well.
    let outbox = Outbox::new(sqlx::sqlite::SqlitePool::connect(&format!("sqlite://{path}")).await?);
    let tally = outbox.relay(events.publisher()).drain().await?;
    println!("sent: {}", tally.sent);
    assert_eq!(tally.sent, 1);
    Ok(())
}
