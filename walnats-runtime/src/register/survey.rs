//! Looks at the server and makes the plan. What is decided is decided by pure functions; here is who asks what.

use futures_util::future::try_join_all;

use super::api::{self, Info};
use super::config;
use super::rule::Server;
use super::{Action, Loss, Plan, RegisterError, StreamPlan};
use super::{change, count, loss, rule, subjects, warning};
use crate::StreamDescriptor;
use crate::jetstream::{Api, Failure, KnownStreams, Prefix};

/// Streams looked at at once.
const AT_ONCE: usize = 8;

/// Plans every stream.
pub(super) async fn survey(
    api: &Api,
    known: &KnownStreams,
    streams: &[StreamDescriptor],
    exact_subjects: bool,
) -> Result<Plan, RegisterError> {
    let server = server(api);
    let mut plan = Plan::default();
    for start in (0..streams.len()).step_by(AT_ONCE) {
        let end = streams.len().min(start + AT_ONCE);
        let looks = (start..end).map(|at| look(api, known, &streams[at], &streams[..at], server, exact_subjects));
        plan.streams.extend(try_join_all(looks).await?);
    }
    Ok(plan)
}

/// Plans one stream: the pure plan first, then what only the server knows about it.
async fn look(
    api: &Api,
    known: &KnownStreams,
    wanted: &StreamDescriptor,
    earlier: &[StreamDescriptor],
    server: Server,
    exact_subjects: bool,
) -> Result<StreamPlan, Failure> {
    let unseen = plan(wanted, None, server, exact_subjects);
    // Two streams of the package itself cannot share a subject either.
    if let Some(action) = earlier.iter().find_map(|other| declared_twice(wanted, other)) {
        return Ok(StreamPlan { action, ..unseen });
    }
    // A name that breaks the rules cannot be asked for.
    if !rule::name(wanted.name).is_empty() {
        return Ok(unseen);
    }
    let Some(info) = api::info(api, wanted.name).await? else {
        if unseen.action != Action::Create {
            return Ok(unseen);
        }
        let conflict = conflict(api, wanted.name, &config::subjects_of(&unseen.config)).await?;
        return Ok(StreamPlan { action: conflict.unwrap_or(Action::Create), ..unseen });
    };
    known.note_config(wanted.name, &info.config);
    let plan = plan(wanted, Some(&info), server, exact_subjects);
    if plan.action != Action::Update {
        return Ok(plan);
    }
    let present = config::subjects_of(&info.config);
    let new = config::subjects_of(&plan.config).into_iter();
    let new: Vec<_> = new.filter(|filter| !present.iter().any(|old| subjects::covers(old, filter))).collect();
    if let Some(action) = conflict(api, wanted.name, &new).await? {
        return Ok(StreamPlan { action, ..plan });
    }
    let mut losses = Vec::new();
    for cause in loss::causes(&info.config, &plan.config, &info.state) {
        let messages = count::count(api, wanted.name, &info, cause).await?;
        losses.push(Loss { setting: cause.setting(), messages });
    }
    Ok(with_losses(plan, losses))
}

/// The plan for a stream by what its configuration says alone: [`Action::Update`] may still lose messages or conflict.
pub(super) fn plan(wanted: &StreamDescriptor, info: Option<&Info>, server: Server, exact_subjects: bool) -> StreamPlan {
    let current = info.map(|info| &info.config);
    let declared = config::wanted_subjects(wanted);
    let present = current.map(config::subjects_of).unwrap_or_default();
    let foreign = present.into_iter().filter(|old| !exact_subjects && !declared.contains(old));
    let foreign: Vec<String> = foreign.collect();
    let all = subjects::without_covered(declared.iter().chain(&foreign).map(String::as_str));
    let config = config::desired(wanted, &all, current);
    let changes = match current {
        Some(current) => change::changes(current, &config),
        None => change::changes(&change::defaults(), &config),
    };
    let why = rule::broken(wanted, &config, current, server);
    let action = match current {
        _ if !why.is_empty() => Action::Rejected { why },
        None => Action::Create,
        Some(_) if changes.is_empty() => Action::NoChange,
        Some(_) => Action::Update,
    };
    StreamPlan {
        name: wanted.name.to_owned(),
        action,
        changes,
        kept_subjects: foreign.into_iter().filter(|subject| all.contains(subject)).collect(),
        warnings: warning::warnings_of(wanted, &config),
        stored: info.map_or(0, |info| info.state.messages),
        exists: info.is_some(),
        config,
    }
}

/// The plan with what was counted.
pub(super) fn with_losses(plan: StreamPlan, mut losses: Vec<Loss>) -> StreamPlan {
    losses.retain(|loss| loss.messages.messages() > 0);
    if losses.is_empty() {
        return plan;
    }
    let messages = loss::total(&losses, plan.stored);
    StreamPlan { action: Action::UpdateLoses { messages, losses }, ..plan }
}

/// The stream that has some of `filters`, if there is one beside `stream` itself.
async fn conflict(api: &Api, stream: &str, filters: &[String]) -> Result<Option<Action>, Failure> {
    for filter in filters {
        let others = match api::streams_with(api, filter).await {
            // A user who may not list streams can still register: the server itself refuses what overlaps.
            Err(Failure::Timeout { connected: true, .. }) => return Ok(None),
            answer => answer?,
        };
        if let Some(other) = others.into_iter().find(|other| other != stream) {
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

/// Those of `theirs` that overlap with one of `ours`.
fn overlapping(ours: &[String], theirs: Vec<String>) -> Vec<String> {
    theirs.into_iter().filter(|their| ours.iter().any(|our| subjects::overlap(our, their))).collect()
}

/// What the connection says of the server. Only a server that runs JetStream itself speaks for it: behind a leaf node, in
/// another domain and behind an import, another one answers.
fn server(api: &Api) -> Server {
    let info = api.client.server_info();
    if !info.jetstream || api.prefix != Prefix::default() {
        return Server::default();
    }
    let mut numbers = info.version.split(['.', '-']).map(|number| number.parse().ok());
    let version = numbers.next().flatten().zip(numbers.next().flatten());
    Server { version, clustered: Some(info.cluster.is_some()) }
}
