//! Inspects the server and makes the plan. The decisions are pure functions; the requests are made here.

use futures_util::future::try_join_all;
use walnats_subject::{covers, overlap, without_covered};

use super::api::{self, Info};
use super::change::{self, Change};
use super::config::{self, Config};
use super::cut_off::{self, CutOff};
use super::error::RegisterError;
use super::external::{self, Misfit};
use super::loss::{self, Loss};
use super::plan::{Action, Plan, StreamPlan};
use super::rule::Server;
use super::setting::Setting;
use super::{account, consumers, copies, count, limits, rule, warning, weaker};
use crate::jetstream::{Api, Failure, KnownStreams, Prefix};
use crate::stream::StreamDescriptor;
use crate::warning::Warning;

/// How many streams are inspected concurrently.
const AT_ONCE: usize = 8;

/// What planning needs besides the streams.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub api: &'a Api,
    /// Where the observed configuration is cached.
    pub known: &'a KnownStreams,
    /// Whether subjects that the package does not declare are removed.
    pub exact_subjects: bool,
}

impl Planner<'_> {
    /// Plans every stream.
    pub(super) async fn plan(self, streams: &[StreamDescriptor]) -> Result<Plan, RegisterError> {
        let server = server(self.api);
        let mut plan = Plan::default();
        for start in (0..streams.len()).step_by(AT_ONCE) {
            let end = streams.len().min(start + AT_ONCE);
            let inspections = (start..end).map(|at| self.inspect(&streams[at], &streams[..at], server));
            plan.streams.extend(try_join_all(inspections).await?);
        }
        if streams.iter().any(|stream| stream.expect_stream) {
            let mut starved = copies::starved(self.api, server).await?;
            for (stream, plan) in streams.iter().zip(&mut plan.streams).filter(|(stream, _)| stream.expect_stream) {
                plan.starved_copies = starved.remove(stream.name).unwrap_or_default();
                plan.warnings.extend((!plan.starved_copies.is_empty()).then_some(Warning::CopiesStayEmpty));
            }
        }
        if plan.streams.iter().any(limits::counts) {
            match account::read(self.api, server).await? {
                Some(account) => limits::check(&mut plan.streams, &account),
                None => plan.limits_unseen = true,
            }
        }
        Ok(plan)
    }

    /// Plans one stream: first from its configuration alone, then with what only the server knows.
    async fn inspect(
        self,
        wanted: &StreamDescriptor,
        earlier: &[StreamDescriptor],
        server: Server,
    ) -> Result<StreamPlan, Failure> {
        let api = self.api;
        let for_new = plan(wanted, None, server, self.exact_subjects);
        // Two streams of the package cannot share a subject either.
        if let Some(action) = earlier.iter().find_map(|other| declared_twice(wanted, other)) {
            return Ok(StreamPlan { action, ..for_new });
        }
        // A request cannot contain an invalid name.
        if !rule::name(wanted.name).is_empty() {
            return Ok(for_new);
        }
        let info = api::info(api, wanted.name).await?;
        if let Some(info) = &info {
            self.known.note_config(wanted.name, &info.config);
        }
        if wanted.external {
            return self.inspect_external(wanted, info.as_ref()).await;
        }
        let Some(info) = info else {
            if for_new.action != Action::Create {
                return Ok(for_new);
            }
            let conflict = conflict(api, wanted.name, &config::subjects_of(&for_new.config)).await?;
            return Ok(StreamPlan { action: conflict.unwrap_or(Action::Create), ..for_new });
        };
        let mut plan = plan(wanted, Some(&info), server, self.exact_subjects);
        plan.needs_recreation =
            matches!(plan.action, Action::Rejected { .. }) && matches!(for_new.action, Action::Create);
        if !matches!(plan.action, Action::Update | Action::UpdateWeakens) {
            return Ok(plan);
        }
        let present = config::subjects_of(&info.config);
        let all = config::subjects_of(&plan.config);
        let new = all.iter().filter(|filter| !present.iter().any(|old| covers(old, filter))).cloned();
        if let Some(action) = conflict(api, wanted.name, &new.collect::<Vec<_>>()).await? {
            return Ok(StreamPlan { action, ..plan });
        }
        if plan.changes.iter().any(|change| change.setting == "consumer_limits") {
            let why = consumers::over_limits(api, wanted.name, &plan.config).await?;
            if !why.is_empty() {
                return Ok(StreamPlan { action: Action::Rejected { why }, ..plan });
            }
        }
        plan.cut_off = cut_off(api, wanted.name, &present, &all).await?;
        let mut losses = Vec::new();
        for cause in loss::causes(&info.config, &plan.config, &info.state) {
            let messages = count::count(api, wanted.name, &info, cause).await?;
            losses.push(Loss { setting: cause.setting(), messages });
        }
        Ok(with_losses(plan, losses))
    }

    /// Compares an external stream with the events' requirements.
    async fn inspect_external(self, wanted: &StreamDescriptor, info: Option<&Info>) -> Result<StreamPlan, Failure> {
        let mut misfits = match info {
            Some(info) => external::misfits(wanted, &info.config),
            None => vec![Misfit::Missing],
        };
        for misfit in &mut misfits {
            if let Misfit::Subject { subject, stored_by } = misfit {
                *stored_by = stored_by_another(self.api, wanted.name, subject).await?;
            }
        }
        let config = info.map(|info| info.config.clone()).unwrap_or_default();
        Ok(StreamPlan {
            name: wanted.name.to_owned(),
            action: if misfits.is_empty() { Action::NoChange } else { Action::Unfit { misfits } },
            changes: Vec::new(),
            kept_subjects: Vec::new(),
            weakenings: Vec::new(),
            cut_off: CutOff::default(),
            needs_recreation: false,
            warnings: info.map(|_| warning::warnings_of(wanted, &config)).unwrap_or_default(),
            starved_copies: Vec::new(),
            unchecked_bytes: 0,
            stored: info.map_or(0, |info| info.state.messages),
            external: true,
            present: info.map(|info| info.config.clone()),
            over_limits: false,
            config,
        })
    }
}

/// The plan for a stream from its configuration alone: [`Action::Update`] may still lose messages or conflict.
pub(super) fn plan(wanted: &StreamDescriptor, info: Option<&Info>, server: Server, exact_subjects: bool) -> StreamPlan {
    let current = info.map(|info| &info.config);
    let declared = config::wanted_subjects(wanted);
    let present = current.map(config::subjects_of).unwrap_or_default();
    let foreign = present.into_iter().filter(|old| !exact_subjects && !declared.contains(old));
    let foreign: Vec<String> = foreign.collect();
    let all = without_covered(declared.iter().chain(&foreign).map(String::as_str));
    let config = config::desired(wanted, &all, current);
    let nothing = change::defaults();
    let changes = change::changes(current.unwrap_or(&nothing), &config);
    let weakenings = current.map(|current| weaker::weakenings(&changes, current, &config)).unwrap_or_default();
    let why = rule::broken(wanted, &config, current, server);
    let action = match current {
        _ if !why.is_empty() => Action::Rejected { why },
        None => Action::Create,
        Some(_) if changes.is_empty() => Action::NoChange,
        Some(_) if !weakenings.is_empty() => Action::UpdateWeakens,
        Some(_) => Action::Update,
    };
    StreamPlan {
        name: wanted.name.to_owned(),
        action,
        changes,
        kept_subjects: foreign.into_iter().filter(|subject| all.contains(subject)).collect(),
        weakenings,
        cut_off: CutOff::default(),
        needs_recreation: false,
        warnings: warning::warnings_of(wanted, &config),
        starved_copies: Vec::new(),
        unchecked_bytes: 0,
        stored: info.map_or(0, |info| info.state.messages),
        external: false,
        present: current.cloned(),
        over_limits: false,
        config,
    }
}

/// The planned changes that a server ignored silently because it is too old to know the setting. Settings that every server
/// knows are not compared: if they differ, somebody else has changed the stream in the meantime.
pub(super) fn not_applied(plan: &StreamPlan, now: &Config) -> Vec<String> {
    let is_planned = |change: &Change| plan.changes.iter().any(|planned| planned.setting == change.setting);
    let left_out = change::changes(now, &plan.config).into_iter().filter(is_planned);
    let ignored = left_out.filter_map(|change| {
        let needs = Setting::of(change.setting).filter(|setting| setting.since.is_some()).map(rule::needs)?;
        Some(format!("the server kept `{}` at {}: {needs}", change.key(), change.from))
    });
    ignored.collect()
}

/// The plan with the counted losses.
pub(super) fn with_losses(plan: StreamPlan, mut losses: Vec<Loss>) -> StreamPlan {
    losses.retain(|loss| loss.messages.messages() > 0);
    if losses.is_empty() {
        return plan;
    }
    let messages = loss::total(&losses, plan.stored);
    StreamPlan { action: Action::UpdateLoses { messages, losses }, ..plan }
}

/// Whom the change of a stream's subjects cuts off.
async fn cut_off(api: &Api, stream: &str, present: &[String], new: &[String]) -> Result<CutOff, Failure> {
    let mut found = CutOff { subjects: cut_off::removed(present, new), ..CutOff::default() };
    if found.subjects.is_empty() {
        return Ok(found);
    }
    for filter in &found.subjects {
        let stored = count::subjects(api, stream, filter).await?.into_iter();
        let lost = stored.filter(|(subject, _)| !new.iter().any(|filter| covers(filter, subject)));
        found.published.extend(lost);
    }
    found.published.sort_by(|(a, some), (b, more)| (more, a).cmp(&(some, b)));
    found.published.dedup();
    found.published.truncate(CutOff::LISTED);
    match consumers::list(api, stream).await {
        Ok(consumers) => {
            let consumers = consumers.iter().map(|consumer| (consumer.name.as_str(), consumer.filters()));
            found.consumers = cut_off::cut(consumers, present, new);
        }
        // A user who may not list consumers can still register.
        Err(Failure::Timeout { connected: true, .. }) => found.unseen_consumers = true,
        Err(failure) => return Err(failure),
    }
    Ok(found)
}

/// Another stream than `stream` that stores subjects of `filter`.
async fn stored_by_another(api: &Api, stream: &str, filter: &str) -> Result<Option<String>, Failure> {
    match api::streams_with(api, filter).await {
        // A user without permission to list streams can still register: the server itself refuses overlaps.
        Err(Failure::Timeout { connected: true, .. }) => Ok(None),
        answer => Ok(answer?.into_iter().find(|other| other != stream)),
    }
}

/// The conflict with another stream than `stream` that stores subjects of `filters`, if there is one.
async fn conflict(api: &Api, stream: &str, filters: &[String]) -> Result<Option<Action>, Failure> {
    for filter in filters {
        if let Some(other) = stored_by_another(api, stream, filter).await? {
            let theirs =
                api::info(api, &other).await?.map(|info| config::subjects_of(&info.config)).unwrap_or_default();
            return Ok(Some(Action::Conflict { subjects: overlapping(filters, theirs), stream: other }));
        }
    }
    Ok(None)
}

fn declared_twice(wanted: &StreamDescriptor, other: &StreamDescriptor) -> Option<Action> {
    let subjects = overlapping(&config::wanted_subjects(wanted), config::wanted_subjects(other));
    (!subjects.is_empty()).then(|| Action::Conflict { stream: other.name.to_owned(), subjects })
}

/// Those of `theirs` that overlap one of `ours`.
fn overlapping(ours: &[String], theirs: Vec<String>) -> Vec<String> {
    theirs.into_iter().filter(|their| ours.iter().any(|our| overlap(our, their))).collect()
}

/// What the connection reveals about the server that runs JetStream. If that is another server (behind a leaf node, in
/// another domain, behind an import), nothing is known.
fn server(api: &Api) -> Server {
    let info = api.client.server_info();
    if !info.jetstream || api.prefix != Prefix::default() {
        return Server::default();
    }
    let version = copies::version(&info.version);
    Server { version, clustered: Some(info.cluster.is_some()) }
}
