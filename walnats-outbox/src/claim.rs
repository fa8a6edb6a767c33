//! Selects and leases the next rows for a relay.
//!
//! A relay reads a window of pending rows, selects some and leases them. Other relays are not locked out in between; that is
//! correct because the rule of [`in_turn`] is applied again to the rows that were actually leased.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::database::{Cells, Database, Value, run};
use crate::error::DatabaseError;
use crate::outbox::Outbox;
use crate::read;
use crate::row::{Row, milliseconds};

/// Pending rows read per row to lease, since rows that wait for their key's predecessor count, too.
const LOOKED_AT: u32 = 8;

/// A relay's request.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    /// The maximum number of rows.
    pub(crate) batch: u32,
    /// The duration of the lease.
    pub(crate) lease: Duration,
    /// Streams whose rows are skipped.
    pub(crate) paused: &'a [String],
    /// Whether a parked row blocks its key.
    pub(crate) parked_blocks: bool,
    /// The timeout of each statement.
    pub(crate) patience: Duration,
}

/// Leased rows, which no other relay sends before the lease ends.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Ordered by id.
    pub(crate) rows: Vec<Row>,
    /// Rows that were leased although it is not their turn; they are released unsent.
    pub(crate) out_of_turn: Vec<Row>,
    /// The database's clock when the lease began, or slightly before.
    pub(crate) now_ms: i64,
    /// The same moment on the local clock, or slightly before.
    pub(crate) began: Instant,
}

/// The result of reading one window.
#[derive(Debug)]
pub(crate) enum Look {
    /// Rows to send.
    Found(Claim),
    /// No rows; the next window, if any, begins after this id.
    Nothing { next_after: Option<i64> },
}

/// Leases rows from the window after an id.
pub(crate) async fn look<D: Database>(outbox: &Outbox<D>, after: i64, wish: &Wish<'_>) -> Result<Look, DatabaseError> {
    let (pool, statements) = (&outbox.pool, &outbox.shared.statements);
    let began = Instant::now();
    let size = Value::Integer(i64::from(wish.batch.saturating_mul(LOOKED_AT)));
    let window = run(pool, wish.patience, statements.window.clone(), vec![Value::Integer(after), size]).await?;
    let window = window.first().ok_or(sqlx::Error::RowNotFound)?;
    let (now_ms, end) = (window.integer("now_ms")?, window.maybe_integer("end_id")?);

    let paused = read::json(&wish.paused);
    let values = vec![
        Value::Integer(after),
        Value::Integer(end.unwrap_or(i64::MAX)),
        Value::Integer(now_ms),
        Value::Text(&paused),
        Value::Integer(wish.parked_blocks.into()),
    ];
    let candidates = run(pool, wish.patience, statements.candidates.clone(), values).await?;
    let candidates = candidates
        .iter()
        .map(|cells| Ok(Candidate { id: cells.integer("id")?, predecessor: cells.maybe_integer("predecessor")? }))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    let wanted = in_turn(&candidates, wish.batch as usize);
    if wanted.is_empty() {
        return Ok(Look::Nothing { next_after: end.map(|end| end - 1) });
    }

    let ids = read::json(&wanted.iter().map(|candidate| candidate.id).collect::<Vec<_>>());
    let values = vec![Value::Text(&ids), Value::Integer(now_ms), Value::Integer(milliseconds(wish.lease))];
    let leased = run(pool, wish.patience, statements.lease.clone(), values).await?;
    let mut rows = leased.iter().map(read::row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|row| row.id);
    let got: HashSet<i64> = rows.iter().map(|row| row.id).collect();
    let got: Vec<Candidate> = wanted.into_iter().filter(|candidate| got.contains(&candidate.id)).collect();
    let in_turn: HashSet<i64> = in_turn(&got, usize::MAX).iter().map(|candidate| candidate.id).collect();
    let (rows, out_of_turn) = rows.into_iter().partition(|row| in_turn.contains(&row.id));
    Ok(Look::Found(Claim { rows, out_of_turn, now_ms, began }))
}

/// A row that is due and not leased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate {
    id: i64,
    /// The previous row of the same key that still blocks it: pending, or parked where that blocks the key.
    predecessor: Option<i64>,
}

/// The candidates without a predecessor, or whose predecessor is selected, too. Ids of one key are in commit order, so no
/// earlier row can appear later; and no other relay can send a selected predecessor in the meantime.
fn in_turn(candidates: &[Candidate], limit: usize) -> Vec<Candidate> {
    let mut taken = HashSet::new();
    let mut is_in_turn = |candidate: &&Candidate| {
        let free = candidate.predecessor.is_none_or(|predecessor| taken.contains(&predecessor));
        free && taken.insert(candidate.id)
    };
    candidates.iter().filter(|candidate| is_in_turn(candidate)).take(limit).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(candidates: &[(i64, Option<i64>)], limit: usize) -> Vec<i64> {
        let candidates: Vec<_> = candidates.iter().map(|&(id, predecessor)| Candidate { id, predecessor }).collect();
        in_turn(&candidates, limit).iter().map(|candidate| candidate.id).collect()
    }

    #[test]
    fn a_row_follows_its_predecessor_or_waits() {
        let free = [(1, None), (2, None), (3, Some(1)), (4, Some(3)), (5, Some(2))];
        assert_eq!(ids(&free, 9), [1, 2, 3, 4, 5]);
        assert_eq!(ids(&free, 3), [1, 2, 3]);
        // Another relay has row 3: its successors wait, and no other rows do.
        let busy = [(1, None), (2, None), (4, Some(3)), (5, Some(2)), (6, Some(4))];
        assert_eq!(ids(&busy, 9), [1, 2, 5]);
    }
}
