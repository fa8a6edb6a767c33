//! A reader: what a service does with the events that it consumes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::consumer::{self, ConsumerPlan, Wanted};
use super::dead_letter;
use super::dispatch::Dispatcher;
use super::error::ReadError;
use super::handler::{AnyHandler, Handler, Typed};
use super::in_progress::InProgress;
use super::incoming::ConsumedEvent;
use super::monitor::{ReaderMonitor, Shared};
use super::options::ReaderOptions;
use super::pause::{Paused, ReaderControl};
use super::pull_loop::PullLoop;
use super::registration::{self, Registered};
use super::served::Served;
use super::source::Source;
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
        ReaderMonitor { shared: self.shared.clone(), control: ReaderControl::new(self.api(), consumers) }
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
    /// Lost connections, restarted servers, new leaders and deleted consumers are overcome. Keep the publisher open until the reader
    /// has ended: it stores the dead letters. Dropping the future abandons what is in hand, and those events come again after
    /// [`ReaderOptions::ack_wait`].
    ///
    /// # Errors
    ///
    /// An event has no handler, registering failed, a stream is missing, or the connection was closed. What was in hand is settled.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<Served, ReadError> {
        let handlers = self.complete()?;
        let consumers = self.registered().await?;
        let (stop, stopping) = watch::channel(false);
        let (cut, is_cut) = watch::channel(false);
        let names = self.publisher.names();
        let dispatcher = Arc::new(Dispatcher {
            client: self.publisher.client().clone(),
            service: self.service,
            events: self.events,
            filters: self.events.iter().map(|event| names.subject(event.filter.to_owned())).collect(),
            handlers,
            shared: self.shared.clone(),
            in_progress: InProgress::new(self.options.ack_wait),
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
        for (source, consumer) in sources {
            loops.spawn(PullLoop::new(dispatcher.clone(), api.clone(), consumer, source).run(stopping.clone()));
        }
        let mut in_progress = JoinSet::new();
        in_progress.spawn(dispatcher.in_progress.clone().run(dispatcher.client.clone()));
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

    /// One consumer for each stream that has an event of the service.
    fn wanted(&self) -> Vec<Wanted> {
        let names = self.publisher.names();
        let mut streams: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in self.events {
            let stream = names.stream(event.descriptor.stream).into_owned();
            streams.entry(stream).or_default().insert(names.subject(event.filter.to_owned()));
        }
        let name = self.consumer();
        let options = &self.options;
        let wanted = streams.into_iter().map(|(stream, filters)| Wanted {
            stream,
            name: name.clone(),
            filters: consumer::disjoint(filters.iter().map(String::as_str)),
            ack_wait: options.ack_wait,
            max_ack_pending: options.max_ack_pending,
            start: options.start,
            allow_skipping: options.allow_skipping,
            is_replay: false,
        });
        wanted.collect()
    }

    /// The consumer of dead letters that are replayed for this service.
    fn replays(&self) -> Wanted {
        let names = self.publisher.names();
        let stream = dead_letter::replay_stream_name(&self.options.dead_letter_stream);
        Wanted {
            stream: names.stream(&stream).into_owned(),
            name: self.consumer(),
            filters: vec![names.subject(dead_letter::replay_filter(self.service))],
            ack_wait: self.options.ack_wait,
            max_ack_pending: self.options.max_ack_pending,
            start: None,
            // Nothing else is ever on this subject.
            allow_skipping: true,
            is_replay: true,
        }
    }

    /// The name of the consumers. Environments may share a stream: their subjects differ, and so do their consumers.
    fn consumer(&self) -> String {
        self.publisher.names().subject(String::new()).replace('.', "-") + self.service
    }
}

/// Waits for the shutdown or the first loop that fails, and then for all loops.
async fn supervised(
    mut loops: JoinSet<Result<(), ReadError>>,
    shutdown: impl Future<Output = ()>,
    stop: &watch::Sender<bool>,
    cut: &watch::Sender<bool>,
    shutdown_timeout: Duration,
) -> Result<(), ReadError> {
    let mut result = tokio::select! {
        () = shutdown => Ok(()),
        Some(ended) = loops.join_next() => ended.unwrap_or(Err(ReadError::Runtime)),
    };
    stop.send_replace(true);
    let late = async {
        tokio::time::sleep(shutdown_timeout).await;
        cut.send_replace(true);
        std::future::pending::<()>().await;
    };
    let all = async {
        let mut first = Ok(());
        while let Some(ended) = loops.join_next().await {
            first = first.and(ended.unwrap_or(Err(ReadError::Runtime)));
        }
        first
    };
    tokio::select! {
        () = late => {}
        rest = all => result = result.and(rest),
    }
    result
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("service", &self.service).field("options", &self.options).finish_non_exhaustive()
    }
}
