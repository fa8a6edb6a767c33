//! Tasks that handle messages, one at a time each, and are used again: a task for each message would cost more than all else that is
//! done with it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_nats::Message;
use futures_util::task::AtomicWaker;
use tokio::task::JoinSet;

use super::dispatch::Dispatcher;
use super::held::Held;
use super::line::Left;
use super::settling::Settling;
use super::source::Source;

/// What is done with one message.
#[derive(Debug)]
pub(super) enum Job {
    Handle(Message, Arc<Source>),
    HandleInOrder(Arc<Held>, Arc<Source>, Arc<Settling>),
    GiveBack(Arc<Held>),
}

/// The tasks of one loop. Dropping it aborts them.
pub(super) struct Workers {
    dispatcher: Arc<Dispatcher>,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// What the tasks share with the loop.
struct Shared {
    state: Mutex<State>,
    /// How many idle tasks are kept.
    most: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<Arc<Desk>>,
    busy: usize,
    left: Vec<Left>,
    /// Of the loop, and the number of busy tasks at which it goes on.
    waiting: Option<(Waker, usize)>,
}

/// Where a task finds its next message.
#[derive(Default)]
struct Desk {
    job: Mutex<Option<Job>>,
    waker: AtomicWaker,
}

impl Workers {
    pub(super) fn new(dispatcher: Arc<Dispatcher>) -> Self {
        let most = dispatcher.options.concurrency;
        Self { dispatcher, shared: Arc::new(Shared { state: Mutex::default(), most }), tasks: JoinSet::new() }
    }

    /// Has it done by a task of its own.
    pub(super) fn start(&mut self, job: Job) {
        let idle = {
            let mut state = self.shared.state();
            state.busy += 1;
            state.idle.pop()
        };
        match idle {
            Some(desk) => {
                desk.put(job);
                desk.waker.wake();
            }
            None => {
                let desk = Arc::new(Desk::default());
                desk.put(job);
                self.tasks.spawn(work(desk, self.shared.clone(), self.dispatcher.clone()));
            }
        }
    }

    /// How many messages are handled.
    pub(super) fn busy(&self) -> usize {
        self.shared.state().busy
    }

    /// What became of messages that were handled in order, since it was last asked.
    pub(super) fn left(&mut self) -> Vec<Left> {
        // Those that were not kept.
        while self.tasks.try_join_next().is_some() {}
        std::mem::take(&mut self.shared.state().left)
    }

    /// Waits until no more than `most` are busy, or one that was handled in order is done.
    pub(super) async fn fall_to(&self, most: Option<usize>) {
        poll_fn(|context| {
            let mut state = self.shared.state();
            if !state.left.is_empty() || most.is_some_and(|most| state.busy <= most) {
                state.waiting = None;
                return Poll::Ready(());
            }
            // Whatever the number, one that was handled in order wakes it.
            state.waiting = Some((context.waker().clone(), most.unwrap_or_default()));
            Poll::Pending
        })
        .await;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handles what is on the desk, one after the other.
async fn work(desk: Arc<Desk>, shared: Arc<Shared>, dispatcher: Arc<Dispatcher>) {
    loop {
        let job = desk.take().await;
        let mut at_work = AtWork { shared: &shared, desk: None, left: None, is_over: false };
        at_work.left = match job {
            Job::Handle(message, source) => {
                dispatcher.handle(message, &source).await;
                None
            }
            Job::HandleInOrder(held, source, settling) => dispatcher.handle_in_order(&held, &source, &settling).await,
            Job::GiveBack(held) => Some(dispatcher.give_back(&held).await),
        };
        at_work.desk = Some(desk.clone());
        if !at_work.end() {
            return;
        }
    }
}

impl Desk {
    fn put(&self, job: Job) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
    }

    async fn take(&self) -> Job {
        poll_fn(|context| {
            let job = || self.job.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(job) = job() {
                return Poll::Ready(job);
            }
            self.waker.register(context.waker());
            job().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.end();
        }
    }
}

/// A message that is handled, until this is dropped.
struct AtWork<'a> {
    shared: &'a Shared,
    /// Of a task that can handle another one.
    desk: Option<Arc<Desk>>,
    left: Option<Left>,
    is_over: bool,
}

impl AtWork<'_> {
    /// Whether the task is kept.
    fn end(&mut self) -> bool {
        self.is_over = true;
        let mut state = self.shared.state();
        let kept = self.desk.take().filter(|_| state.idle.len() < self.shared.most);
        let is_kept = kept.is_some();
        state.idle.extend(kept);
        state.busy -= 1;
        let is_left = self.left.is_some();
        state.left.extend(self.left.take());
        if state.waiting.as_ref().is_some_and(|(_, most)| is_left || state.busy <= *most)
            && let Some((waker, _)) = state.waiting.take()
        {
            drop(state);
            waker.wake();
        }
        is_kept
    }
}
