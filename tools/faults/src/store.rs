//! The database of a trial.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use walnats_harness::postgres::Postgres;

use crate::Result;
use crate::clock::Clock;
use crate::database::{Migrate, with_database};
use crate::disk::Disk;
use crate::setup::Base;

/// A database with the tables of the outbox.
#[derive(Debug)]
pub struct TrialDatabase {
    /// Its URL.
    pub url: String,
    disk: Option<Disk>,
    _folder: Option<TempDir>,
    /// A Postgres server of its own, if any.
    _server: Option<Postgres>,
}

impl TrialDatabase {
    /// Creates the database of a row.
    pub async fn start(base: Base, clock: Option<&Clock>) -> Result<Self> {
        let database = match base {
            Base::Sqlite => {
                let folder = tempfile::tempdir()?;
                let url = format!("sqlite://{}", folder.path().join("shop.db").display());
                Self { url, disk: None, _folder: Some(folder), _server: None }
            }
            Base::SqliteOnDisk(bytes) => {
                let disk = Disk::mount(bytes)?;
                let url = format!("sqlite://{}", disk.path().join("shop.db").display());
                Self { url, disk: Some(disk), _folder: None, _server: None }
            }
            Base::Postgres => {
                let (url, server) = match clock {
                    Some(clock) => {
                        let environment = clock.environment();
                        let server = tokio::task::block_in_place(|| Postgres::start_with(environment))?;
                        (server.url("postgres"), Some(server))
                    }
                    None => (postgres_database().await?, None),
                };
                Self { url, disk: None, _folder: None, _server: server }
            }
        };
        with_database(&database.url, Migrate).await?;
        Ok(database)
    }

    /// Enlarges a full disk to this many bytes.
    pub fn enlarge(&self, bytes: u64) -> Result<()> {
        self.disk.as_ref().ok_or("the database has no file system of its own")?.enlarge(bytes)
    }

    /// Holds SQLite's lock for writers.
    pub async fn lock(&self, time: Duration) -> Result<()> {
        let mut writer = SqliteConnection::connect(&self.url).await?;
        sqlx::query("PRAGMA busy_timeout = 10000").execute(&mut writer).await?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await?;
        tokio::time::sleep(time).await;
        sqlx::query("COMMIT").execute(&mut writer).await?;
        Ok(())
    }

    /// Ends all connections to the Postgres database except this one.
    pub async fn cut(&self) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query(cut).execute(&mut connection).await?;
        Ok(())
    }
}

/// Creates a database on the server that all trials share.
async fn postgres_database() -> Result<String> {
    static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();
    static DATABASES: AtomicU32 = AtomicU32::new(0);
    let start = || SERVER.get_or_init(|| Postgres::start().map_err(|error| error.to_string()));
    let server = tokio::task::block_in_place(start).as_ref().map_err(String::clone)?;
    let name = format!("shop{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server.url("postgres")).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await?;
    Ok(server.url(&name))
}
