//! The SQL of the outbox, for whoever reaches the database otherwise than through sqlx.
//!
//! The tables are those of [`sqlite::MIGRATIONS`] and [`postgres::MIGRATIONS`]. An event is enqueued with the statement
//! `ENQUEUE` of the same module, inside the transaction that writes the data, with the values of a
//! [`NewRow`](crate::NewRow) in the order of its fields; a relay of this crate, or `walnats outbox relay`, sends it.

pub mod postgres;
pub mod sqlite;

/// A step from one version of the tables to the next. Every step may be run again: it changes nothing then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Counts from 1.
    pub version: i64,
    /// In a word.
    pub name: &'static str,
    /// Statements, parted by `;`. The last one notes the version in the table `walnats_migrations`.
    pub sql: &'static str,
}

/// What the rest of the crate asks of a database, with the parameters in order.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[derive(Debug)]
#[doc(hidden)]
pub struct Statements {
    /// The values of a `NewRow` -> `id`.
    pub(crate) enqueue: &'static str,
    /// After this id, so many rows -> `now_ms`, `end_id`: the first pending row beyond them, if any.
    pub(crate) window: &'static str,
    /// After this id, before that, now, paused streams as JSON, whether parked rows block (1, 0) -> `id`, `predecessor`.
    pub(crate) candidates: &'static str,
    /// Ids as JSON, now, milliseconds -> rows.
    pub(crate) lease: &'static str,
    /// Marks as JSON -> `id` of each row that was still the caller's.
    pub(crate) settle: &'static str,
    /// -> counts and ages.
    pub(crate) status: &'static str,
    /// After this id, so many -> rows.
    pub(crate) parked: &'static str,
    /// Ids as JSON, or NULL for all -> `id` of each.
    pub(crate) replay: &'static str,
    /// Ids as JSON, or NULL for all -> `id` of each.
    pub(crate) discard: &'static str,
    /// Milliseconds, so many -> `id` of each.
    pub(crate) clean_up: &'static str,
    /// Reader, message id -> one row, if it is new.
    pub(crate) inbox_once: &'static str,
    /// Milliseconds, so many -> one row each.
    pub(crate) inbox_clean_up: &'static str,
    /// -> `version`.
    pub(crate) version: &'static str,
    /// Held by whoever migrates, to the end of the transaction.
    pub(crate) migration_lock: &'static str,
    /// Begins a transaction that writes.
    pub(crate) begin: &'static str,
}
