//! Handlers of several events at once.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::delivery::Delivery;
use super::handler::{Handler, Handling};
use super::settle::{IntoSettle, Settle};

/// Makes a [`Handler`] of a function over several events: it is called with `size` of them, or with fewer, `wait` after the
/// first of them came.
///
/// ```
/// # use std::time::Duration;
/// # use walnats_runtime::{Delivery, Event, Handler, batched};
/// # fn example<OrderPlaced: Event + 'static>() -> impl Handler<OrderPlaced, walnats_runtime::Batches> {
/// batched(100, Duration::from_millis(200), |orders: Vec<(OrderPlaced, Delivery)>| async move {
///     println!("{} orders", orders.len());
///     Ok::<(), String>(())
/// })
/// # }
/// ```
///
/// What the function returns settles all of the events, or each one by itself: see [`IntoSettles`]. Events that fail are tried
/// again by themselves, in other batches. The events of a batch are in hand all together, so the reader handles at least `size`
/// events concurrently ([`ReaderOptions::concurrency`](crate::ReaderOptions::concurrency)), and an event waits for the others for
/// a part of its [`ReaderOptions::handler_timeout`](crate::ReaderOptions::handler_timeout). With
/// [`Reader::ordered_by`](crate::Reader::ordered_by), no two events of a batch have the same key.
pub fn batched<E, F, T>(size: usize, wait: Duration, handler: F) -> Batched<E, F>
where
    E: Send + 'static,
    F: Fn(Vec<(E, Delivery)>) -> T + Send + Sync + 'static,
    T: Future + Send + 'static,
    T::Output: IntoSettles,
{
    let open = Arc::new(Mutex::new(Open { number: 0, items: Vec::new() }));
    Batched { size: size.max(1), wait, handler: Arc::new(handler), open }
}

/// A [`Handler`] of several events at once; [`batched`] makes it.
pub struct Batched<E, F> {
    size: usize,
    wait: Duration,
    handler: Arc<F>,
    open: Arc<Mutex<Open<E>>>,
}

/// The form of a [`Handler`] of several events at once.
#[derive(Debug)]
pub struct Batches(());

/// What becomes of the events of a batch: one [`IntoSettle`] for all, or a `Vec<Settle>` with one for each, in their order. Events
/// without one are tried again.
pub trait IntoSettles {
    /// What becomes of each of `count` events.
    fn into_settles(self, count: usize) -> Vec<Settle>;
}

impl<T: IntoSettle> IntoSettles for T {
    fn into_settles(self, count: usize) -> Vec<Settle> {
        vec![self.into_settle(); count]
    }
}

impl IntoSettles for Vec<Settle> {
    fn into_settles(mut self, count: usize) -> Vec<Settle> {
        self.resize_with(count, || Settle::retry("the handler of its batch did not say what becomes of it"));
        self
    }
}

/// The batch that is gathered.
struct Open<E> {
    number: u64,
    items: Vec<Item<E>>,
}

struct Item<E> {
    event: E,
    about: Delivery,
    settle: oneshot::Sender<Settle>,
    /// The tasks are aborted when nobody waits for them any more.
    run: Arc<Run>,
}

/// The task of a batch.
#[derive(Default)]
struct Run(Mutex<Option<AbortHandle>>);

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(task) = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

impl<E, F, T> Handler<E, Batches> for Batched<E, F>
where
    E: Send + 'static,
    F: Fn(Vec<(E, Delivery)>) -> T + Send + Sync + 'static,
    T: Future + Send + 'static,
    T::Output: IntoSettles,
{
    fn handle<'a>(&'a self, event: E, about: &'a Delivery) -> Handling<'a> {
        Box::pin(async move {
            let (settle, settled) = oneshot::channel();
            let _run = self.add(event, about.clone(), settle);
            settled.await.unwrap_or_else(|_| Settle::retry("the handler of its batch panicked"))
        })
    }

    fn gathers(&self) -> usize {
        self.size
    }
}

impl<E, F, T> Batched<E, F>
where
    E: Send + 'static,
    F: Fn(Vec<(E, Delivery)>) -> T + Send + Sync + 'static,
    T: Future + Send + 'static,
    T::Output: IntoSettles,
{
    /// Adds an event to the batch, and starts it if it is whole. Whoever drops all that this returns for a batch cancels it.
    fn add(&self, event: E, about: Delivery, settle: oneshot::Sender<Settle>) -> Arc<Run> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let run = open.items.first().map(|item| item.run.clone()).unwrap_or_default();
        if open.items.is_empty() {
            let (open, handler, number, wait) = (self.open.clone(), self.handler.clone(), open.number, self.wait);
            tokio::spawn(async move {
                sleep(wait).await;
                let items = open.lock().unwrap_or_else(PoisonError::into_inner).close(number);
                start(&handler, items);
            });
        }
        open.items.push(Item { event, about, settle, run: run.clone() });
        if open.items.len() >= self.size {
            let number = open.number;
            start(&self.handler, open.close(number));
        }
        run
    }
}

impl<E> Open<E> {
    /// Takes the events of the batch with this number, unless it was closed before. Events that nobody waits for are left out.
    fn close(&mut self, number: u64) -> Vec<Item<E>> {
        if self.number != number {
            return Vec::new();
        }
        self.number += 1;
        let mut items = std::mem::take(&mut self.items);
        items.retain(|item| !item.settle.is_closed());
        items
    }
}

/// Handles a batch in a task of its own.
fn start<E, F, T>(handler: &Arc<F>, items: Vec<Item<E>>)
where
    E: Send + 'static,
    F: Fn(Vec<(E, Delivery)>) -> T + Send + Sync + 'static,
    T: Future + Send + 'static,
    T::Output: IntoSettles,
{
    let Some(run) = items.first().map(|item| Arc::downgrade(&item.run)) else { return };
    let (mut batch, mut settles) = (Vec::new(), Vec::new());
    for Item { event, about, settle, .. } in items {
        batch.push((event, about));
        settles.push(settle);
    }
    let handler = handler.clone();
    let task = tokio::spawn(async move {
        let all = handler(batch).await.into_settles(settles.len());
        for (settle, own) in settles.into_iter().zip(all) {
            // Whoever does not wait any more was cancelled, and its event comes again.
            let _ = settle.send(own);
        }
    });
    if let Some(run) = run.upgrade() {
        *run.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
    }
}

impl<E, F> fmt::Debug for Batched<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batched").field("size", &self.size).field("wait", &self.wait).finish_non_exhaustive()
    }
}
