//! A transactional outbox: events commit or roll back with the data that they are about, and reach NATS JetStream.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod claim;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod database;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod enqueue;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod inbox;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod outbox;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod read;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod relay;
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod settle;
pub mod sql;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod status;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use self::{
    database::{Database, InTransaction},
    enqueue::{Enqueue, Enqueued, IntoMessage},
    error::{DatabaseError, EnqueueError, MigrateError, RelayError},
    inbox::Inbox,
    outbox::{Outbox, Parked},
    relay::{AfterWindow, Parking, Relay, Tally},
    status::Status,
};
pub use row::{KeyError, MAX_KEY_BYTES, NewRow, Row, RowError};
