//! The SQL of the outbox, for whoever reaches the database otherwise than through sqlx.
//!
//! The tables are those of [`sqlite::MIGRATIONS`] and [`postgres::MIGRATIONS`]. An event is enqueued with the statement
//! `ENQUEUE` of the same module, inside the transaction that writes the data, with the values of a
//! [`NewRow`](crate::NewRow) in the order of its fields; a relay of this crate, or `walnats outbox relay`, sends it.
//! Where the tables have other names, [`Tables::apply`](crate::Tables::apply) puts them in.

pub mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod shared;
pub mod sqlite;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use std::borrow::Cow;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::tables::Tables;

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

/// What the rest of the crate asks of a database, with the parameters in order: once with the usual names of the tables, and
/// for each outbox with its own.
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
    /// After this id, so many rows -> `now_ms`, `end_id`: the first pending row beyond them, if any.
    window,
    /// After this id, before that, now, paused streams as JSON, whether parked rows block (1, 0) -> `id`, `predecessor`.
    candidates,
    /// Ids as JSON, now, milliseconds -> rows.
    lease,
    /// Marks as JSON -> `id` of each row that was still the caller's.
    settle,
    /// -> counts and ages.
    status,
    /// After this id, so many -> rows.
    parked,
    /// Ids as JSON, or NULL for all -> `id` of each.
    replay,
    /// Ids as JSON, or NULL for all -> `id` of each.
    discard,
    /// Milliseconds, so many -> `id` of each.
    clean_up,
    /// Reader, message id -> one row, if it is new.
    inbox_once,
    /// Milliseconds, so many -> one row each.
    inbox_clean_up,
    /// -> `version`.
    version,
    /// Held by whoever migrates, to the end of the transaction.
    migration_lock,
    /// Begins a transaction that writes.
    begin,
    /// -> counts and ages for each stream.
    pending,
    /// So many -> counts and ages for each key.
    pending_keys,
    /// A schema -> one row, if it is there.
    schema_exists,
}
