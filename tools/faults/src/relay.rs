//! A relay that is quick to give up and to try again, so that a trial sees what becomes of it.

use std::time::{Duration, Instant};

use sqlx::Pool;
use walnats_outbox::{Database, Outbox, Parking, Relay};
use walnats_runtime::Publisher;

use crate::Result;
use crate::database::{Act, Store};

/// Sends everything that is left, beside the relays that still hold leases.
#[derive(Debug)]
pub struct Finish {
    /// A publisher that nothing is in the way of.
    pub publisher: Publisher,
    /// No longer than this.
    pub limit: Duration,
    /// Whether it is in order that events are given up.
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
                    return Err(format!("events were given up: {status}").into());
                }
                Ok(status) if status.pending == 0 => return Ok(()),
                Ok(status) if start.elapsed() > self.limit => return Err(format!("events are left: {status}").into()),
                Err(error) if start.elapsed() > self.limit => return Err(error.into()),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// With short waits.
pub fn brisk<D: Database>(relay: Relay<D>) -> Relay<D> {
    let (shortest, longest) = (Duration::from_millis(20), Duration::from_millis(500));
    let relay = relay.lease(Duration::from_secs(1)).batch(20).poll_every(shortest);
    // What is given up holds nothing up, and is given up while the trial lasts.
    relay.retry(shortest, longest).max_refusals(4).parking(Parking::PassesKey)
}
