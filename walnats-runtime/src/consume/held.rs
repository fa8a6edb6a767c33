//! A message in hand whose turn may come later, and how long it certainly is this reader's.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::{Client, Message, Request, Subject};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::delivery::Position;

/// A message in hand.
///
/// A server gives a message to nobody else for `ack_wait` after it delivered it, or after it was told that it is in progress.
/// Both happen after the reader asked for it; so, counted from when it asked, the message is certainly its own for that time,
/// however long the answer took. A tenth is left out, for clocks that run at different rates.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) message: Arc<Message>,
    pub(super) position: Position,
    lease: Mutex<Lease>,
    /// What shall become of it was sent to the server.
    is_settling: AtomicBool,
    is_extending: AtomicBool,
    gave_up: Notify,
}

#[derive(Debug)]
struct Lease {
    /// The subject of its acknowledgement, from its last delivery.
    reply: Subject,
    /// When the reader asked for it; `None` if somebody else may have it, whatever the time is.
    asked: Option<Instant>,
    term: Duration,
    /// A handler that neither ends nor can be cancelled does not keep its event for ever.
    extend_until: Option<Instant>,
}

impl Held {
    /// `asked` is when the reader asked for it, or earlier.
    pub(super) fn new(
        message: Arc<Message>,
        reply: Subject,
        position: Position,
        asked: Instant,
        ack_wait: Duration,
    ) -> Self {
        let lease = Lease { reply, asked: Some(asked), term: ack_wait - ack_wait / 10, extend_until: None };
        let no = || AtomicBool::new(false);
        let gave_up = Notify::new();
        Self { message, position, lease: Mutex::new(lease), is_settling: no(), is_extending: no(), gave_up }
    }

    /// It was delivered again, to this reader.
    pub(super) fn again(&self, reply: Subject, asked: Instant) {
        let mut lease = self.lease();
        (lease.reply, lease.extend_until) = (reply, None);
        lease.asked = lease.asked.max(Some(asked));
    }

    pub(super) fn reply(&self) -> Subject {
        self.lease().reply.clone()
    }

    pub(super) fn has_lapsed(&self) -> bool {
        self.until().is_none_or(|until| Instant::now() >= until)
    }

    /// Completes when somebody else may have it.
    pub(super) async fn lapsed(&self) {
        loop {
            let mut gave_up = pin!(self.gave_up.notified());
            gave_up.as_mut().enable();
            let Some(until) = self.until().filter(|until| Instant::now() < *until) else { return };
            tokio::select! {
                () = sleep_until(until) => {}
                () = gave_up => {}
            }
        }
    }

    /// Somebody else may have it.
    pub(super) fn lapse(&self) {
        self.lease().asked = None;
        self.gave_up.notify_waiters();
    }

    /// It is kept for that long from now on, at most.
    pub(super) fn keep_for(&self, limit: Duration) {
        self.lease().extend_until = Instant::now().checked_add(limit);
    }

    pub(super) fn settles(&self, is_settling: bool) {
        self.is_settling.store(is_settling, Ordering::Release);
    }

    /// Whether the server certainly has it as not settled, and as this reader's.
    pub(super) fn is_pending(&self) -> bool {
        !self.is_settling.load(Ordering::Acquire) && !self.has_lapsed()
    }

    /// Whether the server should be told that it is in progress. Not if somebody else may have it: it would never come again.
    pub(super) fn is_due(&self) -> bool {
        let lease = self.lease();
        lease.asked.is_some_and(|asked| (lease.term / 4..lease.term).contains(&asked.elapsed()))
            && lease.extend_until.is_none_or(|until| Instant::now() < until)
            && !self.is_settling.load(Ordering::Acquire)
            && !self.is_extending.swap(true, Ordering::AcqRel)
    }

    /// Tells the server that it is in progress. That counts only if the server confirms it before somebody else can have the
    /// message.
    pub(super) async fn extend(&self, client: &Client) {
        let asked = Instant::now();
        let request = Request::new().payload("+WPI".into()).timeout(Some(self.lease().term / 4));
        if client.send_request(self.reply(), request).await.is_ok() {
            let mut lease = self.lease();
            if lease.asked.is_some_and(|before| Instant::now() < before + lease.term) {
                lease.asked = Some(asked);
            }
        }
        self.is_extending.store(false, Ordering::Release);
    }

    fn until(&self) -> Option<Instant> {
        let lease = self.lease();
        lease.asked.map(|asked| asked + lease.term)
    }

    fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
