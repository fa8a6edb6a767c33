//! A relay with short waits, so that trials see rows being retried and parked.

use std::time::{Duration, Instant};

use sqlx::Pool;
use walnats_outbox::{Database, Outbox, Parking, Relay};
use walnats_runtime::Publisher;

use crate::Result;
use crate::database::{Act, Store};

/// Sends everything that is left, next to the relays that still hold leases.
#[derive(Debug)]
pub struct Finish {
    /// A publisher that no fault affects.
    pub publisher: Publisher,
    /// The time limit.
    pub limit: Duration,
    /// Whether parked events are expected.
    pub parks: bool,
}

impl Act for Finish {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let (outbox, start) = (Outbox::new(pool), Instant::now());
        loop {
            // The database may be busy with a relay.
            let _ = brisk(outbox.relay(&self.publisher)).drain().await;
            match outbox.status().await {
                Ok(status) if status.parked > 0 && !self.parks => {
                    return Err(format!("events were parked: {status}").into());
                }
                Ok(status) if status.pending == 0 => return Ok(()),
                Ok(status) if start.elapsed() > self.limit => return Err(format!("events are left: {status}").into()),
                Err(error) if start.elapsed() > self.limit => return Err(error.into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// A relay with short waits.
pub fn brisk<D: Database>(relay: Relay<D>) -> Relay<D> {
    let (shortest, longest) = (Duration::from_millis(20), Duration::from_millis(500));
    let relay = relay.lease(Duration::from_secs(1)).batch(20).poll_every(shortest);
    // Parked rows block nothing, and are parked within the duration of a trial.
    relay.retry(shortest, longest).max_refusals(4).parking(Parking::PassesKey)
}
