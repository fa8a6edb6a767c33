//! Says "in progress" for what is in hand, so that the server does not deliver it again: in a task of its own, because a handler
//! may block its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::{Client, Subject};
use tokio::time::{Instant, interval};

/// What is in hand.
#[derive(Clone, Debug)]
pub(super) struct InProgress {
    held: Arc<Mutex<HashMap<u64, Held>>>,
    next: Arc<AtomicU64>,
    every: Duration,
    /// Held while one is said, so that nothing is settled meanwhile: said after a negative acknowledgement, it would undo the
    /// pause.
    saying: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone, Debug)]
struct Held {
    /// The subject of its acknowledgement.
    reply: Subject,
    said: Instant,
    /// A handler that neither ends nor can be cancelled does not keep its event for ever.
    until: Option<Instant>,
}

/// Says it until it ends or is dropped.
pub(super) struct InProgressGuard {
    in_progress: InProgress,
    number: u64,
}

impl InProgress {
    pub(super) fn new(ack_wait: Duration) -> Self {
        Self { held: Arc::default(), next: Arc::default(), every: ack_wait / 3, saying: Arc::default() }
    }

    /// Starts saying it.
    pub(super) fn of(&self, reply: Subject) -> InProgressGuard {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.all().insert(number, Held { reply, said: Instant::now(), until: None });
        InProgressGuard { in_progress: self.clone(), number }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says it for all that is in hand; never ends.
    pub(super) async fn run(self, client: Client) {
        let mut ticks = interval((self.every / 4).max(Duration::from_millis(50)));
        loop {
            ticks.tick().await;
            for number in self.due() {
                let _saying = self.saying.lock().await;
                // Others may have ended since they were found to be due.
                let Some(reply) = self.all().get(&number).map(|held| held.reply.clone()) else { continue };
                // Without a connection, nothing can be said; the event comes again.
                let _ = client.publish(reply, "+WPI".into()).await;
            }
        }
    }

    fn due(&self) -> Vec<u64> {
        let now = Instant::now();
        let mut all = self.all();
        let due = all.iter_mut().filter(|(_, held)| {
            held.until.is_none_or(|until| now < until) && now.duration_since(held.said) >= self.every
        });
        due.map(|(number, held)| {
            held.said = now;
            *number
        })
        .collect()
    }
}

impl InProgressGuard {
    /// Stops saying it after this time at the latest.
    pub(super) fn for_at_most(&self, limit: Duration) {
        if let Some(held) = self.in_progress.all().get_mut(&self.number) {
            held.until = Instant::now().checked_add(limit);
        }
    }

    /// Stops saying it: whatever is sent over the connection from now on comes after it.
    pub(super) async fn end(self) {
        let saying = self.in_progress.saying.clone();
        let _saying = saying.lock().await;
        drop(self);
    }
}

impl Drop for InProgressGuard {
    fn drop(&mut self) {
        self.in_progress.all().remove(&self.number);
    }
}
