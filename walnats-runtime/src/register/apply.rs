//! Applies the permitted changes of a plan.

use super::error::RegisterError;
use super::plan::{Action, StreamPlan};
use super::refusal::Refusal;
use super::report::StreamOutcome;
use super::weaker::Weakening;
use super::{Register, Scope, api, planner};
use crate::jetstream::{ErrorCode, code};

impl Register<'_> {
    /// Applies the plan for one stream.
    pub(super) async fn apply(&self, plan: &StreamPlan) -> Result<Result<StreamOutcome, Hindrance>, RegisterError> {
        let refuse = |refusal| Ok(Err(Hindrance { refusal, passing: false }));
        if self.strict && !plan.warnings.is_empty() {
            return refuse(Refusal::Warned(plan.warnings.clone()));
        }
        match &plan.action {
            Action::NoChange if plan.external => return Ok(Ok(StreamOutcome::Fits)),
            Action::NoChange => return Ok(Ok(StreamOutcome::Unchanged)),
            Action::Unfit { misfits } => return refuse(Refusal::Unfit(misfits.clone())),
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
            Action::Create | Action::Update | Action::UpdateWeakens => {}
        }
        let is_allowed = |setting: &str| {
            let mut allowed = self.weaker.iter();
            allowed.any(|(stream, allowed)| {
                allowed == setting && (*stream == plan.name || self.names.stream(stream) == plan.name)
            })
        };
        let weaker = plan.weakenings.iter().filter(|weakening| !is_allowed(weakening.change.setting));
        let weaker: Vec<Weakening> = weaker.cloned().collect();
        if !weaker.is_empty() {
            return refuse(Refusal::Weakens(weaker));
        }
        let answer = match plan.action {
            Action::Create => api::create(&self.api, &plan.name, &plan.config).await,
            _ => api::update(&self.api, &plan.name, &plan.config).await,
        };
        match answer {
            Ok(info) => {
                self.known.note_config(&plan.name, &info.config);
                let why = planner::not_applied(plan, &info.config);
                if why.is_empty() { Ok(Ok(done(plan))) } else { refuse(Refusal::Rejected { code: None, why }) }
            }
            Err(failure) => match RegisterError::from(failure) {
                RegisterError::Server { code, description, .. } => Ok(Err(rejected(code, description))),
                error => Err(error),
            },
        }
    }
}

/// Why a stream was not changed, and whether a retry may succeed.
pub(super) struct Hindrance {
    pub(super) refusal: Refusal,
    pub(super) passing: bool,
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
