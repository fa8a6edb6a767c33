//! Brings the streams of a package to a server: looks first, does what loses nothing, refuses the rest.

mod api;
mod change;
mod config;
mod count;
mod error;
mod loss;
mod plan;
mod report;
mod rule;
mod subjects;
mod survey;
mod warning;

pub use change::Change;
pub use error::{Refusal, RefusedStream, RegisterError};
pub use loss::{Count, Loss};
pub use plan::{Action, Plan, StreamPlan};
pub use report::{Registered, RegisteredStream, StreamOutcome};
pub(crate) use subjects::covers;
pub use warning::Warning;
pub(crate) use warning::{say_once, warnings};

use std::collections::BTreeMap;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use async_nats::Client;

use crate::error::ConfigError;
use crate::jetstream::{Api, ErrorCode, KnownStreams, Prefix, code};
use crate::placement::Names;
use crate::{EventDescriptor, Publisher, StreamDescriptor};

/// Creates and updates streams; `.await` does it.
///
/// It looks at each stream first, as [`Register::plan`] shows, and then does what keeps every stored message. An update
/// that drops messages is refused with their number, unless [`Register::allow_loss`] admits it. Settings that a
/// [`StreamDescriptor`] does not know (mirror, sources, placement, metadata, republish, ...) stay as they are, and so do
/// subjects that others added to a stream.
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
    /// Whose connection it is.
    publisher: PhantomData<&'a Client>,
    /// Where what is found is kept.
    known: KnownStreams,
    streams: Vec<StreamDescriptor>,
    scope: Scope,
    exact_subjects: bool,
    strict: bool,
    loss: BTreeMap<String, u64>,
    /// What the streams are called on this server.
    names: Names,
    /// What is wrong with the options of the publisher.
    fault: Option<ConfigError>,
}

/// Which streams may be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Both,
    CreateOnly,
    UpdateOnly,
}

impl<'a> Register<'a> {
    /// Registers `streams` through this connection.
    pub fn new(client: &'a Client, streams: &[StreamDescriptor]) -> Self {
        Self {
            api: Api { client: client.clone(), prefix: Prefix::default(), timeout: Duration::from_secs(5) },
            publisher: PhantomData,
            known: KnownStreams::default(),
            streams: streams.to_vec(),
            scope: Scope::Both,
            exact_subjects: false,
            strict: false,
            loss: BTreeMap::new(),
            names: Names::default(),
            fault: None,
        }
    }

    /// Creates streams that are missing and leaves those that exist as they are.
    pub fn create_only(mut self) -> Self {
        self.scope = Scope::CreateOnly;
        self
    }

    /// Updates streams that exist; one that is missing is refused with [`Refusal::Missing`].
    pub fn update_only(mut self) -> Self {
        self.scope = Scope::UpdateOnly;
        self
    }

    /// Registers the streams of these events alone.
    pub fn only(mut self, events: &[&EventDescriptor]) -> Self {
        self.streams.retain(|stream| events.iter().any(|event| event.stream == stream.name));
        self
    }

    /// Lets the update of `stream`, by its name in the package or on the server, drop up to `messages` messages that it
    /// stores.
    pub fn allow_loss(mut self, stream: impl Into<String>, messages: u64) -> Self {
        self.loss.insert(stream.into(), messages);
        self
    }

    /// Removes subjects from a stream that this package does not declare.
    ///
    /// Without this they are kept, because another package may publish on them; it would get "no responders". What is
    /// stored of a removed subject stays stored.
    pub fn exact_subjects(mut self) -> Self {
        self.exact_subjects = true;
        self
    }

    /// Refuses streams that have a [`Warning`]: one replica, storage in memory, interest retention, persistence that does
    /// not wait for the disk.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// How long to wait for each answer of the server. Default 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.api.timeout = timeout;
        self
    }

    /// What registering would do, without doing it. The choices to create or update alone, to allow loss and to be
    /// strict do not change what is shown.
    ///
    /// # Errors
    ///
    /// The server does not answer, or not with what is needed to plan.
    pub async fn plan(&self) -> Result<Plan, RegisterError> {
        self.usable()?;
        survey::survey(&self.api, &self.known, &self.names.streams(&self.streams), self.exact_subjects).await
    }

    fn usable(&self) -> Result<(), RegisterError> {
        self.fault.clone().map_or(Ok(()), |fault| Err(fault.into()))
    }

    async fn run(mut self) -> Result<Registered, RegisterError> {
        self.usable()?;
        let mut streams = self.names.streams(&self.streams);
        for (stream, messages) in self.loss.clone() {
            self.loss.entry(self.names.stream(&stream).into_owned()).or_insert(messages);
        }
        let mut registered = Registered::default();
        let mut refused = Vec::new();
        // Somebody else may create or change a stream between the look and the deed, and an update of one stream may
        // free the subjects that another one waits for: what did not go through is looked at once more.
        for last in [false, true] {
            let plan = survey::survey(&self.api, &self.known, &streams, self.exact_subjects).await?;
            let mut again = Vec::new();
            for stream in plan.streams {
                warning::say_once(&stream.name, &stream.warnings);
                match self.apply(&stream).await? {
                    Ok(outcome) => registered.streams.push(report::registered(stream, outcome)),
                    Err(Hindrance { refusal, passing: true }) if !last => again.push((stream, refusal)),
                    Err(Hindrance { refusal, .. }) => refused.push(report::refused(stream, refusal)),
                }
            }
            streams.retain(|wanted| again.iter().any(|(stream, _)| stream.name == wanted.name));
            if streams.is_empty() {
                break;
            }
        }
        if refused.is_empty() { Ok(registered) } else { Err(RegisterError::Refused { refused, registered }) }
    }

    /// Carries out the plan for one stream.
    async fn apply(&self, plan: &StreamPlan) -> Result<Result<StreamOutcome, Hindrance>, RegisterError> {
        let refuse = |refusal| Ok(Err(Hindrance { refusal, passing: false }));
        if self.strict && !plan.warnings.is_empty() {
            return refuse(Refusal::Warned(plan.warnings.clone()));
        }
        match &plan.action {
            Action::NoChange => return Ok(Ok(StreamOutcome::Unchanged)),
            _ if plan.exists && self.scope == Scope::CreateOnly => return Ok(Ok(StreamOutcome::Left)),
            Action::Rejected { why } => return refuse(Refusal::Rejected { code: None, why: why.clone() }),
            Action::Conflict { stream, subjects } => {
                let refusal = Refusal::Conflict { stream: stream.clone(), subjects: subjects.clone() };
                return Ok(Err(Hindrance { refusal, passing: true }));
            }
            Action::UpdateLoses { messages, losses } => {
                let allowed = self.loss.get(&plan.name).copied().unwrap_or_default();
                if messages.messages() > allowed {
                    let (messages, losses) = (*messages, losses.clone());
                    return refuse(Refusal::Loses { messages, stored: plan.stored, losses });
                }
            }
            Action::Create if self.scope == Scope::UpdateOnly => return refuse(Refusal::Missing),
            Action::Create | Action::Update => {}
        }
        let answer = match plan.action {
            Action::Create => api::create(&self.api, &plan.name, &plan.config).await,
            _ => api::update(&self.api, &plan.name, &plan.config).await,
        };
        match answer {
            Ok(info) => {
                self.known.note_config(&plan.name, &info.config);
                Ok(Ok(done(plan)))
            }
            Err(failure) => match RegisterError::from(failure) {
                RegisterError::Server { code, description, .. } => Ok(Err(rejected(code, description))),
                error => Err(error),
            },
        }
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
    /// Creates and updates `streams`, when awaited.
    pub fn register(&self, streams: &[StreamDescriptor]) -> Register<'_> {
        let mut register = Register::new(self.client(), streams);
        register.api.prefix = self.options().api();
        register.names = self.names().clone();
        register.fault = self.fault().cloned();
        register.known = self.known_streams().clone();
        if self.options().strict { register.strict() } else { register }
    }

    /// What registering `streams` would do, without doing it.
    ///
    /// # Errors
    ///
    /// The server does not answer, or not with what is needed to plan.
    pub async fn plan(&self, streams: &[StreamDescriptor]) -> Result<Plan, RegisterError> {
        self.register(streams).plan().await
    }
}

/// Why a stream was not changed, and whether a second look may find otherwise.
struct Hindrance {
    refusal: Refusal,
    passing: bool,
}

fn done(plan: &StreamPlan) -> StreamOutcome {
    match &plan.action {
        Action::Create => {
            tracing::info!(stream = plan.name, "created stream");
            StreamOutcome::Created
        }
        Action::UpdateLoses { messages, .. } => {
            tracing::warn!(stream = plan.name, lost = messages.messages(), "updated stream, with loss as allowed");
            StreamOutcome::UpdatedWithLoss(*messages)
        }
        _ => {
            tracing::info!(stream = plan.name, "updated stream");
            StreamOutcome::Updated
        }
    }
}

fn rejected(code: u64, description: String) -> Hindrance {
    let passing = matches!(code, code::STREAM_NAME_IN_USE | code::STREAM_NOT_FOUND | code::SUBJECTS_OVERLAP);
    let meaning = ErrorCode::of(code, 0).meaning;
    let why = [description, meaning.to_owned()].into_iter().filter(|text| !text.is_empty()).collect();
    Hindrance { refusal: Refusal::Rejected { code: Some(code), why }, passing }
}
