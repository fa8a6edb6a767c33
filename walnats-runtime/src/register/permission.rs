//! What the caller permits `register` to do, and which planned changes go beyond it.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Action, StreamPlan};
use super::refusal::Refusal;
use super::report::StreamOutcome;
use super::weaker::Weakening;
use crate::placement::Names;

/// Which changes are permitted.
#[derive(Clone, Debug, Default)]
pub(super) struct Permission {
    pub scope: Scope,
    /// Whether a stream with a warning is refused.
    pub strict: bool,
    /// How many stored messages each stream may lose.
    pub loss: BTreeMap<String, u64>,
    /// The stream and the setting of each change that may weaken it.
    pub weaker: BTreeSet<(String, String)>,
}

/// Which streams may be sent to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scope {
    #[default]
    Both,
    CreateOnly,
    UpdateOnly,
}

/// Why a stream was not changed, and whether a retry may succeed.
pub(super) struct Hindrance {
    pub refusal: Refusal,
    pub passing: bool,
}

/// What to do with a planned stream.
pub(super) enum Decision {
    /// Send the planned configuration.
    Send,
    /// Leave the stream as it is.
    Leave(StreamOutcome),
}

impl Permission {
    /// Permits for the streams' names on this server what is permitted for their names in the package.
    pub(super) fn add_server_names(&mut self, names: &Names) {
        for (stream, messages) in self.loss.clone() {
            self.loss.entry(names.stream(&stream).into_owned()).or_insert(messages);
        }
        let weaker = self.weaker.iter();
        let weaker: Vec<_> =
            weaker.map(|(stream, setting)| (names.stream(stream).into_owned(), setting.clone())).collect();
        self.weaker.extend(weaker);
    }

    /// Whether the planned change may be made.
    pub(super) fn decide(&self, plan: &StreamPlan) -> Result<Decision, Hindrance> {
        let refuse = |refusal| Err(Hindrance { refusal, passing: false });
        if self.strict && !plan.warnings.is_empty() {
            return refuse(Refusal::Warned(plan.warnings.clone()));
        }
        match &plan.action {
            Action::NoChange if plan.external => return Ok(Decision::Leave(StreamOutcome::Fits)),
            Action::NoChange => return Ok(Decision::Leave(StreamOutcome::Unchanged)),
            Action::Unfit { misfits } => return refuse(Refusal::Unfit(misfits.clone())),
            _ if plan.present.is_some() && self.scope == Scope::CreateOnly => {
                return Ok(Decision::Leave(StreamOutcome::Left));
            }
            Action::Rejected { why } => {
                let refusal = Refusal::Rejected { code: None, why: why.clone() };
                return Err(Hindrance { refusal, passing: plan.over_limits });
            }
            Action::Conflict { stream, subjects } => {
                let refusal = Refusal::Conflict { stream: stream.clone(), subjects: subjects.clone() };
                return Err(Hindrance { refusal, passing: true });
            }
            Action::UpdateLoses { messages, losses } => {
                let permitted = self.loss.get(&plan.name).copied().unwrap_or_default();
                if messages.messages() > permitted {
                    let (messages, losses) = (*messages, losses.clone());
                    return refuse(Refusal::Loses { messages, stored: plan.stored, losses });
                }
            }
            Action::Create if self.scope == Scope::UpdateOnly => return refuse(Refusal::Missing),
            Action::Create | Action::Update | Action::UpdateWeakens => {}
        }
        let is_permitted = |weakening: &Weakening| {
            let mut permitted = self.weaker.iter();
            permitted.any(|(stream, setting)| *stream == plan.name && setting == weakening.change.setting)
        };
        let weaker = plan.weakenings.iter().filter(|weakening| !is_permitted(weakening));
        let weaker: Vec<Weakening> = weaker.cloned().collect();
        if weaker.is_empty() { Ok(Decision::Send) } else { refuse(Refusal::Weakens(weaker)) }
    }
}
