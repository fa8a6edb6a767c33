//! Whether the engine's task runs, and how callers wake it without being able to hold it up.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::buffer::Buffer;
use crate::error::{FlushError, Reason, ShutdownError};

/// Why a task ended without a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// The runtime that it ran on was shut down.
    Runtime,
    /// It panicked: a bug, or a runtime without a timer.
    Panic,
}

/// State shared by the publisher's handles and the task. The task may end before the handles, with its runtime.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) buffer: Arc<Buffer>,
    runtime: OnceLock<Handle>,
    death: Mutex<Option<(Death, usize)>>,
    /// The client was closed, or gave up connecting.
    pub(super) client_closed: AtomicBool,
    /// The subscription for acknowledgements was denied.
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
        // The first handle to start it counts.
        let _ = self.runtime.set(runtime);
    }

    /// The task is ending with `unconfirmed` messages that will not be sent. Later callers get an error.
    pub(super) fn dies(&self, death: Death, unconfirmed: usize) {
        self.death.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((death, unconfirmed));
        self.buffer.close();
    }

    fn death(&self) -> Option<(Death, usize)> {
        *self.death.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why no more messages are accepted.
    pub(super) fn reason(&self) -> Reason {
        self.death().map_or(Reason::Closed, |(death, _)| death.reason())
    }

    /// The result of a `flush` after the task has ended.
    pub(super) fn flush_error(&self) -> FlushError {
        self.death().map_or(FlushError::Closed, |(death, _)| FlushError::Ended(death.text()))
    }

    /// The result of a `shutdown` after the task has ended, or after another caller shut it down and got what was left.
    pub(super) fn shutdown_end(&self) -> Result<(), ShutdownError> {
        match self.death() {
            None | Some((Death::Runtime, 0)) => Ok(()),
            Some((death, unconfirmed)) => Err(ShutdownError::ended(death.text(), unconfirmed)),
        }
    }

    /// Polls the task and records whether it is idle.
    pub(super) fn poll<T>(&self, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>, cx: &mut Context<'_>) -> Poll<T> {
        self.rest.ends();
        let end = poll(cx);
        if end.is_pending() {
            self.rest.begins();
        }
        end
    }

    /// Called after sending to the task, which may have woken it: see [`Rest`].
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

/// Dropped last by the last handle, after waking the task: a caller that then blocks must not hold it up.
#[derive(Debug)]
pub(super) struct Farewell(pub(super) Arc<Life>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.told();
    }
}

/// Whether the task is idle.
///
/// When a Tokio worker wakes a task, it keeps that task as its next one, in a slot that other workers cannot steal
/// from. If the caller then blocks instead of yielding (a long computation, `std::thread::sleep`), the task waits with
/// it, and so do everybody's events. A second spawned task takes the slot and moves the first one to the queue, from
/// which idle workers steal. So whoever wakes the task spawns an empty one, once per thread and idle period, since a
/// thread cannot know whether it was the first.
#[derive(Debug)]
struct Rest(AtomicU64);

/// The lowest bit is set while the task is idle; the others count idle periods, starting at a different value for each
/// publisher.
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
        // Only the task changes it.
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
