//! The handle of an outbox: migrate, inspect, repair.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;
use tokio::sync::Notify;

use crate::database::{Cells, Database, Value, run};
use crate::error::{DatabaseError, MigrateError};
use crate::read;
use crate::row::Row;
use crate::sql::{Migration, Statements};
use crate::status::{Pending, PendingKey, Status};
use crate::tables::{Tables, TablesError};

/// The timeout of a statement outside a caller's transaction.
const PATIENCE: Duration = Duration::from_secs(30);

/// An outbox in a database. Cloning is cheap; clones wake the same relays.
pub struct Outbox<D: Database> {
    pub(crate) pool: Pool<D>,
    pub(crate) shared: Arc<Shared<D>>,
}

/// State shared by all clones.
pub(crate) struct Shared<D> {
    /// Wakes a relay in this process.
    pub(crate) wake: Notify,
    /// Whether relays in other processes are woken.
    pub(crate) notify: bool,
    /// The validated names.
    pub(crate) tables: Tables,
    pub(crate) statements: Statements<Cow<'static, str>>,
    database: std::marker::PhantomData<fn() -> D>,
}

/// A selection of parked rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parked {
    /// All of them.
    All,
    /// The rows with these ids; rows that are not parked are skipped.
    Ids(Vec<i64>),
}

impl<D: Database> Outbox<D> {
    /// The outbox in this database. [`Outbox::migrate`] creates its tables.
    pub fn new(pool: Pool<D>) -> Self {
        Self { pool, shared: Arc::new(Shared::new(Tables::new(), false)) }
    }

    /// Uses tables of other names, or in another schema. Every process that shares them must use the same.
    ///
    /// # Errors
    ///
    /// A name is invalid, or a schema is given for SQLite.
    pub fn tables(self, tables: Tables) -> Result<Self, TablesError> {
        tables.check()?;
        if tables.schema_name().is_some() && !D::HAS_SCHEMAS {
            return Err(TablesError::NoSchemas);
        }
        Ok(Self { pool: self.pool, shared: Arc::new(Shared::new(tables, self.shared.notify)) })
    }

    /// The migrations, for teams that run their own; with the default table names, see [`Tables::apply`].
    pub fn migrations() -> &'static [Migration] {
        D::MIGRATIONS
    }

    /// Creates the tables, or migrates them to the current version. Idempotent, and safe to run concurrently.
    ///
    /// # Errors
    ///
    /// A migration failed; that one and later ones are not applied.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let at = |version| move |error: sqlx::Error| MigrateError { version, source: error.into() };
        let mut transaction = self.pool.begin_with(D::STATEMENTS.begin).await.map_err(at(0))?;
        let Shared { tables, statements, .. } = &*self.shared;
        D::run(&mut transaction, statements.migration_lock.clone(), vec![]).await.map_err(at(0))?;
        if let (Some(name), Some(quoted)) = (tables.schema_name(), tables.quoted_schema()) {
            // A user that may write to a schema may lack the permission to create one, which `IF NOT EXISTS` needs nevertheless.
            let found = D::run(&mut transaction, statements.schema_exists.clone(), vec![Value::Text(name)]).await;
            if found.map_err(at(0))?.is_empty() {
                let create = format!("CREATE SCHEMA IF NOT EXISTS {quoted}");
                D::run_script(&mut transaction, create.into()).await.map_err(at(0))?;
            }
        }
        for migration in D::MIGRATIONS {
            D::run_script(&mut transaction, tables.render(migration.sql)).await.map_err(at(migration.version))?;
        }
        let last = D::MIGRATIONS.last().map_or(0, |migration| migration.version);
        transaction.commit().await.map_err(at(last))
    }

    /// Makes a relay in this process poll now. Call it right after a commit.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// The number and age of pending events.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn status(&self) -> Result<Status, DatabaseError> {
        let rows = run(&self.pool, PATIENCE, self.shared.statements.status.clone(), vec![]).await?;
        Ok(read::status(rows.first().ok_or(sqlx::Error::RowNotFound)?)?)
    }

    /// The pending events of each stream, ordered by stream name: their number, age, what blocks them and why.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn pending(&self) -> Result<Vec<Pending>, DatabaseError> {
        let rows = run(&self.pool, PATIENCE, self.shared.statements.pending.clone(), vec![]).await?;
        Ok(rows.iter().map(read::pending).collect::<Result<_, _>>()?)
    }

    /// The keys with the most pending events, at most `limit`: each is a queue whose first event blocks the others.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn pending_keys(&self, limit: u32) -> Result<Vec<PendingKey>, DatabaseError> {
        let values = vec![Value::Integer(limit.into())];
        let rows = run(&self.pool, PATIENCE, self.shared.statements.pending_keys.clone(), values).await?;
        Ok(rows.iter().map(read::pending_key).collect::<Result<_, _>>()?)
    }

    /// The dead letters with ids greater than `after`, ordered by id, at most `limit`.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn parked(&self, after: i64, limit: u32) -> Result<Vec<Row>, DatabaseError> {
        let values = vec![Value::Integer(after), Value::Integer(limit.into())];
        let rows = run(&self.pool, PATIENCE, self.shared.statements.parked.clone(), values).await?;
        Ok(rows.iter().map(read::row).collect::<Result<_, _>>()?)
    }

    /// Queues parked rows again, with their original message ids, and returns their number.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn replay(&self, which: &Parked) -> Result<usize, DatabaseError> {
        let replayed = self.change(self.shared.statements.replay.clone(), which).await?;
        self.wake();
        Ok(replayed)
    }

    /// Deletes parked rows, whose events are then never published, and returns their number.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn discard(&self, which: &Parked) -> Result<usize, DatabaseError> {
        let discarded = self.change(self.shared.statements.discard.clone(), which).await?;
        self.wake();
        Ok(discarded)
    }

    /// Deletes rows that were sent longer than `older_than` ago, at most `batch` at a time, and returns their number. Relays do
    /// this themselves.
    ///
    /// # Errors
    ///
    /// The database failed; earlier batches are committed.
    pub async fn clean_up(&self, older_than: Duration, batch: u32) -> Result<usize, DatabaseError> {
        delete_in_batches(&self.pool, self.shared.statements.clean_up.clone(), older_than, batch).await
    }

    async fn change(&self, sql: Cow<'static, str>, which: &Parked) -> Result<usize, DatabaseError> {
        let ids = match which {
            Parked::All => None,
            Parked::Ids(ids) => Some(read::json(ids)),
        };
        Ok(run(&self.pool, PATIENCE, sql, vec![Value::MaybeText(ids.as_deref())]).await?.len())
    }

    /// The version of the tables.
    pub(crate) async fn version(&self) -> Result<i64, DatabaseError> {
        let rows = run(&self.pool, PATIENCE, self.shared.statements.version.clone(), vec![]).await?;
        let version = rows.first().map(|row| row.maybe_integer("version")).transpose()?.flatten();
        Ok(version.unwrap_or(0))
    }
}

#[cfg(feature = "postgres")]
impl Outbox<sqlx::Postgres> {
    /// Wakes relays in other processes, too: each commit with an event sends a `NOTIFY`, and relays of this handle listen on
    /// a connection of their own. Without it, they poll every [`Relay::poll_every`](crate::Relay::poll_every).
    ///
    /// `NOTIFY` takes a server-wide lock during the commit, which slows down many concurrent writers.
    #[must_use]
    pub fn notify(self) -> Self {
        Self { pool: self.pool, shared: Arc::new(Shared::new(self.shared.tables.clone(), true)) }
    }
}

/// Runs a deleting statement in batches until nothing is left.
pub(crate) async fn delete_in_batches<D: Database>(
    pool: &Pool<D>,
    sql: Cow<'static, str>,
    older_than: Duration,
    batch: u32,
) -> Result<usize, DatabaseError> {
    let (older_than, batch) = (crate::row::milliseconds(older_than), batch.max(1));
    let mut deleted = 0;
    loop {
        let rows =
            run(pool, PATIENCE, sql.clone(), vec![Value::Integer(older_than), Value::Integer(batch.into())]).await?;
        deleted += rows.len();
        if rows.len() < batch as usize {
            return Ok(deleted);
        }
    }
}

impl<D: Database> Shared<D> {
    fn new(tables: Tables, notify: bool) -> Self {
        let statements = D::STATEMENTS.of(&tables);
        Self { wake: Notify::new(), notify, tables, statements, database: std::marker::PhantomData }
    }
}

impl<D: Database> Clone for Outbox<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), shared: Arc::clone(&self.shared) }
    }
}

/// Hides the pool, whose options may contain a password.
impl<D: Database> fmt::Debug for Outbox<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("database", &D::NAME)
            .field("tables", &self.shared.tables)
            .field("notify", &self.shared.notify)
            .finish_non_exhaustive()
    }
}
