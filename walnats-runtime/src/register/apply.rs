//! Applies the permitted changes of a plan.

use super::error::RegisterError;
use super::permission::{Decision, Hindrance, Permission};
use super::plan::{Action, StreamPlan};
use super::refusal::Refusal;
use super::report::StreamOutcome;
use super::{api, planner};
use crate::jetstream::{Api, ErrorCode, KnownStreams, code};

/// Applies the plan for one stream. The inner error says why the stream was not changed; the outer one ends registering.
pub(super) async fn apply(
    api: &Api,
    known: &KnownStreams,
    permission: &Permission,
    plan: &StreamPlan,
) -> Result<Result<StreamOutcome, Hindrance>, RegisterError> {
    match permission.decide(plan) {
        Ok(Decision::Send) => {}
        Ok(Decision::Leave(outcome)) => return Ok(Ok(outcome)),
        Err(hindrance) => return Ok(Err(hindrance)),
    }
    let answer = match plan.action {
        Action::Create => api::create(api, &plan.name, &plan.config).await,
        _ => api::update(api, &plan.name, &plan.config).await,
    };
    match answer {
        Ok(info) => {
            known.note_config(&plan.name, &info.config);
            let why = planner::not_applied(plan, &info.config);
            if why.is_empty() {
                return Ok(Ok(done(plan)));
            }
            Ok(Err(Hindrance { refusal: Refusal::Rejected { code: None, why }, passing: false }))
        }
        Err(failure) => match RegisterError::from(failure) {
            RegisterError::Server { code, description, .. } => Ok(Err(rejected(code, description))),
            error => Err(error),
        },
    }
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
    let passing = matches!(
        code,
        code::STREAM_NAME_IN_USE
            | code::STREAM_NOT_FOUND
            | code::SUBJECTS_OVERLAP
            | code::MEMORY_EXCEEDED
            | code::STORAGE_EXCEEDED
    );
    let meaning = ErrorCode::of(code, 0).meaning;
    let why = [description, meaning.to_owned()].into_iter().filter(|text| !text.is_empty()).collect();
    Hindrance { refusal: Refusal::Rejected { code: Some(code), why }, passing }
}
