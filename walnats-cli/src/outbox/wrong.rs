//! Why a database cannot be used: where it is, and what to do. Never its user or password.

use std::error::Error;
use std::time::Duration;

use walnats_outbox::DatabaseError;

use crate::outcome::Failure;
use crate::output;

/// How long to wait for a connection.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The kind of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// The URL cannot be read; it is not shown, because it may contain a password.
pub fn unreadable(error: &sqlx::Error) -> Failure {
    let why = output::chain(error);
    format!("cannot read the URL of the database (`--database` or DATABASE_URL): {why}").into()
}

/// There is no connection.
pub fn unopened(shown: &str, kind: Kind, error: &sqlx::Error) -> Failure {
    let cure = match (kind, error) {
        (Kind::Sqlite, sqlx::Error::Database(_)) if !std::path::Path::new(shown).exists() => {
            "there is no such file: correct the path; `walnats outbox migrate` creates it with `?mode=rwc` at the end of the URL"
        }
        (Kind::Sqlite, _) => "the file must be a SQLite database that can be read and written",
        (Kind::Postgres, sqlx::Error::Database(_)) => "check the user, the password and the name of the database",
        (Kind::Postgres, _) => "check host and port, and that the server runs and takes connections from here",
    };
    let why = match error {
        sqlx::Error::PoolTimedOut => format!("no connection within {} s", PATIENCE.as_secs()),
        error => output::chain(error),
    };
    format!("cannot open the database `{shown}`: {why}; {cure}").into()
}

/// An operation failed. Of a failure of the database, says which one.
pub fn failed(shown: &str, failure: &(dyn Error + 'static)) -> Failure {
    let mut cause = Some(failure);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<DatabaseError>() {
            let cure = match error {
                DatabaseError::NotMigrated(_) => {
                    "; run `walnats outbox migrate` with the same `--database`; or name the tables, `--table` and `--schema`"
                }
                DatabaseError::Unreachable(_) | DatabaseError::TimedOut(_) => {
                    "; check that the server runs, and that no other transaction holds the tables for long"
                }
                _ => "",
            };
            return format!("database `{shown}`: {}{cure}", output::chain(failure)).into();
        }
        cause = error.source();
    }
    output::chain(failure).into()
}
