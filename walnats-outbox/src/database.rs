//! The common interface of both databases.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Pool};

use crate::error::DatabaseError;
use crate::sql::{Migration, Statements};

/// A database that can hold an outbox: [`Sqlite`](sqlx::Sqlite) or [`Postgres`](sqlx::Postgres).
pub trait Database: sqlx::Database<Row: Cells> + Sealed {
    /// The migrations.
    const MIGRATIONS: &'static [Migration];
    #[doc(hidden)]
    const HAS_SCHEMAS: bool;
    #[doc(hidden)]
    const STATEMENTS: &'static Statements;

    /// Runs a statement with values for its parameters.
    #[doc(hidden)]
    fn run(
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value<'_>>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Runs a statement that is not part of a transaction.
    #[doc(hidden)]
    fn run_alone(
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value<'_>>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Runs statements separated by `;`.
    #[doc(hidden)]
    fn run_script(
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Wakes relays in other processes when the transaction commits.
    #[doc(hidden)]
    fn notify(connection: &mut Self::Connection) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Calls `wake` whenever another process commits an event; ends only with an error.
    #[doc(hidden)]
    fn listen(pool: &Pool<Self>, wake: impl Fn() + Send) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// A connection with an open transaction: `&mut *transaction` of sqlx.
pub trait InTransaction: Sealed {
    /// The database of the connection.
    type Database: Database<Connection = Self>;
}

/// Other crates cannot implement the traits.
pub trait Sealed {}

/// A value for a parameter.
#[doc(hidden)]
#[derive(Debug)]
pub enum Value<'a> {
    Integer(i64),
    Text(&'a str),
    MaybeText(Option<&'a str>),
    Bytes(&'a [u8]),
}

/// Reads the columns of a result by name.
#[doc(hidden)]
pub trait Cells {
    fn integer(&self, column: &str) -> Result<i64, sqlx::Error>;
    fn maybe_integer(&self, column: &str) -> Result<Option<i64>, sqlx::Error>;
    fn text(&self, column: &str) -> Result<String, sqlx::Error>;
    fn maybe_text(&self, column: &str) -> Result<Option<String>, sqlx::Error>;
    fn bytes(&self, column: &str) -> Result<Vec<u8>, sqlx::Error>;
}

/// Runs a statement on a connection of the pool. After a timeout the connection is closed, because the answer may still
/// arrive.
pub(crate) async fn run<D: Database>(
    pool: &Pool<D>,
    patience: Duration,
    sql: Cow<'static, str>,
    values: Vec<Value<'_>>,
) -> Result<Vec<D::Row>, DatabaseError> {
    let timed_out = |_| DatabaseError::TimedOut(patience);
    let mut connection = tokio::time::timeout(patience, pool.acquire()).await.map_err(timed_out)??;
    match tokio::time::timeout(patience, D::run_alone(&mut connection, sql, values)).await {
        Ok(rows) => Ok(rows?),
        Err(elapsed) => {
            connection.close_on_drop();
            Err(timed_out(elapsed))
        }
    }
}

/// Code that is the same for every database, but cannot be expressed with trait bounds.
macro_rules! shared {
    ($connection:ty, keeps_prepared: $keeps:literal) => {
        async fn run(
            connection: &mut $connection,
            sql: Cow<'static, str>,
            values: Vec<Value<'_>>,
        ) -> Result<Vec<Self::Row>, sqlx::Error> {
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent($keeps);
            for value in values {
                query = match value {
                    Value::Integer(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::MaybeText(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                };
            }
            query.fetch_all(connection).await
        }

        async fn run_script(connection: &mut $connection, sql: Cow<'static, str>) -> Result<(), sqlx::Error> {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
        }
    };
}

macro_rules! cells {
    ($row:ty) => {
        impl Cells for $row {
            fn integer(&self, column: &str) -> Result<i64, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn maybe_integer(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn text(&self, column: &str) -> Result<String, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn maybe_text(&self, column: &str) -> Result<Option<String>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }

            fn bytes(&self, column: &str) -> Result<Vec<u8>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};

    use super::{AssertSqlSafe, Cells, Cow, Database, InTransaction, Migration, Sealed, Statements, Value};

    impl Sealed for Sqlite {}
    impl Sealed for SqliteConnection {}

    impl InTransaction for SqliteConnection {
        type Database = Sqlite;
    }

    impl Database for Sqlite {
        const MIGRATIONS: &'static [Migration] = crate::sql::sqlite::MIGRATIONS;
        const HAS_SCHEMAS: bool = false;
        const STATEMENTS: &'static Statements = &crate::sql::sqlite::STATEMENTS;

        shared!(SqliteConnection, keeps_prepared: true);

        async fn run_alone(
            connection: &mut SqliteConnection,
            sql: Cow<'static, str>,
            values: Vec<Value<'_>>,
        ) -> Result<Vec<SqliteRow>, sqlx::Error> {
            Self::run(connection, sql, values).await
        }

        async fn notify(_: &mut SqliteConnection) -> Result<(), sqlx::Error> {
            Ok(())
        }

        async fn listen(_: &sqlx::Pool<Self>, _: impl Fn() + Send) -> Result<(), sqlx::Error> {
            std::future::pending().await
        }
    }

    cells!(SqliteRow);
}

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::Connection;
    use sqlx::postgres::{PgConnection, PgListener, PgRow, Postgres};

    use super::{AssertSqlSafe, Cells, Cow, Database, InTransaction, Migration, Sealed, Statements, Value};
    use crate::sql::postgres::{CHANNEL, NOTIFY};

    impl Sealed for Postgres {}
    impl Sealed for PgConnection {}

    impl InTransaction for PgConnection {
        type Database = Postgres;
    }

    impl Database for Postgres {
        const MIGRATIONS: &'static [Migration] = crate::sql::postgres::MIGRATIONS;
        const HAS_SCHEMAS: bool = true;
        const STATEMENTS: &'static Statements = &crate::sql::postgres::STATEMENTS;

        // Named prepared statements outlive a transaction, which a pooler in transaction mode does not support.
        shared!(PgConnection, keeps_prepared: false);

        /// In its own transaction. A pooler in transaction mode (PgBouncer) may otherwise use a different server connection for
        /// each step of a statement, which then lacks what the previous one prepared.
        async fn run_alone(
            connection: &mut PgConnection,
            sql: Cow<'static, str>,
            values: Vec<Value<'_>>,
        ) -> Result<Vec<PgRow>, sqlx::Error> {
            let mut transaction = connection.begin().await?;
            let rows = Self::run(&mut transaction, sql, values).await?;
            transaction.commit().await?;
            Ok(rows)
        }

        async fn notify(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
            sqlx::query(NOTIFY).execute(connection).await.map(drop)
        }

        async fn listen(pool: &sqlx::Pool<Self>, wake: impl Fn() + Send) -> Result<(), sqlx::Error> {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                // `None` means that the connection was lost and reopened: notifications in between are lost.
                let _ = listener.try_recv().await?;
                wake();
            }
        }
    }

    cells!(PgRow);
}
