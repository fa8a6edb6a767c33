//! Converts columns to values.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::database::Cells;
use crate::row::Row;
use crate::status::{Pending, PendingKey, Status};

pub(crate) fn row(cells: &impl Cells) -> Result<Row, sqlx::Error> {
    Ok(Row {
        id: cells.integer("id")?,
        event: cells.text("event")?,
        stream: cells.text("stream")?,
        subject: cells.text("subject")?,
        message_id: cells.text("message_id")?,
        headers: cells.text("headers")?,
        payload: cells.bytes("payload")?.into(),
        duplicate_window: duration(cells.integer("duplicate_window_ms")?),
        ordering_key: cells.maybe_text("ordering_key")?,
        created: time(cells.integer("created_ms")?),
        epoch: cells.integer("epoch")?,
        first_attempt: cells.maybe_integer("first_attempt_ms")?.map(time),
        attempts: count(cells.integer("attempts")?),
        refusals: count(cells.integer("refusals")?),
        last_error: cells.maybe_text("last_error")?,
    })
}

pub(crate) fn status(cells: &impl Cells) -> Result<Status, sqlx::Error> {
    let count = |column| cells.integer(column).map(|count| u64::try_from(count).unwrap_or(0));
    let now = cells.integer("now_ms")?;
    Ok(Status {
        pending: count("pending")?,
        leased: count("leased")?,
        held: count("held")?,
        oldest: cells.maybe_integer("oldest_ms")?.map(|oldest| duration(now - oldest)),
        attempts: cells.maybe_integer("attempts")?.map_or(0, |attempts| u64::try_from(attempts).unwrap_or(0)),
        last_error: cells.maybe_text("last_error")?,
        parked: count("parked")?,
        sent: count("sent")?,
    })
}

pub(crate) fn pending(cells: &impl Cells) -> Result<Pending, sqlx::Error> {
    let count = |column| cells.maybe_integer(column).map(|count| u64::try_from(count.unwrap_or(0)).unwrap_or(0));
    let now = cells.integer("now_ms")?;
    Ok(Pending {
        stream: cells.text("stream")?,
        pending: count("pending")?,
        leased: count("leased")?,
        held: count("held")?,
        blocked: count("blocked")?,
        keys: count("key_count")?,
        oldest: cells.maybe_integer("oldest_ms")?.map(|oldest| duration(now - oldest)),
        attempts: count("attempts")?,
        last_error: cells.maybe_text("last_error")?,
    })
}

pub(crate) fn pending_key(cells: &impl Cells) -> Result<PendingKey, sqlx::Error> {
    Ok(PendingKey {
        key: cells.text("ordering_key")?,
        pending: u64::try_from(cells.integer("pending")?).unwrap_or(0),
        first: cells.integer("first_id")?,
        oldest: duration(cells.integer("now_ms")? - cells.integer("oldest_ms")?),
        blocked_by: cells.maybe_integer("blocked_by")?,
        last_error: cells.maybe_text("last_error")?,
    })
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and strings are JSON")
}

/// Milliseconds since 1970, as rows have them.
pub(crate) fn since_epoch(time: SystemTime) -> i64 {
    crate::row::milliseconds(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn time(milliseconds: i64) -> SystemTime {
    UNIX_EPOCH.checked_add(duration(milliseconds)).unwrap_or(UNIX_EPOCH)
}

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
