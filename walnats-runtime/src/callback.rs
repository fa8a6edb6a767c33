//! The user's callbacks, whose panics are caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::metric;
use crate::options::{Callback, Options};

/// How often each of a publisher's callbacks panicked.
#[derive(Debug, Default)]
pub(crate) struct Panics {
    on_lost: AtomicU64,
    on_nats_event: AtomicU64,
}

impl Panics {
    pub(crate) fn count(&self) -> u64 {
        self.on_lost.load(Ordering::Relaxed) + self.on_nats_event.load(Ordering::Relaxed)
    }
}

/// Wraps the callbacks in `options` so that their panics are caught: they run on tasks that all events depend on.
pub(crate) fn guard(options: &mut Options) -> Arc<Panics> {
    let panics = Arc::new(Panics::default());
    options.on_lost = guarded(options.on_lost.take(), "on_lost", &panics, |panics| &panics.on_lost);
    options.on_nats_event =
        guarded(options.on_nats_event.take(), "on_nats_event", &panics, |panics| &panics.on_nats_event);
    panics
}

fn guarded<T: 'static>(
    callback: Option<Callback<T>>,
    name: &'static str,
    panics: &Arc<Panics>,
    counter: fn(&Panics) -> &AtomicU64,
) -> Option<Callback<T>> {
    let (callback, panics) = (callback?, Arc::clone(panics));
    Some(Arc::new(move |value| {
        let Err(thrown) = catch_unwind(AssertUnwindSafe(|| callback(value))) else { return };
        // The payload of the panic may itself panic when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(thrown)));
        metric::panicked(name);
        // The panic hook has already printed each panic.
        if counter(&panics).fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!(
                callback = name,
                "a callback panicked; the publisher continues. Further panics are counted (`Stats::callback_panics`), not logged"
            );
        }
    }))
}
