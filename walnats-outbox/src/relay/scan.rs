//! Scans the outbox for rows to lease.

use std::time::{Duration, Instant};

use super::context::Context;
use super::options::Parking;
use crate::claim::{Claim, Look, Wish, look};
use crate::database::Database;
use crate::error::DatabaseError;

/// How long a scan may continue before it restarts at the beginning, where rows may have become free.
const RETURN_AFTER: Duration = Duration::from_secs(10);

/// Starts with the oldest rows. If those are all blocked, it continues window by window, so that a long queue behind one row
/// blocks nothing else, and each query stays short.
#[derive(Debug)]
pub(super) struct Scan {
    /// No rows were available between the first window and this id.
    further: i64,
    left: Instant,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self { further: 0, left: Instant::now() }
    }

    pub(super) async fn next<D: Database>(&mut self, context: &Context<D>) -> Result<Option<Claim>, DatabaseError> {
        let paused = context.pauses.now();
        let options = &context.options;
        let wish = Wish {
            batch: options.batch,
            lease: options.lease,
            paused: &paused,
            parked_blocks: options.parking == Parking::BlocksKey,
            patience: options.lease / 3,
        };
        let outbox = &context.outbox;
        if self.left.elapsed() > RETURN_AFTER {
            *self = Self::new();
        }
        let mut after = 0;
        loop {
            match look(outbox, after, &wish).await? {
                Look::Found(claim) => return Ok(Some(claim)),
                Look::Nothing { next_after: Some(next) } => {
                    after = next.max(self.further);
                    self.further = after;
                }
                Look::Nothing { next_after: None } => {
                    *self = Self::new();
                    return Ok(None);
                }
            }
        }
    }
}
