//! Either database of an outbox.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Connection, Pool, Postgres, Sqlite};
use walnats_outbox::{Database, Outbox};

use crate::Result;

/// Where the application's own row of each event goes.
const DATA: &str = "CREATE TABLE IF NOT EXISTS facts (number BIGINT NOT NULL)";

/// Does something with either database. There are no generic closures.
pub trait Act {
    /// Does it.
    fn act<D: Store>(self, pool: Pool<D>) -> impl Future<Output = Result<()>> + Send;
}

/// A database, as far as the trials know one.
pub trait Store: Database {
    /// How its transactions begin.
    const BEGIN: &'static str;
    /// Puts a row of the application's own in.
    fn insert(connection: &mut Self::Connection, number: i64) -> impl Future<Output = sqlx::Result<()>> + Send;
    /// Makes the table for that.
    fn prepare(pool: &Pool<Self>) -> impl Future<Output = sqlx::Result<()>> + Send;
}

macro_rules! store {
    ($database:ty, $begin:literal, $insert:literal) => {
        impl Store for $database {
            const BEGIN: &'static str = $begin;

            async fn insert(connection: &mut Self::Connection, number: i64) -> sqlx::Result<()> {
                sqlx::query($insert).bind(number).execute(connection).await.map(drop)
            }

            async fn prepare(pool: &Pool<Self>) -> sqlx::Result<()> {
                sqlx::query(DATA).execute(pool).await.map(drop)
            }
        }
    };
}
// A transaction that began as a reader cannot always become a writer. And after a commit that failed for want of space,
// sqlx's plain `begin` takes the connection to be in a transaction still, sets savepoints in it, and reports commits
// that are none; told how to begin, it refuses.
store!(Sqlite, "BEGIN IMMEDIATE", "INSERT INTO facts VALUES (?)");
store!(Postgres, "BEGIN", "INSERT INTO facts VALUES ($1)");

/// Opens the database at `url` and does something with it.
///
/// # Errors
///
/// It cannot be opened, or what is done fails.
pub async fn with_database(url: &str, act: impl Act) -> Result<()> {
    match url.strip_prefix("sqlite://") {
        Some(path) => act.act(open_sqlite(path.as_ref()).await?).await,
        None => act.act(Pool::<Postgres>::connect(url).await?).await,
    }
}

/// Writers that wait for each other for longer than 300 ms give up, so that a trial sees that.
async fn open_sqlite(path: &Path) -> sqlx::Result<Pool<Sqlite>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_millis(300));
    SqlitePoolOptions::new()
        .max_connections(8)
        // See `store!`: such a connection is of no use any more.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await
}

/// Makes the tables.
#[derive(Debug)]
pub struct Migrate;

impl Act for Migrate {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        D::prepare(&pool).await?;
        Ok(Outbox::new(pool).migrate().await?)
    }
}
