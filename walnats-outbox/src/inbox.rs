//! For readers: what was processed is not processed again.

use std::time::Duration;

use sqlx::Pool;

use crate::database::{Cells, Database, InTransaction, Value};
use crate::error::DatabaseError;
use crate::outbox::delete_in_batches;
use crate::tables::{Tables, TablesError};

/// Remembers which messages a reader has processed, in the transaction that processes them. Its table is among
/// [`Outbox::migrations`](crate::Outbox::migrations).
///
/// ```no_run
/// # async fn f(pool: sqlx::Pool<sqlx::Sqlite>, id: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = walnats_outbox::Inbox::new("billing");
/// let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
/// if inbox.once(&mut *transaction, id).await? {
///     // Process the message, in this transaction.
/// }
/// transaction.commit().await?;
/// // Acknowledge the message.
/// # Ok(())
/// # }
/// ```
///
/// The id is the header `Nats-Msg-Id`. What a server's schedule has published has lost it: use another id there, such
/// as one of the payload, or the stream's name and sequence number.
#[derive(Clone, Debug)]
pub struct Inbox {
    reader: String,
    tables: Tables,
}

impl Inbox {
    /// The inbox of a reader, by name: two readers process each message once each.
    pub fn new(reader: impl Into<String>) -> Self {
        Self { reader: reader.into(), tables: Tables::new() }
    }

    /// The inbox in a table of another name, or in another schema. Let the outbox that makes the tables have the same.
    ///
    /// # Errors
    ///
    /// A name cannot be used.
    pub fn tables(self, tables: Tables) -> Result<Self, TablesError> {
        tables.check()?;
        Ok(Self { tables, ..self })
    }

    /// `true` if the message was not processed before; it is as soon as the transaction commits. Where another
    /// transaction is about to process it, this one waits for its end on Postgres.
    ///
    /// # Errors
    ///
    /// The database refused. On Postgres, transactions of `REPEATABLE READ` or stricter end with
    /// [`DatabaseError::Conflict`] where another one was faster.
    pub async fn once<C: InTransaction>(&self, connection: &mut C, message_id: &str) -> Result<bool, DatabaseError> {
        let values = vec![Value::Text(&self.reader), Value::Text(message_id)];
        let rows = C::Database::run(connection, self.tables.render(C::Database::STATEMENTS.inbox_once), values).await?;
        Ok(rows.first().map(|row| row.integer("seen_ms")).transpose()?.is_some())
    }

    /// Forgets messages, of all readers, that were processed longer ago, at most `batch` at a time. Gives how many.
    /// Nothing that JetStream may deliver again should be forgotten: keep more than the longest outage.
    ///
    /// # Errors
    ///
    /// The database did not do it; earlier batches are done.
    pub async fn clean_up<D: Database>(
        pool: &Pool<D>,
        older_than: Duration,
        batch: u32,
    ) -> Result<usize, DatabaseError> {
        delete_in_batches(pool, D::STATEMENTS.inbox_clean_up.into(), older_than, batch).await
    }

    /// Like [`Inbox::clean_up`], in the table of this inbox: of all readers, too.
    ///
    /// # Errors
    ///
    /// The database did not do it; earlier batches are done.
    pub async fn forget<D: Database>(
        &self,
        pool: &Pool<D>,
        older_than: Duration,
        batch: u32,
    ) -> Result<usize, DatabaseError> {
        delete_in_batches(pool, self.tables.render(D::STATEMENTS.inbox_clean_up), older_than, batch).await
    }
}
