//! Whether the engine's task runs, and waking it in a way that a blocked caller cannot hold up.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::buffer::Buffer;
use crate::error::{FlushError, Reason, ShutdownError};

/// Why a task ended that had not been told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// The runtime that it ran on was shut down.
    Runtime,
    /// It panicked: a bug, or a runtime without a timer.
    Panic,
}

/// What the publisher's handles and the task know of each other. The task may be gone before the handles are, with its runtime.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) buffer: Arc<Buffer>,
    runtime: OnceLock<Handle>,
    death: Mutex<Option<(Death, usize)>>,
    /// The client was closed, or gave up connecting.
    pub(super) client_closed: AtomicBool,
    /// The subscription that acknowledgements come to was denied.
    pub(super) inbox_denied: AtomicBool,
    rest: Rest,
}

impl Life {
    pub(super) fn new(buffer: Buffer) -> Self {
        Self {
            buffer: Arc::new(buffer),
            runtime: OnceLock::new(),
            death: Mutex::new(None),
            client_closed: AtomicBool::new(false),
            inbox_denied: AtomicBool::new(false),
            rest: Rest::new(),
        }
    }

    /// The runtime that the task was started on.
    pub(super) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }

    pub(super) fn starts_on(&self, runtime: Handle) {
        // Started once; and of two handles, the first counts.
        let _ = self.runtime.set(runtime);
    }

    /// The task is about to be gone with `unconfirmed` messages that nobody will send. Whoever comes from now on is told.
    pub(super) fn dies(&self, death: Death, unconfirmed: usize) {
        self.death.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((death, unconfirmed));
        self.buffer.close();
    }

    fn death(&self) -> Option<(Death, usize)> {
        *self.death.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing is accepted any more.
    pub(super) fn reason(&self) -> Reason {
        self.death().map_or(Reason::Closed, |(death, _)| death.reason())
    }

    /// The end of a `flush` that the task does not answer.
    pub(super) fn flush_error(&self) -> FlushError {
        self.death().map_or(FlushError::Closed, |(death, _)| FlushError::Ended(death.text()))
    }

    /// The end of a `shutdown` that the task does not answer: somebody else shut it down and was given what was left, or the task
    /// is gone.
    pub(super) fn shutdown_end(&self) -> Result<(), ShutdownError> {
        match self.death() {
            None | Some((Death::Runtime, 0)) => Ok(()),
            Some((death, unconfirmed)) => Err(ShutdownError::ended(death.text(), unconfirmed)),
        }
    }

    /// Polls the task, and remembers whether it waits.
    pub(super) fn poll<T>(&self, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>, cx: &mut Context<'_>) -> Poll<T> {
        self.rest.ends();
        let end = poll(cx);
        if end.is_pending() {
            self.rest.begins();
        }
        end
    }

    /// After something was sent to the task, which may have woken it: see [`Rest`].
    pub(super) fn told(&self) {
        if self.rest.was_broken_here()
            && let Ok(runtime) = Handle::try_current()
            && runtime.runtime_flavor() == RuntimeFlavor::MultiThread
        {
            runtime.spawn(async {});
        }
    }
}

impl Death {
    fn text(self) -> &'static str {
        match self {
            Self::Runtime => "the Tokio runtime that it was made on has shut down",
            Self::Panic => "its task panicked; does its Tokio runtime have a timer (`enable_time`)?",
        }
    }

    pub(super) fn reason(self) -> Reason {
        Reason::Ended(self.text())
    }
}

/// The last handle's own, dropped after that which wakes the task: a caller that blocks then must not hold it up either.
#[derive(Debug)]
pub(super) struct Farewell(pub(super) Arc<Life>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.told();
    }
}

/// Whether the task waits to be woken, so that whoever wakes it knows.
///
/// A worker of Tokio's that wakes a task keeps it as the one that it runs next, in a slot that no other worker may take it from.
/// Where the caller blocks instead of going on (a long computation, `std::thread::sleep`), the task waits with it, and everybody
/// else's events too. A second task takes the slot and moves the first one to the queue, which idle workers take from. So whoever
/// wakes the task spawns an empty one: once for each thread and each rest, since a thread cannot see whether it was the first.
#[derive(Debug)]
struct Rest(AtomicU64);

/// Set while the task waits; the bits above count its rests, and begin differently for each publisher.
const WAITING: u64 = 1;
const NEXT: u64 = 2;

thread_local! {
    static BROKEN: Cell<u64> = const { Cell::new(0) };
}

impl Rest {
    fn new() -> Self {
        static PUBLISHERS: AtomicU64 = AtomicU64::new(1);
        Self(AtomicU64::new(PUBLISHERS.fetch_add(1, Ordering::Relaxed) << 40))
    }

    fn begins(&self) {
        self.0.fetch_or(WAITING, Ordering::SeqCst);
    }

    fn ends(&self) {
        // The task alone changes it.
        let rest = self.0.load(Ordering::Relaxed);
        if rest & WAITING != 0 {
            self.0.store((rest & !WAITING).wrapping_add(NEXT), Ordering::SeqCst);
        }
    }

    fn was_broken_here(&self) -> bool {
        let rest = self.0.load(Ordering::SeqCst);
        rest & WAITING != 0 && BROKEN.replace(rest) != rest
    }
}
