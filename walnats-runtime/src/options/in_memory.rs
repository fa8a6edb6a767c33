//! The JetStream in memory that tests run against, and what the publisher does differently there.

use std::time::{Duration, SystemTime};

use super::Options;

#[cfg(feature = "testing")]
use std::sync::Arc;
#[cfg(feature = "testing")]
use std::sync::atomic::{AtomicUsize, Ordering};

/// The JetStream in memory of a publisher.
#[cfg(feature = "testing")]
#[derive(Clone, Debug)]
pub(crate) struct InMemory {
    pub(crate) server: walnats_memory::Memory,
    /// How often the buffer is still to be full.
    pub(crate) full: Arc<AtomicUsize>,
}

#[cfg(feature = "testing")]
impl Options {
    /// The JetStream in memory, if the publisher has one.
    #[cfg_attr(not(feature = "consume"), expect(dead_code, reason = "only readers ask for it"))]
    pub(crate) fn memory(&self) -> Option<&walnats_memory::Memory> {
        self.in_memory.as_ref().map(|in_memory| &in_memory.server)
    }

    /// Whether a test wants the buffer to be full now.
    pub(crate) fn takes_buffer_for_full(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        let full = self.in_memory.as_ref().map(|in_memory| &in_memory.full);
        full.is_some_and(|full| full.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok())
    }
}

impl Options {
    /// The time of the servers: the present, unless a test has moved it.
    pub(crate) fn now(&self) -> SystemTime {
        #[cfg(feature = "testing")]
        if let Some(in_memory) = &self.in_memory {
            return in_memory.server.now();
        }
        SystemTime::now()
    }

    /// Waits for this time by the clock of the servers.
    pub(crate) async fn sleep(&self, time: Duration) {
        #[cfg(feature = "testing")]
        if let Some(in_memory) = &self.in_memory {
            return in_memory.server.sleep(time).await;
        }
        tokio::time::sleep(time).await;
    }

    /// The present as an instant, which moves with the clock of the servers.
    #[cfg(feature = "consume")]
    pub(crate) fn instant(&self) -> tokio::time::Instant {
        let now = tokio::time::Instant::now();
        #[cfg(feature = "testing")]
        if let Some(in_memory) = &self.in_memory {
            return now.checked_add(in_memory.server.moved()).unwrap_or(now);
        }
        now
    }
}
