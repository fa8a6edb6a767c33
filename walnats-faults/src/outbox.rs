//! The processes of a trial of the outbox: one that commits events with its data, or does not, and relays.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Connection, Pool, Postgres, Sqlite};
use tokio::task::JoinSet;
use walnats_outbox::{Database, DatabaseError, EnqueueError, Outbox, Parking, Relay};
use walnats_runtime::{Options, Publisher};

use crate::Result;
use crate::emitter::Teller;
use crate::gate::Gate;
use crate::ledger::{End, Line, variant};
use crate::row::Row;
use crate::vitals;
use crate::workload::{Kind, Step, Workload};

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

/// Runs a relay until the process is killed.
#[derive(Debug)]
pub struct RunRelay<'a> {
    /// The row.
    pub row: &'static Row,
    /// The servers.
    pub urls: &'a str,
}

impl Act for RunRelay<'_> {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let options = (self.row.options)(Options::new().deadline(self.row.deadline));
        let publisher = Publisher::connect(self.urls, std::slice::from_ref(&self.row.stream), options).await?;
        let _watching = vitals::watch(&publisher, Teller::default());
        brisk(Outbox::new(pool).relay(&publisher)).run().await?;
        Ok(())
    }
}

/// Sends everything that is left, beside the relays that still hold leases.
#[derive(Debug)]
pub struct Finish {
    /// A publisher that nothing is in the way of.
    pub publisher: Publisher,
    /// No longer than this.
    pub limit: Duration,
    /// Whether it is in order that events are given up.
    pub parks: bool,
}

impl Act for Finish {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let (outbox, start) = (Outbox::new(pool), Instant::now());
        loop {
            // The database may be busy with a relay.
            let _ = brisk(outbox.relay(&self.publisher)).drain().await;
            match outbox.status().await {
                Ok(status) if status.parked > 0 && !self.parks => {
                    return Err(format!("events were given up: {status}").into());
                }
                Ok(status) if status.pending == 0 => return Ok(()),
                Ok(status) if start.elapsed() > self.limit => return Err(format!("events are left: {status}").into()),
                Err(error) if start.elapsed() > self.limit => return Err(error.into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

fn brisk<D: Database>(relay: Relay<D>) -> Relay<D> {
    let (shortest, longest) = (Duration::from_millis(20), Duration::from_millis(500));
    let relay = relay.lease(Duration::from_secs(1)).batch(20).poll_every(shortest);
    // What is given up holds nothing up, and is given up while the trial lasts.
    relay.retry(shortest, longest).max_refusals(4).parking(Parking::PassesKey)
}

/// Enqueues the workload in transactions, and tells on standard output how each ended.
#[derive(Debug)]
pub struct EnqueueAll<'a> {
    /// The row.
    pub row: &'static Row,
    /// Of the workload.
    pub seed: u64,
    /// The servers: none is needed for enqueueing, but a publisher is made of a connection.
    pub urls: &'a str,
}

impl Act for EnqueueAll<'_> {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let teller = Teller::default();
        let publisher = Publisher::connect(self.urls, std::slice::from_ref(&self.row.stream), Options::new()).await?;
        let workload = Arc::new(Workload::new(&self.row.shape, self.seed));
        let outbox = Outbox::new(pool.clone());
        let gate = Gate::at_input();
        let mut writers = JoinSet::new();
        for topic in 0..workload.writers.len() {
            let (pool, outbox, publisher) = (pool.clone(), outbox.clone(), publisher.clone());
            let (workload, mut gate) = (Arc::clone(&workload), gate.clone());
            writers.spawn(async move {
                let writer = Writer { pool, outbox, publisher, workload };
                for step in &writer.workload.writers[topic] {
                    gate.pass(&writer.workload, step.first).await;
                    teller.tell(&Line::Began { first: step.first, count: step.count });
                    let start = Instant::now();
                    let end = writer.transaction(step).await;
                    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                    for number in step.first..step.first + step.count {
                        teller.tell(&Line::Ended { number, end: end.clone(), millis });
                    }
                    tokio::time::sleep(step.pause).await;
                }
            });
        }
        while let Some(writer) = writers.join_next().await {
            writer?;
        }
        teller.tell(&Line::Done);
        Ok(())
    }
}

struct Writer<D: Store> {
    pool: Pool<D>,
    outbox: Outbox<D>,
    publisher: Publisher,
    workload: Arc<Workload>,
}

impl<D: Store> Writer<D> {
    /// The events of a step and the application's rows, in one transaction.
    async fn transaction(&self, step: &Step) -> End {
        let refused = |error: &str| End::NotStored(format!("Refused {error}"));
        let mut transaction = match self.pool.begin_with(D::BEGIN).await {
            Ok(transaction) => transaction,
            Err(error) => return refused(&variant(&DatabaseError::from(error))),
        };
        for number in step.first..step.first + step.count {
            let emit = &self.workload.emits[number];
            if let Err(error) = D::insert(&mut transaction, i64::try_from(number).unwrap_or_default()).await {
                return refused(&variant(&DatabaseError::from(error)));
            }
            let fact = emit.fact(false);
            let mut event = self.publisher.emit(&fact);
            if let Some(uid) = &emit.uid {
                event = event.uid(uid);
            }
            if let Some(key) = &emit.key {
                event = event.once(key);
            }
            let enqueued = self.outbox.enqueue(&mut *transaction, event).key(format!("key {}", emit.topic)).await;
            match enqueued {
                Ok(_) => {}
                // Dropping the transaction rolls it back.
                Err(EnqueueError::Database(error)) => return refused(&variant(&error)),
                Err(error) => return refused(&variant(&error)),
            }
        }
        if step.kind == Kind::RolledBack {
            // Without an answer to this, it is rolled back all the same when its connection ends.
            let _ = transaction.rollback().await;
            return End::NotStored("RolledBack".to_owned());
        }
        match transaction.commit().await {
            Ok(()) => End::Committed,
            // Nobody knows whether the database heard it.
            Err(_) => End::PossiblyStored { id: String::new(), cause: "Commit".to_owned() },
        }
    }
}
