//! Creates and updates the streams of a package: inspects them first, applies safe changes, and refuses others.

mod account;
mod api;
mod apply;
mod change;
mod config;
mod consumers;
mod copies;
mod count;
mod cut_off;
mod error;
mod external;
mod limits;
mod loss;
mod permission;
mod plan;
mod planner;
mod refusal;
mod report;
mod rule;
mod setting;
mod warning;
mod weaker;

pub use change::Change;
pub use cut_off::{CutConsumer, CutOff};
pub use error::RegisterError;
pub use external::Misfit;
pub use loss::{Count, Loss};
pub use plan::{Action, Plan, StreamPlan};
pub use refusal::{Refusal, RefusedStream};
pub use report::{Registered, RegisteredStream, StreamOutcome};
pub use weaker::Weakening;

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use async_nats::Client;

use self::permission::{Hindrance, Permission, Scope};
use crate::error::ConfigError;
use crate::event::EventDescriptor;
use crate::jetstream::{Api, KnownStreams, Prefix};
use crate::placement::Names;
use crate::publisher::Publisher;
use crate::stream::StreamDescriptor;
use crate::warning::say;

/// Creates and updates streams when awaited.
///
/// It inspects each stream first, as [`Register::plan`] does, and then applies the changes that keep every stored message.
/// An update that deletes messages is refused with their number, unless [`Register::allow_loss`] permits it. An update that
/// weakens the stream (fewer replicas, a lifted limit, another discard policy, a shorter duplicate window) is refused unless
/// [`Register::allow_weaker`] permits it. Settings that a [`StreamDescriptor`] does not state stay unchanged, and so do
/// subjects that others added to a stream. An [`external`](StreamDescriptor::external) stream is checked, never changed.
///
/// ```no_run
/// # use walnats_runtime::{Register, StreamDescriptor};
/// # async fn example(client: async_nats::Client) -> Result<(), Box<dyn std::error::Error>> {
/// const USERS: StreamDescriptor =
///     StreamDescriptor { subjects: &["users.*.created"], ..StreamDescriptor::new("users") };
///
/// println!("{}", Register::new(&client, &[USERS]).plan().await?);
/// Register::new(&client, &[USERS]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is registered until this is awaited"]
pub struct Register<'a> {
    api: Api,
    /// Borrows the publisher, or the client, whose connection is used.
    publisher: PhantomData<&'a Client>,
    /// Where the observed configuration is cached.
    known: KnownStreams,
    streams: Vec<StreamDescriptor>,
    exact_subjects: bool,
    permission: Permission,
    /// The names of the streams on this server.
    names: Names,
    /// The error in the publisher's options, if any.
    options_error: Option<ConfigError>,
}

impl<'a> Register<'a> {
    /// Registers `streams` through this connection.
    pub fn new(client: &'a Client, streams: &[StreamDescriptor]) -> Self {
        Self {
            api: Api { client: client.clone(), prefix: Prefix::default(), timeout: Duration::from_secs(5) },
            publisher: PhantomData,
            known: KnownStreams::default(),
            streams: streams.to_vec(),
            exact_subjects: false,
            permission: Permission::default(),
            names: Names::default(),
            options_error: None,
        }
    }

    /// Creates streams that are missing and leaves those that exist as they are.
    pub fn create_only(mut self) -> Self {
        self.permission.scope = Scope::CreateOnly;
        self
    }

    /// Updates streams that exist; one that is missing is refused with [`Refusal::Missing`].
    pub fn update_only(mut self) -> Self {
        self.permission.scope = Scope::UpdateOnly;
        self
    }

    /// Registers only the streams of these events.
    pub fn only(mut self, events: &[&EventDescriptor]) -> Self {
        self.streams.retain(|stream| events.iter().any(|event| event.stream == stream.name));
        self
    }

    /// Permits the update of `stream` to delete up to `messages` stored messages. `stream` is its name in the package or on
    /// the server.
    pub fn allow_loss(mut self, stream: impl Into<String>, messages: u64) -> Self {
        self.permission.loss.insert(stream.into(), messages);
        self
    }

    /// Permits the update of `stream` to change `setting` (JetStream's name, as the plan shows it) although that weakens the
    /// stream: see [`StreamPlan::weakenings`].
    ///
    /// ```no_run
    /// # use walnats_runtime::{Register, StreamDescriptor};
    /// # async fn example(client: async_nats::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// const USERS: StreamDescriptor = StreamDescriptor { replicas: Some(1), ..StreamDescriptor::new("users") };
    ///
    /// Register::new(&client, &[USERS]).allow_weaker("users", "num_replicas").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_weaker(mut self, stream: impl Into<String>, setting: impl Into<String>) -> Self {
        self.permission.weaker.insert((stream.into(), setting.into()));
        self
    }

    /// Removes subjects from a stream that this package does not declare.
    ///
    /// By default they are kept, because another package may publish on them and would get "no responders". Stored messages
    /// of a removed subject stay stored.
    pub fn exact_subjects(mut self) -> Self {
        self.exact_subjects = true;
        self
    }

    /// Refuses streams that have a [`Warning`](crate::Warning): one replica, storage in memory, interest retention, and those
    /// that the inspection of the server finds.
    pub fn strict(mut self) -> Self {
        self.permission.strict = true;
        self
    }

    /// How long to wait for each answer of the server. Default: 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.api.timeout = timeout;
        self
    }

    /// Returns what registering would do, and changes nothing. [`Register::create_only`], [`Register::update_only`],
    /// [`Register::allow_loss`], [`Register::allow_weaker`] and [`Register::strict`] do not affect the plan.
    ///
    /// # Errors
    ///
    /// The options are invalid, or the server does not answer or cannot be inspected.
    pub async fn plan(&self) -> Result<Plan, RegisterError> {
        self.check_options()?;
        self.planner().plan(&self.names.streams(&self.streams)).await
    }

    /// What registering would refuse of `plan`, which was made for these streams: with [`Register::allow_loss`],
    /// [`Register::allow_weaker`], [`Register::strict`] and the others, which do affect it. Asks no server.
    pub fn refusals(&self, plan: &Plan) -> Vec<RefusedStream> {
        let mut permission = self.permission.clone();
        permission.add_server_names(&self.names);
        let refused = plan.streams.iter().filter_map(|stream| Some((stream, permission.decide(stream).err()?)));
        refused.map(|(stream, Hindrance { refusal, .. })| report::refused(stream.clone(), refusal)).collect()
    }

    fn check_options(&self) -> Result<(), RegisterError> {
        self.options_error.clone().map_or(Ok(()), |error| Err(error.into()))
    }

    fn planner(&self) -> planner::Planner<'_> {
        planner::Planner { api: &self.api, known: &self.known, exact_subjects: self.exact_subjects }
    }

    async fn run(mut self) -> Result<Registered, RegisterError> {
        self.check_options()?;
        let mut streams = self.names.streams(&self.streams);
        self.permission.add_server_names(&self.names);
        let order: Vec<String> = streams.iter().map(|stream| stream.name.to_owned()).collect();
        let position = |name: &str| order.iter().position(|known| known == name);
        let mut registered = Registered::default();
        let mut refused = Vec::new();
        // Another process may change a stream between inspection and update, and the update of one stream may free subjects or
        // storage that another one needs, so failed streams are retried once.
        for is_retry in [false, true] {
            let plan = self.planner().plan(&streams).await?;
            let mut retried = Vec::new();
            let found = plan.streams.iter();
            let found = found.flat_map(|stream| stream.warnings.iter().map(|warning| (stream.name.as_str(), *warning)));
            say(&self.api.client, found);
            for stream in plan.streams {
                match apply::apply(&self.api, &self.known, &self.permission, &stream).await? {
                    Ok(outcome) => registered.streams.push(report::registered(stream, outcome)),
                    Err(Hindrance { refusal, passing: true }) if !is_retry => retried.push((stream, refusal)),
                    Err(Hindrance { refusal, .. }) => refused.push(report::refused(stream, refusal)),
                }
            }
            streams.retain(|wanted| retried.iter().any(|(stream, _)| stream.name == wanted.name));
            if streams.is_empty() {
                break;
            }
        }
        // Those that were tried again come where they stand.
        registered.streams.sort_by_key(|stream| position(&stream.name));
        refused.sort_by_key(|refused| position(&refused.stream));
        if refused.is_empty() { Ok(registered) } else { Err(RegisterError::Refused { refused, registered }) }
    }
}

impl<'a> IntoFuture for Register<'a> {
    type Output = Result<Registered, RegisterError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl Publisher {
    /// Creates and updates `streams` when awaited.
    pub fn register(&self, streams: &[StreamDescriptor]) -> Register<'_> {
        let mut register = Register::new(self.client(), streams);
        register.api.prefix = self.options().api();
        register.names = self.names().clone();
        register.options_error = self.fault().cloned();
        register.known = self.known_streams().clone();
        if self.options().strict { register.strict() } else { register }
    }

    /// Returns what registering `streams` would do, and changes nothing.
    ///
    /// # Errors
    ///
    /// The options are invalid, or the server does not answer or cannot be inspected.
    pub async fn plan(&self, streams: &[StreamDescriptor]) -> Result<Plan, RegisterError> {
        self.register(streams).plan().await
    }
}
