//! Faults on demand.

use std::sync::atomic::Ordering;

use walnats_memory::Matches;

use crate::options::InMemory;

/// How an emit ends: see [`Memory::next_emit`](crate::Memory::next_emit).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The event is stored, and the acknowledgement never comes:
    /// [`EmitError::PossiblyStored`](crate::EmitError::PossiblyStored), at once instead of at the deadline.
    PossiblyStored,
    /// The stream is full: [`Reason::StreamFull`](crate::Reason::StreamFull).
    StreamFull,
    /// JetStream answers with this error. Most end the emit as [`Reason::Rejected`](crate::Reason::Rejected); the publisher tries
    /// again where nats-server gets over it, such as 10023 (no space left), and the second attempt succeeds.
    Rejected {
        /// The code, as in nats-server's `errors.json`.
        code: u64,
        /// The words.
        description: String,
    },
    /// The buffer is full: `try_buffered`, and `buffered` with [`Full::Refuse`](crate::Full::Refuse), end as
    /// [`Reason::BufferFull`](crate::Reason::BufferFull). Other emits do not notice.
    BufferFull,
}

impl Fault {
    /// What full streams answer.
    const STREAM_FULL: (u64, &str) = (10077, "maximum messages exceeded");

    pub(super) fn plan(self, memory: &InMemory, times: usize, matches: Matches) {
        match self {
            Self::PossiblyStored => memory.server.withhold(times, matches),
            Self::StreamFull => {
                let (code, description) = Self::STREAM_FULL;
                memory.server.refuse(times, matches, 503, code, description);
            }
            Self::Rejected { code, description } => memory.server.refuse(times, matches, 400, code, &description),
            Self::BufferFull => drop(memory.full.fetch_add(times, Ordering::SeqCst)),
        }
    }
}
