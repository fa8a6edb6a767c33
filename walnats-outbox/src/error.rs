//! One error enum per operation. None shows a payload, a header or a connection's password.

use walnats_runtime::EmitError;

use crate::row::KeyError;

/// A database operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// SQLite: another writer held the database for longer than `busy_timeout`.
    #[error("the database is locked by another writer; keep transactions short, or raise `busy_timeout`")]
    Busy(#[source] sqlx::Error),
    /// SQLite: the transaction began as a reader, and another one has written since. It can no longer become a writer;
    /// waiting does not help.
    #[error("another transaction wrote since this one began; begin it with `BEGIN IMMEDIATE`, and run it again")]
    Stale(#[source] sqlx::Error),
    /// The disk is full, or the database reached its size limit. The whole transaction is rolled back, including the
    /// caller's data.
    #[error("the database has no space left; the whole transaction is rolled back")]
    Full(#[source] sqlx::Error),
    /// Postgres: a deadlock, or a transaction that cannot be serialized. Run it again.
    #[error("the transaction conflicted with another one and was rolled back; run it again")]
    Conflict(#[source] sqlx::Error),
    /// The tables are missing, or older than this crate.
    #[error("the tables of the outbox are missing or too old; call `migrate`, or run `walnats outbox migrations`")]
    NotMigrated(#[source] Option<sqlx::Error>),
    /// The connection was lost, or none could be opened.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The database did not answer in time; the connection was dropped.
    #[error("the database did not answer within {0:?}")]
    TimedOut(std::time::Duration),
    /// Any other error.
    #[error("the database reported an error")]
    Other(#[source] sqlx::Error),
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let code = match &error {
            E::Database(error) => error.code().map(|code| code.into_owned()),
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                return Self::Unreachable(error);
            }
            _ => None,
        };
        match code.as_deref() {
            // https://www.sqlite.org/rescode.html
            Some("517") => Self::Stale(error),
            Some("5" | "261" | "773" | "6" | "262") => Self::Busy(error),
            Some("13") => Self::Full(error),
            Some("1") if error.to_string().contains("no such") => Self::NotMigrated(Some(error)),
            // https://www.postgresql.org/docs/current/errcodes-appendix.html
            Some("42P01" | "42703") => Self::NotMigrated(Some(error)),
            Some("40001" | "40P01") => Self::Conflict(error),
            Some("53100") => Self::Full(error),
            Some(code) if code.starts_with("08") || code.starts_with("57P") => Self::Unreachable(error),
            _ => Self::Other(error),
        }
    }
}

/// An event was not enqueued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The event violates its schema, or an option cannot be satisfied. The transaction is unchanged.
    #[error(transparent)]
    Event(#[from] EmitError),
    /// The key is invalid. The transaction is unchanged.
    #[error("the event was not enqueued")]
    Key(#[from] KeyError),
    /// The database failed. Roll the transaction back.
    #[error("the event was not enqueued")]
    Database(#[from] DatabaseError),
}

/// A relay ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// The database could not be used, at the start of the relay or in `drain`.
    #[error("the relay cannot use its database")]
    Database(#[source] DatabaseError),
    /// The publisher was shut down.
    #[error("the relay ended because its publisher was shut down")]
    PublisherClosed,
}

/// The tables could not be migrated.
#[derive(Debug, thiserror::Error)]
#[error("migration {version} of the outbox tables failed")]
pub struct MigrateError {
    /// The migration that failed; 0 before the first.
    pub version: i64,
    /// The database's error.
    #[source]
    pub source: DatabaseError,
}
