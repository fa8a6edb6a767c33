//! What a layer sees of a call: how it ended.

use std::pin::Pin;

use crate::consume::settle::Settle;

/// What the services of the layers here are waited for with.
pub type LayerFuture<E> = Pin<Box<dyn Future<Output = Result<Settle, E>> + Send>>;

/// Tells `ended` how a call ended, once: `done`, `retry`, `dead_letter`, `error` (of a layer within), `panic`, or `cancelled`, if nobody
/// waited for its end.
pub(super) struct Watched<F: FnMut(&'static str)> {
    ended: F,
    has_ended: bool,
}

impl<F: FnMut(&'static str)> Watched<F> {
    pub(super) fn new(ended: F) -> Self {
        Self { ended, has_ended: false }
    }

    pub(super) fn end<E>(mut self, end: &Result<Settle, E>) {
        self.has_ended = true;
        (self.ended)(match end {
            Ok(Settle::Done | Settle::Respond(_)) => "done",
            Ok(Settle::Retry { .. }) => "retry",
            Ok(Settle::DeadLetter { .. }) => "dead_letter",
            Err(_) => "error",
        });
    }
}

impl<F: FnMut(&'static str)> Drop for Watched<F> {
    fn drop(&mut self) {
        if !self.has_ended {
            (self.ended)(if std::thread::panicking() { "panic" } else { "cancelled" });
        }
    }
}
