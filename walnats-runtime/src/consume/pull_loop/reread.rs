//! The end of reading once more what is stored.

use tokio::time::Instant;

use super::{HEARTBEAT, PullLoop};
use crate::chain::Chain;
use crate::consume::consumer;
use crate::register::RegisterError;

impl PullLoop {
    /// Looks whether it has settled everything that was stored as it began.
    pub(super) async fn catch_up(&mut self) {
        let Some((last, looked)) = &mut self.reread else { return };
        if looked.elapsed() < HEARTBEAT || self.has_caught_up {
            return;
        }
        *looked = Instant::now();
        if let Ok(Some(present)) = consumer::present(&self.api, &self.consumer.wanted).await {
            self.has_caught_up = present.ack_floor() >= *last || (present.pending() == 0 && present.unsettled() == 0);
        }
    }

    /// Deletes its consumer, if it has caught up.
    pub(super) async fn forget(&self) {
        if !self.has_caught_up {
            return;
        }
        if let Err(failure) = consumer::delete(&self.api, &self.consumer.wanted).await {
            let (consumer, error) = (&self.consumer.wanted.name, RegisterError::from(failure));
            tracing::warn!(consumer, error = %Chain(&error), "the consumer of a reader that has caught up was not deleted");
        }
    }
}
