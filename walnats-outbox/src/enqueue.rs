//! Enqueueing an event.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::SystemTime;

use walnats_runtime::{BoxFuture, Emit, EmitError, Event, OutboundMessage};

use crate::database::{Cells, Database, Value};
use crate::error::{DatabaseError, EnqueueError};
use crate::outbox::{Outbox, Shared};
use crate::row::NewRow;

/// What an outbox accepts: an emit that is not awaited, or a finished message.
pub trait IntoMessage {
    /// Validates and encodes.
    ///
    /// # Errors
    ///
    /// The event violates its schema, or an option cannot be satisfied.
    fn into_message(self) -> Result<OutboundMessage, EmitError>;
}

impl<E: Event> IntoMessage for Emit<'_, E> {
    fn into_message(self) -> Result<OutboundMessage, EmitError> {
        Emit::into_message(self)
    }
}

impl IntoMessage for OutboundMessage {
    fn into_message(self) -> Result<OutboundMessage, EmitError> {
        Ok(self)
    }
}

impl<D: Database> Outbox<D> {
    /// Adds an event to the outbox within the transaction of `connection`: the event is published if and only if that
    /// commits. The event is validated first; a failure leaves the transaction unchanged.
    ///
    /// ```no_run
    /// # use walnats_runtime::OutboundMessage;
    /// # struct User { user_id: String }
    /// # struct Events;
    /// # impl Events { fn emit_user_created(&self, _: &User) -> OutboundMessage { unimplemented!() } }
    /// # async fn f(pool: sqlx::SqlitePool, outbox: walnats_outbox::Outbox<sqlx::Sqlite>, events: Events, user: User)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    /// outbox.enqueue(&mut *transaction, events.emit_user_created(&user)).key(&user.user_id).await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A relay in this process polls immediately, and then at increasing intervals, so that it finds the event soon after
    /// the commit; [`Outbox::wake`] after the commit avoids the wait.
    ///
    /// # Errors
    ///
    /// The event is invalid, or the database failed.
    pub fn enqueue<'c>(&self, connection: &'c mut D::Connection, event: impl IntoMessage) -> Enqueue<'c, D> {
        let shared = Arc::clone(&self.shared);
        Enqueue { shared, connection, message: event.into_message(), key: None, not_before: None }
    }
}

/// An event that is being enqueued; see [`Outbox::enqueue`].
#[must_use = "nothing is enqueued until this is awaited"]
pub struct Enqueue<'c, D: Database> {
    shared: Arc<Shared<D>>,
    connection: &'c mut D::Connection,
    message: Result<OutboundMessage, EmitError>,
    key: Option<String>,
    not_before: Option<SystemTime>,
}

impl<D: Database> Enqueue<'_, D> {
    /// The ordering key, such as an entity's id: JetStream stores events with the same key in commit order. At most 1,024
    /// bytes, without control characters. Default: none, and order is not guaranteed.
    ///
    /// On Postgres, the transaction waits here until no other transaction with the same key is open, and later ones wait for
    /// it in turn. Two transactions that enqueue for the same two keys in different orders can deadlock; Postgres then
    /// aborts one with [`DatabaseError::Conflict`](crate::DatabaseError::Conflict).
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Holds the event, and later ones with its key, in the outbox until this time on the database's clock.
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.not_before = Some(time);
        self
    }
}

/// An enqueued event; it is in the outbox once its transaction commits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enqueued {
    /// The row's id.
    pub id: i64,
    /// The message's id, sent as `Nats-Msg-Id`.
    pub message_id: String,
}

impl<'c, D: Database> IntoFuture for Enqueue<'c, D> {
    type Output = Result<Enqueued, EnqueueError>;
    type IntoFuture = BoxFuture<'c, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let row = NewRow::new(self.message?, self.key, self.not_before)?;
            let id = insert(&self.shared, self.connection, &row).await?;
            if self.shared.notify {
                D::notify(self.connection).await.map_err(DatabaseError::from)?;
            }
            self.shared.wake.notify_one();
            Ok(Enqueued { id, message_id: row.message_id })
        })
    }
}

async fn insert<D: Database>(
    shared: &Shared<D>,
    connection: &mut D::Connection,
    row: &NewRow,
) -> Result<i64, DatabaseError> {
    let values = vec![
        Value::Text(&row.event),
        Value::Text(&row.stream),
        Value::Text(&row.subject),
        Value::Text(&row.message_id),
        Value::Text(&row.headers),
        Value::Bytes(&row.payload),
        Value::Integer(row.duplicate_window_ms),
        Value::MaybeText(row.ordering_key.as_deref()),
        Value::Integer(row.not_before_ms),
    ];
    let rows = D::run(connection, shared.statements.enqueue.clone(), values).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(row.integer("id")?)
}

impl<D: Database> fmt::Debug for Enqueue<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enqueue").field("message", &self.message).finish_non_exhaustive()
    }
}
