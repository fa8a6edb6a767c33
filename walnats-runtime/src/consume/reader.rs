//! A reader: what a service does with the events that it consumes.

mod wanted;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::consumer::{self, ConsumerPlan};
use super::dispatch::Dispatcher;
use super::error::ReadError;
use super::handler::{AnyHandler, Handler, Typed};
use super::incoming::ConsumedEvent;
use super::key::{AnyKey, KeyOf};
use super::monitor::{ReaderMonitor, Shared};
use super::options::{ReaderOptions, Start};
use super::pause::{Paused, ReaderControl};
use super::pull_loop::PullLoop;
use super::registration::{self, Registered, Starting};
use super::served::Served;
use super::source::Source;
use super::supervision::supervised;
use crate::event::Event;
use crate::jetstream::Api;
use crate::metric;
use crate::publisher::Publisher;
use crate::register::RegisterError;

/// Reads the events that a service consumes, and calls a handler for each. Generated code wraps it: `events.billing().reader()`.
///
/// Each stream has a durable pull consumer that is named after the service, so that all instances of the service share the
/// events. An event is settled by what its handler returns; one that cannot be handled becomes a dead letter, which is stored
/// before the event is settled. Events are delivered at least once: one whose reader dies, or whose acknowledgement is lost, comes
/// again.
pub struct Reader {
    publisher: Publisher,
    service: &'static str,
    events: &'static [ConsumedEvent],
    handlers: Vec<Option<Arc<dyn AnyHandler>>>,
    keys: Vec<Option<Arc<dyn AnyKey>>>,
    /// What is appended to the names of consumers, if it reads once more what is stored.
    reread: Option<String>,
    options: ReaderOptions,
    shared: Arc<Shared>,
}

impl Reader {
    /// A reader of these events. `service` is the name of its consumers.
    pub fn new(publisher: Publisher, service: &'static str, events: &'static [ConsumedEvent]) -> Self {
        Self {
            publisher,
            service,
            events,
            handlers: vec![None; events.len()],
            keys: vec![None; events.len()],
            reread: None,
            options: ReaderOptions::default(),
            shared: Arc::default(),
        }
    }

    /// Sets the handler of `E`, which must be one of the reader's events; anything else is ignored.
    pub fn on<E: Event + 'static, M: 'static>(mut self, handler: impl Handler<E, M>) -> Self {
        let index = self.events.iter().position(|event| event.descriptor.name == E::DESCRIPTOR.name);
        if let Some(place) = index.and_then(|index| self.handlers.get_mut(index)) {
            *place = Some(Arc::new(Typed::<E, M, _>::new(handler)));
        }
        self
    }

    /// Handles the events with the same key in the order in which their stream stored them; events of different keys are still
    /// handled concurrently. `key` makes the key of an `E`, which must be one of the reader's events; events of several types in
    /// one stream share keys. An event type without a key has no order.
    ///
    /// # What is promised
    ///
    /// - A handler starts only after every earlier event of the key was settled: its handler is done, or it is stored as a dead
    ///   letter, and the server has confirmed that. An event that fails holds the later ones of its key until then. This holds
    ///   over all instances, and when one is killed.
    /// - One instance at a time reads the stream, chosen by the server (2.11 or later); the others stand by. If it is killed or
    ///   cut off, another one goes on within about two [`ReaderOptions::ack_wait`]; after a graceful stop at once.
    /// - Events are still delivered at least once: one whose handler was cut off by a crash is handled again, before any later
    ///   one of its key. A handler whose process is suspended for longer than `ack_wait`, or that blocks its thread, cannot be
    ///   stopped, and may end while another instance handles the event again. Where that matters, compare
    ///   [`Delivery::sequence`](crate::Delivery::sequence) with that of the last event in the transaction of the handler.
    /// - An event with a delay (`Walnats-Delay`) takes its place when it is due, not when it was stored.
    ///
    /// The reader keeps what waits: at most 16 events for each one that is handled concurrently
    /// ([`ReaderOptions::concurrency`]), and no more than [`ReaderOptions::max_ack_pending`]. If those are all behind events
    /// that fail, nothing is handled until one of them is settled. Attempts are counted by each instance, and their pauses take
    /// place in the reader. `ack_wait` is at least 3 s.
    pub fn ordered_by<E: Event + 'static>(mut self, key: impl Fn(&E) -> String + Send + Sync + 'static) -> Self {
        let index = self.events.iter().position(|event| event.descriptor.name == E::DESCRIPTOR.name);
        if let Some(place) = index.and_then(|index| self.keys.get_mut(index)) {
            *place = Some(Arc::new(KeyOf { key, event: PhantomData }));
        }
        self
    }

    /// Reads once more what is stored, beginning at `start`, and ends when it has caught up: when everything that was stored as it began
    /// is settled. The service's own consumers are left alone.
    ///
    /// The consumers are named `<service>-<name>`. One that was interrupted goes on where it was if it is started again with
    /// the same name and the same start within a day; one that has caught up deletes them. A work queue has no second
    /// consumer for the same subjects, so its events cannot be read once more.
    pub fn reread(mut self, name: impl AsRef<str>, start: Start) -> Self {
        let kept = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        self.reread = Some(name.as_ref().replace(|letter| !kept(letter), "-"));
        self.options = self.options.start(start);
        self
    }

    /// Sets all options.
    pub fn options(mut self, options: ReaderOptions) -> Self {
        self.options = options;
        self
    }

    /// Changes some options.
    pub fn configure(mut self, change: impl FnOnce(ReaderOptions) -> ReaderOptions) -> Self {
        self.options = change(self.options);
        self
    }

    /// Looks at the reader while it runs, pauses and resumes it. Take it after setting options and before [`Reader::run`].
    pub fn monitor(&self) -> ReaderMonitor {
        let wanted = self.wanted().into_iter().chain([self.replays()]);
        let consumers = wanted.map(|wanted| Paused { stream: wanted.stream, consumer: wanted.name }).collect();
        let control = ReaderControl::new(self.publisher.clone(), self.api(), consumers);
        ReaderMonitor { shared: self.shared.clone(), control }
    }

    /// Returns what [`Reader::register`] would do with the consumers, and changes nothing.
    ///
    /// # Errors
    ///
    /// A stream does not exist, or the server cannot be asked.
    pub async fn plan(&self) -> Result<Vec<ConsumerPlan>, ReadError> {
        let api = self.api();
        let mut plans = Vec::new();
        for wanted in self.wanted() {
            registration::stream(&api, &wanted).await?;
            plans.push(consumer::plan(&api, &wanted).await.map_err(RegisterError::from)?.0);
        }
        plans.push(consumer::plan(&api, &self.replays()).await.map_err(RegisterError::from)?.0);
        Ok(plans)
    }

    /// Creates the streams of dead letters and of replays, and creates or updates the consumers; [`Reader::run`] does so, too. Returns what was
    /// done.
    ///
    /// A consumer keeps its position. Therefore a change is refused by which the service would never get stored events, see
    /// [`ConsumerRefusal`](crate::ConsumerRefusal).
    ///
    /// # Errors
    ///
    /// A stream does not exist, a consumer was refused, or the server cannot be asked. The other consumers were registered.
    pub async fn register(&self) -> Result<Vec<ConsumerPlan>, ReadError> {
        Ok(self.registered().await?.into_iter().map(|consumer| consumer.plan).collect())
    }

    async fn registered(&self) -> Result<Vec<Registered>, ReadError> {
        registration::register(&self.publisher, &self.api(), self.wanted(), self.replays(), &self.options).await
    }

    /// Reads until `shutdown` ends and everything in hand is settled. It fetches nothing more then; handlers have
    /// [`ReaderOptions::shutdown_timeout`] to end, and the events of those that do not are given back. A stop takes some seconds if
    /// nothing is in hand, because it waits for what the server may just be sending.
    ///
    /// Lost connections, restarted servers, new leaders and deleted consumers are overcome. While the reader starts, it waits 30 s
    /// for a server that does not answer or has no leader. Keep the publisher open until the reader
    /// has ended: it stores the dead letters. Dropping the future abandons what is in hand, and those events come again after
    /// [`ReaderOptions::ack_wait`].
    ///
    /// # Errors
    ///
    /// An event has no handler, registering failed, a stream is missing, or the connection was closed. What was in hand is settled.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<Served, ReadError> {
        let handlers = self.complete()?;
        let most = handlers.iter().map(|handler| handler.gathers()).max().unwrap_or(1);
        self.options = self.options.clone().concurrency(self.options.concurrency.max(most));
        let mut shutdown = pin!(shutdown);
        let mut starting = Starting::now();
        let mut consumers = loop {
            match self.registered().await {
                Ok(consumers) => break consumers,
                Err(error) => {
                    if !starting.again(error, &self.replays().stream, shutdown.as_mut()).await? {
                        return Ok(Served::default());
                    }
                }
            }
        };
        // Dead letters that are replayed go to the service itself.
        consumers.retain(|consumer| self.reread.is_none() || !consumer.wanted.is_replay);
        let (stop, stopping) = watch::channel(false);
        let (cut, is_cut) = watch::channel(false);
        let names = self.publisher.names();
        let dispatcher = Arc::new(Dispatcher {
            client: self.publisher.client().clone(),
            service: self.service,
            events: self.events,
            filters: self.events.iter().map(|event| names.subject(event.filter.to_owned())).collect(),
            handlers,
            keys: self.keys.clone(),
            shared: self.shared.clone(),
            stopping: stopping.clone(),
            cut: is_cut,
            options: self.options.clone(),
            publisher: self.publisher.clone(),
        });
        let api = self.api();
        let mut loops = JoinSet::new();
        metric::reader::describe();
        let sources = consumers.into_iter().map(|consumer| (Arc::new(Source::new(&consumer, &self.options)), consumer));
        let sources: Vec<(Arc<Source>, Registered)> = sources.collect();
        let progress = sources.iter().map(|(source, _)| source.progress.clone()).collect();
        let _running = self.shared.runs(progress);
        let mut in_progress = JoinSet::new();
        for (source, consumer) in sources {
            in_progress.spawn(source.progress.in_hand().keep(dispatcher.client.clone(), self.options.ack_wait));
            loops.spawn(PullLoop::new(dispatcher.clone(), api.clone(), consumer, source).run(stopping.clone()));
        }
        let result = supervised(loops, shutdown, &stop, &cut, self.options.shutdown_timeout).await;
        result.map(|()| dispatcher.shared.counts.read())
    }

    /// The handlers, if none is missing.
    fn complete(&self) -> Result<Vec<Arc<dyn AnyHandler>>, ReadError> {
        let missing = self.events.iter().zip(&self.handlers).filter(|(_, handler)| handler.is_none());
        let events: Vec<&'static str> = missing.map(|(event, _)| event.descriptor.name).collect();
        if events.is_empty() {
            Ok(self.handlers.iter().flatten().cloned().collect())
        } else {
            Err(ReadError::NoHandler { events })
        }
    }

    fn api(&self) -> Api {
        let publisher = &self.publisher;
        Api { client: publisher.client().clone(), prefix: publisher.options().api(), timeout: Duration::from_secs(5) }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("service", &self.service).field("options", &self.options).finish_non_exhaustive()
    }
}
