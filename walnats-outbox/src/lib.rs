//! A transactional outbox: events commit or roll back with the data that they are about, and then reach NATS JetStream.
//!
//! A service that writes to its database and then emits an event loses the event if it dies in between; one that emits
//! first announces what may never be. With an outbox the event is a row of the same transaction, and a relay sends what
//! is committed:
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
//!   duplicate window; those that are **rolled back** never.
//! - Events of one **key** arrive in the order of their commits, over crashes of relays and restarts of servers.
//! - An event that JetStream will not take is **parked** for somebody to look at, and holds up nothing but its own key.
//!
//! # Setting it up
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
//! Teams that run their own migrations take the SQL of [`Outbox::migrations`], or of `walnats outbox migrations`. It
//! can be run again at any time.
//!
//! Tables have other names, and on Postgres another schema, where [`Outbox::tables`] says so: [`Tables`].
//!
//! # PgBouncer
//!
//! All of the outbox and the inbox works through PgBouncer in transaction mode, of any version: locks are those of a transaction,
//! nothing is prepared under a name, and a statement that is not part of the caller's transaction has one of its own. Nothing is
//! set for a session. Two things are left to you:
//!
//! - PgBouncer refuses a setting that sqlx makes when it connects, unless it has `ignore_startup_parameters =
//!   extra_float_digits`, or the pool's options have `.extra_float_digits(None)`.
//! - `LISTEN` needs a session. Services may call `Outbox::notify` behind PgBouncer; a relay that is to hear of it needs a
//!   pool that goes to Postgres directly, and looks every [`Relay::poll_every`] anyway.
//!
//! What else a service asks through sqlx is prepared under names, which PgBouncer knows from 1.21 on
//! (`max_prepared_statements`); before that, `.persistent(false)` on queries inside of transactions avoids them.
//! `statement_cache_capacity(0)` does not.
//!
//! # Putting events in
//!
//! [`Outbox::enqueue`] takes the transaction's connection, and what generated code returns from `emit_...` before it is
//! awaited, with all its options: `.uid()`, `.header()`, `.trace_id()`, `.delay()`, `.cloud_event()`. The event is
//! validated and encoded there and then; an invalid one is an error that leaves the transaction as it was. The row is
//! the finished message, byte for byte. Two events with the same id are two rows: JetStream drops the second, and no
//! transaction is aborted for it.
//!
//! [`Enqueue::key`] puts events in order. Without a key no order is promised, and none costs anything. With one, on
//! Postgres, transactions that enqueue for the same key wait for each other: choose what an event is about (an order, a
//! user), not what kind it is. SQLite has one writer at a time anyway.
//!
//! On SQLite, let a transaction that will write begin with `BEGIN IMMEDIATE`, as above. One that begins as a reader
//! fails with [`DatabaseError::Stale`] when another has written meanwhile, and no `busy_timeout` helps. When the disk
//! is full, SQLite rolls the whole transaction back ([`DatabaseError::Full`]).
//!
//! # Sending them
//!
//! A [`Relay`] takes a lease on rows, sends them through the publisher's engine, and marks what became of them. Any
//! number may run. Leases are counted on the database's clock, and each raises the row's epoch: a relay that was
//! stopped and comes back late marks nothing, since its epoch is not the latest. A relay of the same process is woken
//! by `enqueue` and looks again in steps of 1, 2, 4, ... ms until the commit is there; [`Outbox::wake`] after the
//! commit makes that at once. Others look once a second, or, with Postgres, are woken by `Outbox::notify`.
//!
//! When JetStream has it, a row stays for a day ([`Relay::keep_sent`]) and is then deleted. When an acknowledgement is
//! lost, the row is sent again with the same id, and JetStream drops what it has. If that is not settled within the
//! stream's duplicate window, [`AfterWindow`] decides: sent again, perhaps a second time; or parked.
//!
//! # Looking after it
//!
//! [`Outbox::status`] gives depth, age, attempts, dead letters and why events wait; [`Outbox::pending`] the same for each stream,
//! and [`Outbox::pending_keys`] for the longest queues. A row is parked only for what is its own fault, see [`Relay`]: when a
//! stream is full, or the account has no storage left, events wait and one line of the log says so. [`Outbox::parked`] lists the
//! dead letters, [`Outbox::replay`] sends them again and [`Outbox::discard`] deletes them. The program has the same:
//! `walnats outbox status`, `pending`, `dead`, `replay`, `drop` (`cargo install walnats-cli --features outbox`).
//!
//! With the feature `metrics`, each relay tells depth, dead letters and age every 10 s through the facade of the crate
//! metrics: `walnats_outbox_pending`, `walnats_outbox_parked`, `walnats_outbox_oldest_seconds`, and how many
//! streams it leaves alone for now: `walnats_outbox_streams_in_trouble`.
//!
//! # Reading
//!
//! An [`Inbox`] is the other end: it remembers, in the reader's own transaction, which messages were processed.
//!
//! # Diesel, SeaORM and others
//!
//! [`sql`] has the statements and [`NewRow`] the values: a handful of lines make an adapter, see
//! `examples/outbox_diesel` and `examples/outbox_seaorm` of the repository. With `default-features = false` this crate
//! brings no database client at all; a relay runs elsewhere.
//!
//! # Limits
//!
//! - Exactly once holds within the duplicate window only (default: 2 minutes after the first attempt), and only for
//!   attempts that are told from the database. A relay that is stopped for longer than that between its last look at
//!   the clock and its write to the socket (a suspended virtual machine, say) can store an event a second time, and out
//!   of order.
//! - Leases and windows trust the database's clock. If it jumps ahead, leases end early: events are sent twice and
//!   dropped once. If it jumps back, events wait, and a window looks longer than it is.
//! - Order per key is that of *first* storage. After a parked row was passed ([`Parking::PassesKey`]), or after the
//!   window, a replay comes late.
//! - The relay stores in the order of commits, one after another for each key: a single key is as fast as JetStream
//!   acknowledges one message at a time.
//! - The outbox keeps what the database keeps. SQLite with `synchronous = NORMAL` in WAL mode may lose the last commits
//!   in a power cut, the data with the event; JetStream's acknowledgement is not an fsync either.
//! - Own SQL that inserts rows with a key on Postgres has to take the lock that [`sql::postgres::ENQUEUE`] takes.
//! - Where an outbox has a million rows waiting behind parked ones, each look of an idle relay walks through all of
//!   them, window by window.

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
