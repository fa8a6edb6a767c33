//! Records the results of attempts as marks, in batches, and only if the lease's epoch is still current.

use serde::Serialize;
use std::collections::HashSet;
use std::time::Duration;

use crate::database::{Cells, Database, Value, run};
use crate::error::DatabaseError;
use crate::outbox::Outbox;
use crate::read;
use crate::row::Row;

/// The new state of a row. The statement `settle` reads these names.
#[derive(Debug, Serialize)]
pub(crate) struct Mark {
    pub(crate) id: i64,
    epoch: i64,
    pub(crate) state: &'static str,
    /// 1 if no attempt was made.
    unsent: u8,
    /// 1 if the row itself was rejected.
    refused: u8,
    wait_ms: i64,
    first_attempt_ms: Option<i64>,
    sequence: Option<i64>,
    pub(crate) error: Option<String>,
}

impl Mark {
    fn new(row: &Row, state: &'static str) -> Self {
        Self {
            id: row.id,
            epoch: row.epoch,
            state,
            unsent: 0,
            refused: 0,
            wait_ms: 0,
            first_attempt_ms: row.first_attempt.map(read::since_epoch),
            sequence: None,
            error: None,
        }
    }

    /// JetStream stored it.
    pub(crate) fn sent(row: &Row, sequence: u64) -> Self {
        Self { sequence: i64::try_from(sequence).ok(), ..Self::new(row, "sent") }
    }

    /// Nothing was sent; the next relay may try immediately.
    pub(crate) fn unsent(row: &Row, first_attempt_ms: Option<i64>) -> Self {
        Self { unsent: 1, first_attempt_ms, ..Self::new(row, "pending") }
    }

    /// It failed and will be retried.
    pub(crate) fn again(row: &Row, wait: Duration, first_attempt_ms: Option<i64>, error: String) -> Self {
        let wait_ms = crate::row::milliseconds(wait);
        Self { wait_ms, first_attempt_ms, error: Some(error), ..Self::new(row, "pending") }
    }

    /// It is a dead letter.
    pub(crate) fn parked(row: &Row, first_attempt_ms: Option<i64>, error: String) -> Self {
        Self { first_attempt_ms, error: Some(error), ..Self::new(row, "parked") }
    }

    /// The row itself is at fault.
    pub(crate) fn refused(self) -> Self {
        Self { refused: 1, ..self }
    }
}

/// Writes marks, and returns the ids of the rows whose lease was still held.
pub(crate) async fn settle<D: Database>(
    outbox: &Outbox<D>,
    patience: Duration,
    marks: &[Mark],
) -> Result<HashSet<i64>, DatabaseError> {
    let marks = read::json(&marks);
    let rows = run(&outbox.pool, patience, outbox.shared.statements.settle.clone(), vec![Value::Text(&marks)]).await?;
    Ok(rows.iter().map(|row| row.integer("id")).collect::<Result<_, _>>()?)
}
