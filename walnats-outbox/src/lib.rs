//! A transactional outbox: events commit or roll back together with the data they describe, and then reach NATS JetStream.
//!
//! A service that writes to its database and then emits an event loses the event if it crashes in between; one that emits
//! first may announce a change that never commits. With an outbox, the event is a row in the same transaction, and a relay
//! sends committed rows:
//!
//! ```no_run
//! # use walnats_runtime::OutboundMessage;
//! # struct User { user_id: String }
//! # struct Events;
//! # impl Events { fn emit_user_created(&self, _: &User) -> OutboundMessage { unimplemented!() } }
//! # async fn f(pool: sqlx::SqlitePool, outbox: walnats_outbox::Outbox<sqlx::Sqlite>, events: Events, user: User)
//! #     -> Result<(), Box<dyn std::error::Error>> {
//! let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
//! sqlx::query("INSERT INTO users ...").execute(&mut *transaction).await?;
//! outbox.enqueue(&mut *transaction, events.emit_user_created(&user)).key(&user.user_id).await?;
//! transaction.commit().await?;
//! # Ok(())
//! # }
//! ```
//!
//! - **Committed** events are published at least once, and exactly once as long as they arrive within their stream's
//!   duplicate window; events that are **rolled back** are never published.
//! - Events with the same **key** arrive in commit order, across relay crashes and server restarts.
//! - An event that JetStream rejects is **parked** as a dead letter for an operator; it blocks only its own key.
//!
//! # Setup
//!
//! The outbox lives in SQLite (feature `sqlite`, the default) or in Postgres (feature `postgres`), on the service's own
//! sqlx pool.
//!
//! ```no_run
//! # async fn f(publisher: walnats_runtime::Publisher) -> Result<(), Box<dyn std::error::Error>> {
//! use walnats_outbox::Outbox;
//!
//! let pool = sqlx::sqlite::SqlitePool::connect("sqlite://shop.db").await?;
//! let outbox = Outbox::new(pool);
//! outbox.migrate().await?;
//!
//! // In this process, in another, or both; or `walnats outbox relay`.
//! tokio::spawn(outbox.relay(&publisher).run());
//! # Ok(())
//! # }
//! ```
//!
//! Teams that run their own migrations use the SQL from [`Outbox::migrations`] or `walnats outbox migrations`, which is
//! idempotent.
//!
//! [`Outbox::tables`] changes the names of the [`Tables`] and, on Postgres, their schema.
//!
//! # PgBouncer
//!
//! The outbox and the inbox work through any version of PgBouncer in transaction mode: locks are transaction-scoped, no
//! statement is prepared under a name, statements outside the caller's transaction run in their own, and no session setting is
//! changed. Two things are up to you:
//!
//! - PgBouncer rejects a setting that sqlx makes on connecting, unless it has `ignore_startup_parameters =
//!   extra_float_digits`, or the pool's options have `.extra_float_digits(None)`.
//! - `LISTEN` needs a session. Services may call `Outbox::notify` behind PgBouncer; a relay that listens needs a pool that
//!   connects to Postgres directly. Without it, it polls every [`Relay::poll_every`].
//!
//! A service's other sqlx queries are prepared under names, which PgBouncer supports since 1.21
//! (`max_prepared_statements`); before that, `.persistent(false)` on queries inside of transactions avoids them.
//! `statement_cache_capacity(0)` does not.
//!
//! # Enqueueing
//!
//! [`Outbox::enqueue`] takes the transaction's connection and the unawaited result of a generated `emit_...` function, with
//! all its options: `.uid()`, `.header()`, `.trace_id()`, `.delay()`, `.cloud_event()`. The event is
//! validated and encoded immediately; an invalid event is an error that leaves the transaction unchanged. The row is
//! the finished message, byte for byte. Two events with the same id are two rows: JetStream drops the second, and no
//! transaction is aborted.
//!
//! [`Enqueue::key`] orders events. Without a key, order is not guaranteed and costs nothing. With a key, on Postgres,
//! transactions that enqueue for the same key wait for each other: use the id of the entity (an order, a user), not the
//! event type. SQLite has a single writer anyway.
//!
//! On SQLite, begin writing transactions with `BEGIN IMMEDIATE`, as above. A transaction that begins as a reader fails with
//! [`DatabaseError::Stale`] if another one has written in the meantime, whatever its `busy_timeout`. When the disk is full,
//! SQLite rolls back the whole transaction ([`DatabaseError::Full`]).
//!
//! # Relaying
//!
//! A [`Relay`] leases rows, sends them through the publisher's engine, and records the result. Any number may run
//! concurrently. Leases use the database's clock, and each lease increments the row's epoch: the result of a relay that
//! was suspended and resumes late is ignored, because its epoch is stale. `enqueue` wakes a relay in the same process,
//! which then polls after 1, 2, 4, ... ms until the commit is visible; [`Outbox::wake`] after the commit avoids the wait.
//! Other relays poll once a second or, on Postgres, are woken by `Outbox::notify`.
//!
//! A sent row is kept for a day ([`Relay::keep_sent`]) and then deleted. If an acknowledgement is lost, the row is resent
//! with the same id, and JetStream drops duplicates. If that takes longer than the stream's duplicate window,
//! [`AfterWindow`] decides: resend, possibly as a duplicate, or park.
//!
//! # Operations
//!
//! [`Outbox::status`] returns depth, age, attempts, dead letters and why events are pending; [`Outbox::pending`] returns the
//! same per stream, and [`Outbox::pending_keys`] the longest queues. A row is parked only if it is at fault itself, see
//! [`Relay`]: if a stream is full, or the account has no storage left, events wait and a log line reports it.
//! [`Outbox::parked`] lists the dead letters, [`Outbox::replay`] resends them and [`Outbox::discard`] deletes them. The same
//! commands on the command line:
//! `walnats outbox status`, `pending`, `dead`, `replay`, `drop` (`cargo install walnats-cli --features outbox`).
//!
//! With the feature `metrics`, each relay reports depth, dead letters and age every 10 s through the crate metrics:
//! `walnats_outbox_pending`, `walnats_outbox_parked`, `walnats_outbox_oldest_seconds`, and the number of streams it has
//! paused: `walnats_outbox_streams_in_trouble`.
//!
//! # Consuming
//!
//! An [`Inbox`] is the counterpart on the consumer's side: it records processed messages in the consumer's own transaction. In a
//! handler of a walnats reader, that is one call: `Inbox::first`, with the feature `consume`.
//!
//! # Diesel, SeaORM and others
//!
//! [`sql`] has the statements and [`NewRow`] the values, so an adapter takes a few lines: see `examples/outbox_diesel` and
//! `examples/outbox_seaorm` in the repository. With `default-features = false` this crate depends on no database client; the
//! relay then runs elsewhere.
//!
//! # Limits
//!
//! - Exactly-once holds only within the duplicate window (default: 2 minutes after the first attempt). A relay that is
//!   suspended for longer than that between reading the clock and writing to the socket (in a paused virtual machine, for
//!   example) can store an event twice, and out of order.
//! - Leases and windows trust the database's clock. If it jumps forward, leases end early: events are sent twice, and
//!   JetStream drops the duplicates. If it jumps back, events wait, and a window appears longer than it is.
//! - The order per key is that of *first* storage. A replay after the key moved on ([`Parking::PassesKey`]), or after the
//!   window, arrives late.
//! - The relay sends the events of a key one by one, in commit order: a single key is limited by the time for one
//!   acknowledgement.
//! - The outbox is as durable as the database. SQLite with `synchronous = NORMAL` in WAL mode may lose the last commits in a
//!   power failure, data and events alike; JetStream does not fsync before it acknowledges, either.
//! - On Postgres, custom SQL that inserts rows with a key must take the lock that [`sql::postgres::ENQUEUE`] takes.
//! - If a million rows wait behind parked ones, each poll of an idle relay scans all of them, window by window.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod claim;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod database;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod enqueue;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod inbox;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod outbox;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod read;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod relay;
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod settle;
pub mod sql;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod status;
mod tables;

pub use self::tables::{Tables, TablesError};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use self::{
    database::{Database, InTransaction},
    enqueue::{Enqueue, Enqueued, IntoMessage},
    error::{DatabaseError, EnqueueError, MigrateError, RelayError},
    inbox::Inbox,
    outbox::{Outbox, Parked},
    relay::{AfterWindow, Parking, Relay, Tally},
    status::{Pending, PendingKey, Status},
};
pub use row::{KeyError, MAX_KEY_BYTES, NewRow, Row, RowError};
