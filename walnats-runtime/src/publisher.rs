//! The publisher.

mod connect;
mod context;
mod environment;
mod probe;
mod settings;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, jetstream};
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use self::environment::Environment;
use crate::callback::{Panics, guard};
use crate::engine::{Engine, Load};
use crate::error::{ConfigError, ConnectError, EmitError, FlushError, OptionError, Reason, ShutdownError};
use crate::health::Health;
use crate::jetstream::KnownStreams;
use crate::message::OutboundMessage;
use crate::options::Options;
use crate::pending::Pending;
use crate::placement::Names;
use crate::stats::Stats;
use crate::stream::StreamDescriptor;
use crate::warning::{Warning, say_stated, warnings};

/// Emits events over one NATS connection. Clones are cheap and share one buffer.
///
/// A publisher runs on the Tokio runtime in which it was created (after [`Publisher::new`] outside a runtime: that of its first
/// emit); emits may come from anywhere. Emits wait while that runtime is not driven, as with a current-thread runtime between two
/// calls of `block_on`, or while all its workers are blocked.
///
/// When the last clone is dropped, buffered events are still sent while the runtime runs; [`Publisher::shutdown`] waits for that
/// and reports what could not be delivered. Call it at the end of `main`, because a runtime that shuts down stops the publisher.
/// Events that it then holds end as `NotStored` if never sent, and as `PossiblyStored` otherwise; those that no caller awaits are
/// counted, logged and passed to [`Options::on_lost`]. None of this happens if the process ends through `std::process::exit`, an
/// abort or a signal.
#[derive(Clone)]
pub struct Publisher {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    streams: &'static [StreamDescriptor],
    /// The same, with the names on this server.
    placed: Vec<StreamDescriptor>,
    names: Names,
    options: Options,
    /// The error in the options, if any.
    fault: Option<ConfigError>,
    /// The observed configuration of the streams.
    known: KnownStreams,
    engine: Engine,
}

impl Publisher {
    /// Connects to one of the servers in `urls`: `nats://host:4222`, several separated by commas. `streams` are the streams of
    /// the events.
    ///
    /// # Errors
    ///
    /// No server could be reached within [`Options::connect_timeout`], or it rejected the credentials. Once connected, a lost
    /// connection is retried without limit, unless async-nats's options say otherwise.
    /// With [`Options::strict`], a stream that may lose events is an error, before anything is connected.
    pub async fn connect(
        urls: impl AsRef<str>,
        streams: &'static [StreamDescriptor],
        mut options: Options,
    ) -> Result<Self, ConnectError> {
        let names = named(&options, streams)?;
        if options.strict
            && let Some((stream, warnings)) =
                names.streams(streams).iter().find_map(|stream| Some((stream.name, warned(stream)?)))
        {
            return Err(ConnectError::Strict { stream: stream.to_owned(), warnings });
        }
        let panics = guard(&mut options);
        let (client, nats_events) = connect::connect(urls.as_ref(), &options).await?;
        Ok(Self::start(client, streams, options, Some(nats_events), panics))
    }

    /// Connects according to the environment variables of the program `nats`: `NATS_URL` (or `NATS_SERVER`, which
    /// walnats for Python reads), `NATS_USER` and `NATS_PASSWORD` (a user without a password is a token), `NATS_TOKEN`,
    /// `NATS_CREDS`, `NATS_NKEY` (a file with the seed), `NATS_CERT`, `NATS_KEY` and `NATS_CA`. What they do not set
    /// comes from the context that `NATS_CONTEXT` names or that is selected (`nats context select`), in `nats` below
    /// `XDG_CONFIG_HOME` or `~/.config`: also domain and API prefix of JetStream, the inbox's prefix, and TLS first.
    /// The default is `nats://127.0.0.1:4222`, without credentials.
    ///
    /// `options` take precedence for credentials, domain and API prefix. Credentials from there, or from a
    /// variable, replace a user that a less specific URL names: that of the context, say. Files with credentials are read again
    /// at every connection.
    ///
    /// # Errors
    ///
    /// Like [`Publisher::connect`]; or the environment is invalid. Unknown members of a context are reported through `tracing`.
    pub async fn connect_env(streams: &'static [StreamDescriptor], options: Options) -> Result<Self, ConnectError> {
        Self::connect_with(Environment::of_process().await?, streams, options).await
    }

    /// Connects like [`Publisher::connect_env`], according to an environment that was read before.
    ///
    /// # Errors
    ///
    /// Like [`Publisher::connect`].
    pub async fn connect_with(
        environment: Environment,
        streams: &'static [StreamDescriptor],
        options: Options,
    ) -> Result<Self, ConnectError> {
        let (urls, options) = environment.complete(options);
        Self::connect(urls, streams, options).await
    }

    /// Emits over an existing connection.
    ///
    /// The server reports a denied publish only to the connection's `event_callback`, so over such a connection the emit ends as
    /// `PossiblyStored` when its deadline passes; [`Publisher::connect`] reports it immediately. Ping interval and queue are the
    /// connection's, too: with async-nats's defaults, a dead connection is noticed after two minutes. The guarantees about
    /// resending stay the same, see [`Options::window_messages`].
    pub fn new(client: Client, streams: &'static [StreamDescriptor], mut options: Options) -> Self {
        let panics = guard(&mut options);
        Self::start(client, streams, options, None, panics)
    }

    fn start(
        client: Client,
        streams: &'static [StreamDescriptor],
        options: Options,
        nats_events: Option<mpsc::UnboundedReceiver<async_nats::Event>>,
        panics: Arc<Panics>,
    ) -> Self {
        let (names, fault) = match named(&options, streams) {
            Ok(names) => (names, None),
            Err(fault) => (Names::default(), Some(fault)),
        };
        let placed = names.streams(streams);
        say_stated(&client, &placed);
        let known = KnownStreams::default();
        let engine = Engine::new(client.clone(), &options, known.clone(), nats_events, panics);
        Self { shared: Arc::new(Shared { client, streams, placed, names, options, fault, known, engine }) }
    }

    /// The connection.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// JetStream over the connection, with the options' domain or prefix.
    pub fn jetstream(&self) -> jetstream::Context {
        jetstream::with_prefix(self.shared.client.clone(), self.shared.options.api().as_str())
    }

    /// The name on this server of a stream of the package.
    pub fn server_stream<'a>(&self, stream: &'a str) -> Cow<'a, str> {
        self.names().stream(stream)
    }

    /// A subject, or a subject filter, of the package as it is on this server.
    pub fn server_subject(&self, subject: String) -> String {
        self.names().subject(subject)
    }

    /// The subject of a request to JetStream's API, with the options' domain or prefix: `$JS.API.STREAM.INFO.orders` for
    /// `STREAM.INFO.orders`.
    pub fn api_request(&self, operation: &str) -> String {
        self.options().api().request(operation)
    }

    /// The streams of the events, with their names in the package.
    pub fn streams(&self) -> &'static [StreamDescriptor] {
        self.shared.streams
    }

    /// The publisher's options.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Buffers a finished message, like `.buffered()`; waits while the buffer is full.
    ///
    /// # Errors
    ///
    /// The publisher was shut down.
    pub async fn submit(&self, message: OutboundMessage) -> Result<Pending, EmitError> {
        tokio::task::consume_budget().await;
        self.submit_within(self.addressed(message), None).await
    }

    /// Waits until everything accepted before the call is acknowledged, for at most `deadline`.
    ///
    /// # Errors
    ///
    /// The deadline passed, or a buffered message has failed since the last `flush`, whether its [`Pending`] was awaited or not.
    pub async fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        self.shared.engine.flush(deadline).await
    }

    /// Accepts nothing more, waits until everything is acknowledged, for `deadline` at most, and ends. All clones are
    /// shut down together; the connection stays open for other uses.
    ///
    /// # Errors
    ///
    /// The messages that were not acknowledged. Nothing of them is sent afterwards.
    pub async fn shutdown(&self, deadline: Duration) -> Result<(), ShutdownError> {
        self.shared.engine.shutdown(deadline).await
    }

    /// Counts since the publisher was created, and what it currently holds.
    pub fn stats(&self) -> Stats {
        self.shared.engine.stats()
    }

    /// The last observed health of connection and streams, for a readiness probe. Makes no request.
    pub fn health(&self) -> Health {
        self.shared.engine.health()
    }

    /// The number of messages that failed without a caller awaiting them, see [`Options::on_lost`].
    pub fn lost(&self) -> u64 {
        self.shared.engine.lost()
    }

    /// The error in the options, if any.
    pub(crate) fn fault(&self) -> Option<&ConfigError> {
        self.shared.fault.as_ref()
    }

    /// A publisher with invalid options sends nothing.
    fn check(&self, load: &Load) -> Result<(), EmitError> {
        match self.fault() {
            None => Ok(()),
            Some(fault) => Err(load.not_stored(OptionError::from(fault.clone()).into())),
        }
    }

    /// The configuration of the streams on the server, as far as observed.
    pub(crate) fn known_streams(&self) -> &KnownStreams {
        &self.shared.known
    }

    /// The descriptor of a stream of the package, with its name here; defaults if it is unknown.
    pub(crate) fn stream(&self, name: &str) -> &StreamDescriptor {
        const UNKNOWN: &StreamDescriptor = &StreamDescriptor::new("");
        let known = self.shared.streams.iter().position(|stream| stream.name == name);
        known.and_then(|index| self.shared.placed.get(index)).unwrap_or(UNKNOWN)
    }

    /// The names of streams and subjects on this server.
    pub(crate) fn names(&self) -> &Names {
        &self.shared.names
    }

    /// Sends a finished message within `deadline`, including the wait for the buffer; `None` means [`Options::deadline`].
    /// Nothing is sent after the deadline. The caller must handle the result: `flush` does not report it.
    ///
    /// # Errors
    ///
    /// The publisher is shut down, or the buffer stayed full.
    pub async fn submit_confirmed(
        &self,
        message: OutboundMessage,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        self.confirmed(Load::One(self.addressed(message)), deadline).await
    }

    /// Waits for space for all of them, and sends them as one batch.
    pub(crate) async fn submit_atomic(
        &self,
        messages: Vec<OutboundMessage>,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        self.confirmed(Load::Atomic(messages), deadline).await
    }

    /// Waits for space without a limit; the deadline counts from then on.
    pub(crate) async fn submit_within(
        &self,
        message: OutboundMessage,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        let (engine, load) = (&self.shared.engine, Load::One(message));
        self.check(&load)?;
        let place = match engine.try_place(&load)? {
            Some(place) => place,
            None => engine.place(&load).await?,
        };
        engine.accept(load, place, self.buffered_until(deadline), true)
    }

    /// Does not wait for space.
    pub(crate) fn try_submit(
        &self,
        message: OutboundMessage,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        let (engine, load) = (&self.shared.engine, Load::One(message));
        self.check(&load)?;
        #[cfg(feature = "testing")]
        if self.options().takes_buffer_for_full() {
            return Err(load.not_stored(Reason::BufferFull));
        }
        match engine.try_place(&load)? {
            Some(place) => engine.accept(load, place, self.buffered_until(deadline), true),
            None => Err(load.not_stored(Reason::BufferFull)),
        }
    }

    /// Adds the stream's settings, which a message that was stored elsewhere does not have.
    fn addressed(&self, message: OutboundMessage) -> OutboundMessage {
        let stream = self.shared.placed.iter().find(|stream| stream.name == message.stream);
        OutboundMessage { expect_stream: stream.is_none_or(|stream| stream.expect_stream), ..message }
    }

    async fn confirmed(&self, load: Load, deadline: Option<Duration>) -> Result<Pending, EmitError> {
        self.check(&load)?;
        let until = Instant::now().checked_add(deadline.unwrap_or(self.shared.options.deadline));
        let engine = &self.shared.engine;
        let place = match (engine.try_place(&load)?, until) {
            (Some(place), _) => place,
            (None, None) => engine.place(&load).await?,
            (None, Some(until)) => engine.place_until(&load, until).await?,
        };
        engine.accept(load, place, until, false)
    }

    fn buffered_until(&self, deadline: Option<Duration>) -> Option<Instant> {
        deadline.or(self.shared.options.buffered_deadline).and_then(|deadline| Instant::now().checked_add(deadline))
    }
}

/// The names, if the options are valid for these streams.
fn named(options: &Options, streams: &[StreamDescriptor]) -> Result<Names, ConfigError> {
    options.check()?;
    let names = options.names()?;
    names.check(streams)?;
    Ok(names)
}

/// The warnings about a stream, if any.
fn warned(stream: &StreamDescriptor) -> Option<Vec<Warning>> {
    let warnings = warnings(stream);
    (!warnings.is_empty()).then_some(warnings)
}

impl AsRef<Publisher> for Publisher {
    fn as_ref(&self) -> &Publisher {
        self
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
