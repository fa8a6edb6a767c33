//! Background tasks of a relay.

use std::sync::Arc;
use std::time::Duration;

use super::context::Context;
use super::pause::back_off;
use super::verdict::text;
use crate::database::Database;
use crate::error::DatabaseError;

/// The interval of the clean-up, unless rows are kept for less.
const CLEAN_UP_EVERY: Duration = Duration::from_secs(60);
/// Counting rows is expensive.
#[cfg(feature = "metrics")]
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// The maximum number of rows per deletion.
const BATCH: u32 = 1_000;

/// Periodically deletes old sent rows.
pub(super) async fn clean_up<D: Database>(context: Arc<Context<D>>) {
    let Some(keep) = context.options.keep_sent else { return };
    loop {
        match context.outbox.clean_up(keep, BATCH).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "deleted sent rows from the outbox"),
            Err(error) => tracing::warn!(error = %text(&error), "cannot delete sent rows from the outbox"),
        }
        tokio::time::sleep(CLEAN_UP_EVERY.min(keep.max(Duration::from_secs(1)))).await;
    }
}

/// Periodically reports depth and age: `walnats_outbox_pending`, `walnats_outbox_parked` and
/// `walnats_outbox_oldest_seconds`, which is 0 if nothing is due; and `walnats_outbox_streams_in_trouble`.
#[cfg(feature = "metrics")]
pub(super) async fn measure<D: Database>(context: Arc<Context<D>>) {
    loop {
        metrics::gauge!("walnats_outbox_streams_in_trouble").set(context.pauses.count() as f64);
        // The main loop reports a database that is unavailable.
        if let Ok(status) = context.outbox.status().await {
            metrics::gauge!("walnats_outbox_pending").set(status.pending as f64);
            metrics::gauge!("walnats_outbox_parked").set(status.parked as f64);
            metrics::gauge!("walnats_outbox_oldest_seconds").set(status.oldest.unwrap_or_default());
        }
        tokio::time::sleep(MEASURE_EVERY).await;
    }
}

/// Wakes the relay when another process commits an event.
pub(super) async fn listen<D: Database>(context: Arc<Context<D>>) {
    let mut failures = 0;
    loop {
        let shared = Arc::clone(&context.outbox.shared);
        if let Err(error) = D::listen(&context.outbox.pool, move || shared.wake.notify_one()).await {
            failures += 1;
            let error = DatabaseError::from(error);
            tracing::warn!(error = %text(&error), "cannot listen for notifications; polling the outbox instead");
        }
        tokio::time::sleep(back_off(Duration::from_secs(1), Duration::from_secs(30), failures)).await;
    }
}
