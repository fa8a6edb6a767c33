//! The publisher.

mod connect;
mod context;
mod environment;
mod probe;
mod settings;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, jetstream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::environment::Environment;
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

/// Emits events over one NATS connection. Cloning is cheap, and all clones share one buffer.
///
/// A publisher works on the Tokio runtime on which it was made ([`Publisher::new`] outside of a runtime: on that of its first emit),
/// and emits may come from anywhere. That runtime has to be driven: emits wait while nobody runs it, as with a current-thread
/// runtime between two calls of `block_on`, or while all its workers are blocked.
///
/// When the last clone is dropped, what is in the buffer is still sent, for as long as the runtime runs;
/// [`Publisher::shutdown`] waits for that, and says what could not be delivered. Call it at the end of `main`: a runtime that
/// shuts down takes the publisher with it. What the publisher holds then ends as `NotStored` where it was never sent and as
/// `PossiblyStored` where it was; what nobody waits for is counted, logged and passed to [`Options::on_lost`]. A process that ends by
/// `std::process::exit`, an abort or a signal gets to do nothing of this.
#[derive(Clone)]
pub struct Publisher {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    streams: &'static [StreamDescriptor],
    /// The same as they are here.
    placed: Vec<StreamDescriptor>,
    names: Names,
    options: Options,
    /// What is wrong with the options.
    fault: Option<ConfigError>,
    /// What the streams really are.
    known: KnownStreams,
    engine: Engine,
}

impl Publisher {
    /// Connects to one of the servers in `urls`: `nats://host:4222`, several separated by commas. `streams` are those that
    /// the events belong to.
    ///
    /// # Errors
    ///
    /// No server could be reached within [`Options::connect_timeout`], or it refused the credentials. It does not try
    /// for ever; once connected, a lost connection is taken up again for ever, unless async-nats's options say otherwise.
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

    /// Connects as the environment says, with the variables of the program `nats`: `NATS_URL` (or `NATS_SERVER`, which
    /// walnats for Python reads), `NATS_USER` and `NATS_PASSWORD` (a user without a password is a token), `NATS_TOKEN`,
    /// `NATS_CREDS`, `NATS_NKEY` (a file with the seed), `NATS_CERT`, `NATS_KEY` and `NATS_CA`. What they leave open is taken
    /// from the context that `NATS_CONTEXT` names or that is selected (`nats context select`), in `nats` below
    /// `XDG_CONFIG_HOME` or `~/.config`: also domain and API prefix of JetStream, the inbox's prefix, and TLS first.
    /// What neither says is `nats://127.0.0.1:4222`, without credentials.
    ///
    /// `options` come first: what they say of credentials, domain and API prefix counts. Credentials from there, or from a
    /// variable, replace a user that a less specific URL names: that of the context, say. Files with credentials are read again
    /// at every connection.
    ///
    /// # Errors
    ///
    /// As [`Publisher::connect`]; and what the environment says cannot be used. A member of a context that is not known is
    /// reported through `tracing`.
    pub async fn connect_env(streams: &'static [StreamDescriptor], options: Options) -> Result<Self, ConnectError> {
        let (urls, options) = Environment::of_process().await?.complete(options);
        Self::connect(urls, streams, options).await
    }

    /// Emits over a connection that is there already.
    ///
    /// The server reports a denied publish to the connection's `event_callback` alone; over such a connection the
    /// emit ends as `PossiblyStored` when its deadline passes. [`Publisher::connect`] does better. Ping interval and queue are
    /// that connection's, too: async-nats's own notice a dead connection after two minutes. Neither changes what is promised
    /// about sending again, see [`Options::window_messages`].
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

    /// JetStream over the connection, in the domain or under the prefix that the options say.
    pub fn jetstream(&self) -> jetstream::Context {
        jetstream::with_prefix(self.shared.client.clone(), self.shared.options.api().as_str())
    }

    /// The streams that the events belong to, as the package calls them.
    pub fn streams(&self) -> &'static [StreamDescriptor] {
        self.shared.streams
    }

    /// How the publisher behaves.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Hands over a finished message, as `.buffered()` does; waits for a place in the buffer.
    ///
    /// # Errors
    ///
    /// The publisher is shut down.
    pub async fn submit(&self, message: OutboundMessage) -> Result<Pending, EmitError> {
        tokio::task::consume_budget().await;
        self.submit_within(self.addressed(message), None).await
    }

    /// Waits until everything that was accepted before the call is acknowledged, for `deadline` at most.
    ///
    /// # Errors
    ///
    /// Time is up, or a buffered message ended otherwise since the last `flush`, whether somebody awaited its
    /// [`Pending`] or not.
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

    /// Counts since the publisher was made, and what it holds at the moment.
    pub fn stats(&self) -> Stats {
        self.shared.engine.stats()
    }

    /// The last observed health of connection and streams, for a readiness probe. Makes no request.
    pub fn health(&self) -> Health {
        self.shared.engine.health()
    }

    /// How many messages failed while nobody waited for them, see [`Options::on_lost`].
    pub fn lost(&self) -> u64 {
        self.shared.engine.lost()
    }

    /// What is wrong with the options, if anything.
    pub(crate) fn fault(&self) -> Option<&ConfigError> {
        self.shared.fault.as_ref()
    }

    /// Nothing is sent by a publisher whose options cannot be used.
    fn check(&self, load: &Load) -> Result<(), EmitError> {
        match self.fault() {
            None => Ok(()),
            Some(fault) => Err(load.not_stored(OptionError::from(fault.clone()).into())),
        }
    }

    /// What the streams really are, as far as somebody has looked.
    pub(crate) fn known_streams(&self) -> &KnownStreams {
        &self.shared.known
    }

    /// What is known of a stream of the package, as it is here; the defaults where nothing is.
    pub(crate) fn stream(&self, name: &str) -> &StreamDescriptor {
        const UNKNOWN: &StreamDescriptor = &StreamDescriptor::new("");
        let known = self.shared.streams.iter().position(|stream| stream.name == name);
        known.and_then(|index| self.shared.placed.get(index)).unwrap_or(UNKNOWN)
    }

    /// What streams and subjects are called here.
    pub(crate) fn names(&self) -> &Names {
        &self.shared.names
    }

    /// Hands over a finished message that may take `deadline` in all, the wait for a place in the buffer included; `None`
    /// is [`Options::deadline`]. Nothing is sent after it. Whoever calls looks after the end: `flush` does not answer for it.
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

    /// Waits for places for all of them, which are sent as one.
    pub(crate) async fn submit_atomic(
        &self,
        messages: Vec<OutboundMessage>,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        self.confirmed(Load::Atomic(messages), deadline).await
    }

    /// Waits for a place for as long as it takes; the deadline counts from then on.
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

    /// A place at once, or none.
    pub(crate) fn try_submit(
        &self,
        message: OutboundMessage,
        deadline: Option<Duration>,
    ) -> Result<Pending, EmitError> {
        let (engine, load) = (&self.shared.engine, Load::One(message));
        self.check(&load)?;
        match engine.try_place(&load)? {
            Some(place) => engine.accept(load, place, self.buffered_until(deadline), true),
            None => Err(load.not_stored(Reason::BufferFull)),
        }
    }

    /// The message as its stream takes it, which one that was kept elsewhere does not know.
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

/// The names, if the options can be used for these streams.
fn named(options: &Options, streams: &[StreamDescriptor]) -> Result<Names, ConfigError> {
    options.check()?;
    let names = options.names()?;
    names.check(streams)?;
    Ok(names)
}

/// What there is to say of a stream, if anything.
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
