//! One task per connection, through which everything goes that is emitted over it.

mod answer;
mod buffer;
mod clock;
mod doubt;
mod hang_up;
mod inspection;
mod job;
mod link;
mod load;
mod lookup;
mod pause;
mod ring;
mod streams;
mod task;
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

use self::buffer::{Buffer, Place};
pub(crate) use self::job::{End, Failure};
use self::job::{Job, Losses, Phase};
pub(crate) use self::load::Load;
use self::streams::StreamId;
use self::task::Task;
use crate::error::{EmitError, FlushError, Reason, ShutdownError};
use crate::health::Health;
use crate::jetstream::KnownStreams;
use crate::lost::LostReport;
use crate::options::Options;
use crate::pending::Pending;
use crate::stats::{Counters, Stats};

/// The publisher's end of the engine. The task runs until the last of these is gone and everything has ended.
pub(crate) struct Engine {
    client: Client,
    buffer: Arc<Buffer>,
    commands: mpsc::UnboundedSender<Command>,
    lost: Arc<LostReport>,
    counters: Arc<Counters>,
    /// The task, until it is started; a client may be handed to us outside of a runtime.
    waiting: Mutex<Option<Task>>,
    started: AtomicBool,
}

/// What the task is told. The channel is unbounded, the [`Buffer`] is not.
#[derive(Debug)]
pub(crate) enum Command {
    Send(Box<Job>),
    Flush { until: Instant, end: oneshot::Sender<Result<(), FlushError>> },
    Shutdown { until: Instant, end: oneshot::Sender<Result<(), ShutdownError>> },
}

impl Engine {
    pub(crate) fn new(
        client: Client,
        options: &Options,
        known: KnownStreams,
        nats_events: Option<mpsc::UnboundedReceiver<async_nats::Event>>,
    ) -> Self {
        let (commands, receiver) = mpsc::unbounded_channel();
        let lost = Arc::new(LostReport::new(options.on_lost.clone()));
        let counters = Arc::new(Counters::default());
        let task =
            Task::new(client.clone(), options, known, receiver, nats_events, Arc::clone(&lost), Arc::clone(&counters));
        Self {
            client,
            buffer: Arc::new(Buffer::new(options.buffer_messages, options.buffer_bytes)),
            commands,
            lost,
            counters,
            waiting: Mutex::new(Some(task)),
            started: AtomicBool::new(false),
        }
    }

    /// A place in the buffer at once, or `None`.
    pub(crate) fn try_place(&self, load: &Load) -> Result<Option<Place>, EmitError> {
        let place = self.buffer.try_place(load.messages().len(), load.bytes());
        place.map_err(|_| load.not_stored(Reason::Closed))
    }

    /// Waits for a place in the buffer.
    pub(crate) async fn place(&self, load: &Load) -> Result<Place, EmitError> {
        let place = self.buffer.place(load.messages().len(), load.bytes()).await;
        place.map_err(|_| load.not_stored(Reason::Closed))
    }

    /// Hands a load over. From here on it ends, one way or another.
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
        let job = Box::new(Job {
            load,
            end: sender,
            deadline,
            buffered,
            bytes,
            stream: StreamId::default(),
            window: Duration::ZERO,
            phase: Phase::Ready,
            attempt: 0,
            not_before: None,
            first_sent: None,
            unseen: Duration::ZERO,
            uncertain: false,
            refusal: None,
            elsewhere: None,
            patience: None,
            vain: 0,
            unread: None,
            losses: Losses::default(),
            _place: place,
        });
        self.counters.accepted(messages);
        if let Err(mpsc::error::SendError(Command::Send(job))) = self.commands.send(Command::Send(job)) {
            let error = job.load.not_stored(Reason::Closed);
            self.counters.ended(messages, Some(Err(&error)));
            return Err(error);
        }
        Ok(Pending { end: receiver, lost: Arc::clone(&self.lost), event, message_id })
    }

    pub(crate) async fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        let (end, ended) = oneshot::channel();
        if !self.start() || self.commands.send(Command::Flush { until: after(deadline), end }).is_err() {
            return Err(FlushError::Closed);
        }
        ended.await.unwrap_or(Err(FlushError::Closed))
    }

    pub(crate) async fn shutdown(&self, deadline: Duration) -> Result<(), ShutdownError> {
        self.buffer.close();
        let (end, ended) = oneshot::channel();
        if !self.start() || self.commands.send(Command::Shutdown { until: after(deadline), end }).is_err() {
            return Ok(());
        }
        // Somebody else shut it down, and was given what was left.
        ended.await.unwrap_or(Ok(()))
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.count()
    }

    pub(crate) fn health(&self) -> Health {
        Health {
            connected: self.client.connection_state() == State::Connected,
            closed: self.commands.is_closed() || self.buffer.is_closed(),
            buffer_fill: self.buffer.fill(),
            refusing_streams: self.stats().refusing_streams,
            silent_streams: self.counters.silent_streams(),
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        self.counters.stats(self.lost())
    }

    /// Starts the task, unless it runs; `false` where there is no runtime to run it on.
    fn start(&self) -> bool {
        if self.started.load(Ordering::Acquire) {
            return true;
        }
        let Ok(runtime) = Handle::try_current() else { return false };
        if let Some(task) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() {
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

/// A deadline that lies beyond what can be expressed is as good as none.
fn after(deadline: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(deadline).unwrap_or(now + Duration::from_secs(86_400 * 365 * 30))
}
