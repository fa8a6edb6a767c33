//! What goes wrong, one enum per operation. Nothing here shows a payload, a header or a connection's password.

use walnats_runtime::EmitError;

use crate::row::KeyError;

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// SQLite: another writer held the database for longer than `busy_timeout`.
    #[error("the database is locked by another writer; keep transactions short, or raise `busy_timeout`")]
    Busy(#[source] sqlx::Error),
    /// SQLite: the transaction began as a reader and another has written since. It cannot become a writer any more, and
    /// waiting does not help.
    #[error("another transaction wrote since this one began; begin it with `BEGIN IMMEDIATE`, and run it again")]
    Stale(#[source] sqlx::Error),
    /// The disk is full, or the database at its limit. SQLite and Postgres have ended the transaction: nothing of it is
    /// kept, the caller's data neither.
    #[error("the database has no space left; the whole transaction is rolled back")]
    Full(#[source] sqlx::Error),
    /// Postgres: a deadlock, or a transaction that cannot be serialized. Run it again.
    #[error("the transaction met another one and was rolled back; run it again")]
    Conflict(#[source] sqlx::Error),
    /// The tables are missing, or older than this crate.
    #[error("the tables of the outbox are missing or too old; call `migrate`, or run `walnats outbox migrations`")]
    NotMigrated(#[source] Option<sqlx::Error>),
    /// The connection is gone, or none could be had.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// No answer in time; the connection was given up.
    #[error("the database did not answer within {0:?}")]
    TimedOut(std::time::Duration),
    /// Something else.
    #[error("the database refused")]
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

/// An event was not put into the outbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The event breaks its schema, or an option cannot be met. The transaction is as it was.
    #[error(transparent)]
    Event(#[from] EmitError),
    /// The key cannot be used. The transaction is as it was.
    #[error("the event was not put into the outbox")]
    Key(#[from] KeyError),
    /// The database did not take it. What that means for the transaction is the database's rule; roll it back.
    #[error("the event was not put into the outbox")]
    Database(#[from] DatabaseError),
}

/// A relay ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// The database could not be used. Only the start of a relay, and `drain`, end like this.
    #[error("the relay cannot use its database")]
    Database(#[source] DatabaseError),
    /// The publisher was shut down.
    #[error("the relay ends, since its publisher is shut down")]
    PublisherClosed,
}

/// The tables were not made.
#[derive(Debug, thiserror::Error)]
#[error("the tables of the outbox were not made: migration {version}")]
pub struct MigrateError {
    /// The step that failed; 0 before the first.
    pub version: i64,
    /// What the database says.
    #[source]
    pub source: DatabaseError,
}
