//! The engine: one task per connection, which sends everything that is emitted over it.

mod ability;
mod answer;
mod buffer;
mod clock;
mod command;
mod hang_up;
mod inspection;
mod job;
mod life;
mod link;
mod load;
mod lookup;
mod lookups;
mod pause;
mod probe;
mod ring;
mod stream_info;
mod streams;
mod task;
mod trace;
mod watch;
mod window;
mod wire;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Client;
use async_nats::connection::State;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use self::ability::Ability;
use self::buffer::{Buffer, Place};
use self::command::Command;
use self::job::{Job, Losses, Phase};
use self::life::{Farewell, Life};
pub(crate) use self::load::Load;
use self::streams::StreamId;
use self::task::{Shared, Task};
use crate::callback::Panics;
use crate::error::{EmitError, FlushError, Reason, ShutdownError};
use crate::health::Health;
use crate::jetstream::KnownStreams;
use crate::lost_report::LostReport;
use crate::metric;
use crate::options::Options;
use crate::pending::Pending;
use crate::stats::{Counters, Stats};

/// The publisher's handle to the engine. The task runs until the last handle is dropped and everything has ended, or
/// its runtime is shut down.
pub(crate) struct Engine {
    client: Client,
    life: Arc<Life>,
    commands: mpsc::UnboundedSender<Command>,
    /// Dropped after `commands`, which wakes the task.
    _farewell: Farewell,
    lost: Arc<LostReport>,
    counters: Arc<Counters>,
    panics: Arc<Panics>,
    /// The task until it is started: a client may be created outside a runtime.
    waiting: Mutex<Option<Task>>,
    started: AtomicBool,
}

impl Engine {
    /// Starts the task if called inside a runtime, so that it runs on the publisher's own; otherwise the first emit
    /// inside a runtime starts it. `panics` counts panics of the callbacks in `options`.
    pub(crate) fn new(
        client: Client,
        options: &Options,
        known: KnownStreams,
        nats_events: Option<mpsc::UnboundedReceiver<async_nats::Event>>,
        panics: Arc<Panics>,
    ) -> Self {
        metric::describe();
        let (commands, receiver) = mpsc::unbounded_channel();
        let lost = Arc::new(LostReport::new(options.on_lost.clone()));
        let counters = Arc::new(Counters::default());
        let life = Arc::new(Life::new(Buffer::new(options.buffer_messages, options.buffer_bytes)));
        let shared =
            Shared { known, lost: Arc::clone(&lost), counters: Arc::clone(&counters), life: Arc::clone(&life) };
        let task = Task::new(client.clone(), options, receiver, nats_events, shared);
        let engine = Self {
            client,
            _farewell: Farewell(Arc::clone(&life)),
            life,
            commands,
            lost,
            counters,
            panics,
            waiting: Mutex::new(Some(task)),
            started: AtomicBool::new(false),
        };
        engine.start();
        engine
    }

    /// Reserves room in the buffer without waiting; `None` if there is none.
    pub(crate) fn try_place(&self, load: &Load) -> Result<Option<Place>, EmitError> {
        let place = self.life.buffer.try_place(load.messages().len(), load.bytes());
        place.map_err(|_| load.not_stored(self.life.reason()))
    }

    /// Waits for room in the buffer.
    pub(crate) async fn place(&self, load: &Load) -> Result<Place, EmitError> {
        let place = self.life.buffer.place(load.messages().len(), load.bytes()).await;
        place.map_err(|_| load.not_stored(self.life.reason()))
    }

    /// Waits for room in the buffer until a deadline. The caller may be on another executor, so the timer belongs to
    /// the task's runtime.
    pub(crate) async fn place_until(&self, load: &Load, until: Instant) -> Result<Place, EmitError> {
        let Some(runtime) = self.life.runtime() else { return Err(load.not_stored(Reason::NoRuntime)) };
        let timed = {
            let _inside = runtime.enter();
            tokio::time::timeout_at(until, self.place(load))
        };
        let full = Reason::Unsent("the buffer stayed full");
        timed.await.unwrap_or_else(|_| Err(load.not_stored(full)))
    }

    /// Hands a load to the task. From here on it is guaranteed to end.
    pub(crate) fn accept(
        &self,
        load: Load,
        place: Place,
        deadline: Option<Instant>,
        buffered: bool,
    ) -> Result<Pending, EmitError> {
        if !self.start() {
            return Err(load.not_stored(Reason::NoRuntime));
        }
        let (sender, receiver) = oneshot::channel();
        let (event, message_id) = (load.last().event.clone(), load.last().message_id.clone());
        let (bytes, messages) = (load.bytes(), load.messages().len());
        let needs = Ability::needed(&load);
        let job = Box::new(Job {
            load,
            end: sender,
            deadline,
            buffered,
            bytes,
            stream: StreamId::default(),
            needs,
            window: Duration::ZERO,
            phase: Phase::Ready,
            attempt: 0,
            connection: 0,
            not_before: None,
            first_sent: None,
            unseen: Duration::ZERO,
            uncertain: false,
            refusal: None,
            elsewhere: None,
            verdict: None,
            patience: None,
            vain: 0,
            unread: None,
            forbidden: None,
            cleared: false,
            losses: Losses::default(),
            _place: place,
        });
        self.counters.accepted(messages);
        if let Err(mpsc::error::SendError(Command::Send(job))) = self.tell(Command::Send(job)) {
            let error = job.load.not_stored(self.life.reason());
            self.counters.ended(messages, Some(Err(&error)));
            return Err(error);
        }
        Ok(Pending { end: receiver, lost: Arc::clone(&self.lost), event, message_id })
    }

    pub(crate) async fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        let (end, ended) = oneshot::channel();
        if !self.start() {
            // Nothing was ever accepted.
            return Ok(());
        }
        if self.tell(Command::Flush { until: after(deadline), end }).is_err() {
            return Err(self.life.flush_error());
        }
        ended.await.unwrap_or_else(|_| Err(self.life.flush_error()))
    }

    pub(crate) async fn shutdown(&self, deadline: Duration) -> Result<(), ShutdownError> {
        self.life.buffer.close();
        let (end, ended) = oneshot::channel();
        if !self.start() {
            // Nothing was ever accepted.
            return Ok(());
        }
        if self.tell(Command::Shutdown { until: after(deadline), end }).is_err() {
            return self.life.shutdown_end();
        }
        ended.await.unwrap_or_else(|_| self.life.shutdown_end())
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.count()
    }

    pub(crate) fn health(&self) -> Health {
        Health {
            connected: self.client.connection_state() == State::Connected,
            closed: self.commands.is_closed() || self.life.buffer.is_closed(),
            client_closed: self.life.client_closed.load(Ordering::Relaxed),
            inbox_denied: self.life.inbox_denied.load(Ordering::Relaxed),
            buffer_fill: self.life.buffer.fill(),
            refusing_streams: self.stats().refusing_streams,
            silent_streams: self.counters.silent_streams(),
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats { lost: self.lost(), callback_panics: self.panics.count(), ..self.counters.stats() }
    }

    fn tell(&self, command: Command) -> Result<(), mpsc::error::SendError<Command>> {
        let sent = self.commands.send(command);
        self.life.told();
        sent
    }

    /// Starts the task unless it runs; `false` if there is no runtime to run it on.
    fn start(&self) -> bool {
        if self.started.load(Ordering::Acquire) {
            return true;
        }
        let Ok(runtime) = Handle::try_current() else { return false };
        if let Some(task) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.life.starts_on(runtime.clone());
            runtime.spawn(task.run());
            self.started.store(true, Ordering::Release);
        }
        true
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// A deadline too far in the future to be represented counts as none.
fn after(deadline: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(deadline).unwrap_or(now + Duration::from_secs(86_400 * 365 * 30))
}
