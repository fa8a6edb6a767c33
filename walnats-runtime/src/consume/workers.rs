//! Tasks that handle messages: each takes one after the other from a queue, for as long as there are any. A task for each message, or
//! a wake of a task for each, would cost more than all else that is done with it.
//!
//! As long as messages are done quickly, one task does them sooner than another thread wakes up; when a handler waits, its task calls
//! another one for what is in the queue. Otherwise, a handler may block its thread: there is a task for each thread, and whoever takes
//! a message and leaves others in the queue calls another task. A task that was called may be held up, because tokio keeps it on the
//! thread of its caller; so the loop looks at the queue from time to time.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem::{forget, take};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

use super::line::Left;

/// The time within which a message is done quickly: about what it takes to wake a thread.
const QUICK: Duration = Duration::from_micros(50);

/// Does jobs.
pub(super) trait Work: Send + Sync + 'static {
    type Job: Send + 'static;

    /// Does one. Returns what became of a message that was handled in order.
    fn work(&self, job: Self::Job) -> impl Future<Output = Option<Left>> + Send;
}

/// The tasks of one loop. Dropping it aborts them.
pub(super) struct Workers<W: Work> {
    shared: Arc<Shared<W>>,
}

/// What the tasks share with the loop.
struct Shared<W: Work> {
    worker: Arc<W>,
    state: Mutex<State<W::Job>>,
    /// Each permit calls an idle task.
    calls: Semaphore,
    /// How many idle tasks are kept.
    most: usize,
    /// How many tasks can run at once, if their handlers block their threads.
    threads: usize,
}

struct State<J> {
    queue: VecDeque<J>,
    /// Those in the queue included.
    busy: usize,
    /// Tasks that wait to be called.
    idle: usize,
    /// Tasks that were called and have not come.
    called: usize,
    /// Tasks that do messages whose handlers have not waited so far: they come back to the queue, or call another one.
    awake: usize,
    /// Whether the last task that did all that was in the queue did it quickly.
    is_quick: bool,
    left: Vec<Left>,
    /// Of the loop, and the number of busy ones at which it goes on.
    waiting: Option<(Waker, usize)>,
    /// `None` if the loop is gone.
    tasks: Option<JoinSet<()>>,
}

impl<W: Work> Workers<W> {
    /// Keeps `most` idle tasks.
    pub(super) fn new(worker: Arc<W>, most: usize) -> Self {
        let state = State {
            queue: VecDeque::new(),
            busy: 0,
            idle: 0,
            called: 0,
            awake: 0,
            is_quick: false,
            left: Vec::new(),
            waiting: None,
            tasks: Some(JoinSet::new()),
        };
        let threads = Handle::try_current().map_or(1, |runtime| runtime.metrics().num_workers());
        let (state, calls) = (Mutex::new(state), Semaphore::new(0));
        Self { shared: Arc::new(Shared { worker, state, calls, most, threads }) }
    }

    /// Has them done, all of them concurrently.
    pub(super) fn start(&self, jobs: impl IntoIterator<Item = W::Job>) {
        let mut state = self.shared.state();
        let waiting = state.queue.len();
        state.queue.extend(jobs);
        state.busy += state.queue.len() - waiting;
        let calls = match state.is_quick {
            true => usize::from(state.awake + state.called == 0),
            false => self.shared.threads.saturating_sub(state.called),
        };
        let calls = calls.min(state.queue.len());
        self.shared.call(state, calls);
    }

    /// Calls more tasks if messages wait: those that should do them may be held up.
    pub(super) fn look(&self) {
        let mut state = self.shared.state();
        state.is_quick &= state.queue.is_empty();
        // However long they are held up, there is an end to how many are called.
        let calls = self.shared.threads.min(state.queue.len()).min(self.shared.most.saturating_sub(state.called));
        self.shared.call(state, calls);
    }

    /// How many messages are handled, or are about to be.
    pub(super) fn busy(&self) -> usize {
        self.shared.state().busy
    }

    /// What became of messages that were handled in order, since it was last asked.
    pub(super) fn left(&self) -> Vec<Left> {
        let mut state = self.shared.state();
        // Those that were not kept.
        while state.tasks.as_mut().is_some_and(|tasks| tasks.try_join_next().is_some()) {}
        take(&mut state.left)
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

impl<W: Work> Drop for Workers<W> {
    fn drop(&mut self) {
        let tasks = self.shared.state().tasks.take();
        drop(tasks);
    }
}

impl<W: Work> Shared<W> {
    fn state(&self) -> MutexGuard<'_, State<W::Job>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls this many tasks.
    fn call(self: &Arc<Self>, mut state: MutexGuard<'_, State<W::Job>>, calls: usize) {
        if calls == 0 {
            return;
        }
        let idle = calls.min(state.idle);
        state.idle -= idle;
        state.called += calls;
        if let Some(tasks) = &mut state.tasks {
            for _ in idle..calls {
                tasks.spawn(work(self.clone()));
            }
        }
        drop(state);
        self.calls.add_permits(idle);
    }

    /// A task that was called has come.
    fn arrive(self: &Arc<Self>) -> Next<W::Job> {
        let mut state = self.state();
        state.called -= 1;
        state.awake += 1;
        self.next(state)
    }

    /// Takes the next job for a task that is awake, or lets it be idle.
    fn next(self: &Arc<Self>, mut state: MutexGuard<'_, State<W::Job>>) -> Next<W::Job> {
        if let Some(job) = state.queue.pop_front() {
            let calls = usize::from(!state.is_quick && !state.queue.is_empty() && state.called == 0);
            self.call(state, calls);
            return Next::Job(job);
        }
        state.awake -= 1;
        if state.idle >= self.most {
            return Next::End;
        }
        state.idle += 1;
        Next::Idle
    }

    /// The handler of a task waits: another one takes what is in the queue.
    fn waits(self: &Arc<Self>) {
        let mut state = self.state();
        state.awake -= 1;
        let calls = usize::from(!state.queue.is_empty() && state.called + state.awake == 0);
        self.call(state, calls);
    }
}

enum Next<J> {
    Job(J),
    Idle,
    End,
}

/// Does what is in the queue, one after the other, whenever it is called. The first time, it is.
async fn work<W: Work>(shared: Arc<Shared<W>>) {
    loop {
        let mut next = shared.arrive();
        let (begun, mut count) = (Instant::now(), 0);
        while let Next::Job(job) = next {
            let mut at_work = AtWork { shared: &shared, is_awake: true };
            let mut job = pin!(shared.worker.work(job));
            let left = poll_fn(|context| {
                let done = job.as_mut().poll(context);
                if done.is_pending() && take(&mut at_work.is_awake) {
                    shared.waits();
                }
                done
            })
            .await;
            count += 1;
            let is_awaited;
            (next, is_awaited) = at_work.end(left);
            if is_awaited && matches!(next, Next::Job(_)) {
                // The loop asks for more before the rest is done, so that the server has something to do meanwhile.
                yield_now().await;
            }
        }
        if count > 0 {
            shared.state().is_quick = begun.elapsed() < QUICK * count;
        }
        if matches!(next, Next::End) {
            return;
        }
        match shared.calls.acquire().await {
            Ok(call) => call.forget(),
            Err(_) => return,
        }
    }
}

/// A job that is being done, until this is dropped.
struct AtWork<'a, W: Work> {
    shared: &'a Arc<Shared<W>>,
    /// Whether its handler has not waited so far.
    is_awake: bool,
}

impl<W: Work> AtWork<'_, W> {
    /// Returns what is next, and whether the loop waited for this end.
    fn end(self, left: Option<Left>) -> (Next<W::Job>, bool) {
        let (shared, is_awake) = (self.shared, self.is_awake);
        forget(self);
        let mut state = shared.state();
        let waker = state.end(left);
        state.awake += usize::from(!is_awake);
        let next = shared.next(state);
        let is_awaited = waker.is_some();
        if let Some(waker) = waker {
            waker.wake();
        }
        (next, is_awaited)
    }
}

impl<W: Work> Drop for AtWork<'_, W> {
    /// Of a task that ends in the middle of a job: it panicked, or the loop is gone.
    fn drop(&mut self) {
        if take(&mut self.is_awake) {
            self.shared.waits();
        }
        let waker = self.shared.state().end(None);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<J> State<J> {
    /// A job is done. Returns whom that wakes.
    fn end(&mut self, left: Option<Left>) -> Option<Waker> {
        self.busy -= 1;
        let is_left = left.is_some();
        self.left.extend(left);
        let (waker, _) = self.waiting.take_if(|(_, most)| is_left || self.busy <= *most)?;
        Some(waker)
    }
}
