//! The two databases of an outbox.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Connection, Pool, Postgres, Sqlite};
use walnats_outbox::{Database, Outbox};

use crate::Result;

/// The table for the application's own row of each event.
const DATA: &str = "CREATE TABLE IF NOT EXISTS facts (number BIGINT NOT NULL)";

/// An operation on either database, as a trait because closures cannot be generic.
pub trait Act {
    /// Runs it.
    fn act<D: Store>(self, pool: Pool<D>) -> impl Future<Output = Result<()>> + Send;
}

/// What trials need of a database.
pub trait Store: Database {
    /// The statement that begins a transaction.
    const BEGIN: &'static str;
    /// Inserts a row of the application.
    fn insert(connection: &mut Self::Connection, number: i64) -> impl Future<Output = sqlx::Result<()>> + Send;
    /// Creates the table for those rows.
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
// A transaction that began as a reader cannot always become a writer. And after a commit that failed because the disk was
// full, sqlx's plain `begin` believes that the connection is still in a transaction, sets savepoints in it, and reports
// commits that never happened; with an explicit statement, it refuses.
store!(Sqlite, "BEGIN IMMEDIATE", "INSERT INTO facts VALUES (?)");
store!(Postgres, "BEGIN", "INSERT INTO facts VALUES ($1)");

/// Opens the database at `url` and runs an operation on it.
///
/// # Errors
///
/// It cannot be opened, or the operation fails.
pub async fn with_database(url: &str, act: impl Act) -> Result<()> {
    match url.strip_prefix("sqlite://") {
        Some(path) => act.act(open_sqlite(path.as_ref()).await?).await,
        None => act.act(Pool::<Postgres>::connect(url).await?).await,
    }
}

/// Writers give up after 300 ms, so that trials see that.
async fn open_sqlite(path: &Path) -> sqlx::Result<Pool<Sqlite>> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_millis(300));
    SqlitePoolOptions::new()
        .max_connections(8)
        // See `store!`: such a connection is unusable.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await
}

/// Creates the tables.
#[derive(Debug)]
pub struct Migrate;

impl Act for Migrate {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        D::prepare(&pool).await?;
        Ok(Outbox::new(pool).migrate().await?)
    }
}
