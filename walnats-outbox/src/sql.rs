//! The SQL of the outbox, for database clients other than sqlx.
//!
//! The tables are those of [`sqlite::MIGRATIONS`] and [`postgres::MIGRATIONS`]. An event is enqueued with the statement
//! `ENQUEUE` of the same module, inside the transaction that writes the data, with the values of a
//! [`NewRow`](crate::NewRow) in the order of its fields; a relay of this crate, or `walnats outbox relay`, sends it.
//! For tables with other names, use [`Tables::apply`](crate::Tables::apply).

pub mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod shared;
pub mod sqlite;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use std::borrow::Cow;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::tables::Tables;

/// A migration of the tables to the next version. Migrations are idempotent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Counts from 1.
    pub version: i64,
    /// A short name.
    pub name: &'static str,
    /// Statements separated by `;`. The last one records the version in the table `walnats_migrations`.
    pub sql: &'static str,
}

/// The statements that the rest of the crate runs, with their parameters in order: once with the default table names, and once
/// per outbox with its own.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        #[derive(Debug)]
        #[doc(hidden)]
        pub struct Statements<T = &'static str> {
            $($(#[$doc])* pub(crate) $name: T,)*
        }

        impl Statements {
            /// The statements for other tables.
            pub(crate) fn of(&self, tables: &Tables) -> Statements<Cow<'static, str>> {
                Statements { $($name: tables.render(self.$name),)* }
            }
        }
    };
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
statements! {
    /// The values of a `NewRow` -> `id`.
    enqueue,
    /// After this id, row count -> `now_ms`, `end_id`: the first pending row beyond them, if any.
    window,
    /// After this id, before that, now, paused streams as JSON, whether parked rows block (1, 0) -> `id`, `predecessor`.
    candidates,
    /// Ids as JSON, now, milliseconds -> rows.
    lease,
    /// Marks as JSON -> `id` of each row whose lease was still held.
    settle,
    /// -> counts and ages.
    status,
    /// After this id, limit -> rows.
    parked,
    /// Ids as JSON, or NULL for all -> `id` of each.
    replay,
    /// Ids as JSON, or NULL for all -> `id` of each.
    discard,
    /// Milliseconds, limit -> `id` of each.
    clean_up,
    /// Reader, message id -> one row, if it is new.
    inbox_once,
    /// Milliseconds, limit -> one row each.
    inbox_clean_up,
    /// -> `version`.
    version,
    /// Locks migrations until the end of the transaction.
    migration_lock,
    /// Begins a transaction that writes.
    begin,
    /// -> counts and ages for each stream.
    pending,
    /// Limit -> counts and ages for each key.
    pending_keys,
    /// A schema -> one row, if it exists.
    schema_exists,
}
