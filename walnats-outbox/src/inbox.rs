//! For consumers: a processed message is not processed again.

use std::time::Duration;

use sqlx::Pool;
#[cfg(feature = "consume")]
use walnats_runtime::Delivery;

use crate::database::{Cells, Database, InTransaction, Value};
use crate::error::DatabaseError;
use crate::outbox::delete_in_batches;
use crate::tables::{Tables, TablesError};

/// Records the messages that a reader has processed, in the transaction that processes them. Its table is part of
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
/// For the handlers of a walnats reader, `Inbox::first` (feature `consume`) takes the event's `Delivery`. With another loop, the id is the
/// header `Nats-Msg-Id`. Messages published by a server's schedule have lost it: use another id for them, such
/// as one from the payload, or the stream's name and sequence number.
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

    /// Uses a table of another name, or in another schema. Use the same [`Tables`] for the outbox that migrates them.
    ///
    /// # Errors
    ///
    /// A name is invalid.
    pub fn tables(self, tables: Tables) -> Result<Self, TablesError> {
        tables.check()?;
        Ok(Self { tables, ..self })
    }

    /// Returns `true` if the message is new, and records it as processed when the transaction commits. On Postgres, it waits
    /// for a concurrent transaction that processes the same message.
    ///
    /// # Errors
    ///
    /// The database failed. On Postgres, transactions at `REPEATABLE READ` or stricter end with [`DatabaseError::Conflict`] if
    /// another one was faster.
    pub async fn once<C: InTransaction>(&self, connection: &mut C, message_id: &str) -> Result<bool, DatabaseError> {
        let values = vec![Value::Text(&self.reader), Value::Text(message_id)];
        let rows = C::Database::run(connection, self.tables.render(C::Database::STATEMENTS.inbox_once), values).await?;
        Ok(rows.first().map(|row| row.integer("seen_ms")).transpose()?.is_some())
    }

    /// Like [`Inbox::once`], for the event that a reader's handler has in hand. The event is known by
    /// [`Delivery::identity`], however often it is delivered or replayed.
    ///
    /// ```no_run
    /// # struct OrderPlaced { id: String }
    /// use walnats_outbox::Inbox;
    /// use walnats_runtime::Delivery;
    ///
    /// async fn bill(
    ///     pool: &sqlx::PgPool,
    ///     inbox: &Inbox,
    ///     order: OrderPlaced,
    ///     about: &Delivery,
    /// ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     let mut transaction = pool.begin().await?;
    ///     if inbox.first(&mut *transaction, about).await? {
    ///         sqlx::query("INSERT INTO bills ...").bind(&order.id).execute(&mut *transaction).await?;
    ///     }
    ///     // The reader acknowledges the event afterwards: if it dies before that, the event comes again, and is known.
    ///     Ok(transaction.commit().await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Inbox::once`].
    #[cfg(feature = "consume")]
    pub async fn first<C: InTransaction>(&self, connection: &mut C, about: &Delivery) -> Result<bool, DatabaseError> {
        self.once(connection, &about.identity()).await
    }

    /// Deletes records of all readers that are older than `older_than`, at most `batch` at a time, and returns their number.
    /// Keep everything that JetStream may still redeliver: more than the longest outage.
    ///
    /// # Errors
    ///
    /// The database failed; earlier batches are committed.
    pub async fn clean_up<D: Database>(
        pool: &Pool<D>,
        older_than: Duration,
        batch: u32,
    ) -> Result<usize, DatabaseError> {
        delete_in_batches(pool, D::STATEMENTS.inbox_clean_up.into(), older_than, batch).await
    }

    /// Like [`Inbox::clean_up`], in the table of this inbox.
    ///
    /// # Errors
    ///
    /// The database failed; earlier batches are committed.
    pub async fn forget<D: Database>(
        &self,
        pool: &Pool<D>,
        older_than: Duration,
        batch: u32,
    ) -> Result<usize, DatabaseError> {
        delete_in_batches(pool, self.tables.render(D::STATEMENTS.inbox_clean_up), older_than, batch).await
    }
}
