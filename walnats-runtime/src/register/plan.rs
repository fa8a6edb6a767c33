//! The changes that registering would make, per stream.

use std::fmt;

use super::change::Change;
use super::config::Config;
use super::cut_off::CutOff;
use super::external::Misfit;
use super::loss::{Count, Loss};
use super::weaker::Weakening;
use crate::warning::Warning;

/// The changes that registering would make, per stream. `Display` prints a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In the order of the package's streams.
    pub streams: Vec<StreamPlan>,
    /// Whether something would change and the account's limits could not be read, so that the server may reject a stream that
    /// exceeds one: a permission for `$JS.API.INFO` may be missing.
    pub limits_unseen: bool,
}

impl Plan {
    /// Whether every stream already matches the package.
    pub fn is_empty(&self) -> bool {
        self.streams.iter().all(|stream| stream.action == Action::NoChange)
    }

    /// Whether registering would apply the whole plan: nothing is lost, weakened, in conflict or rejected, and every external
    /// stream meets the events' requirements.
    pub fn is_safe(&self) -> bool {
        let safe = |stream: &StreamPlan| matches!(stream.action, Action::NoChange | Action::Create | Action::Update);
        self.streams.iter().all(safe)
    }
}

/// What registering would do to a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamPlan {
    /// The stream's name.
    pub name: String,
    /// What registering would do.
    pub action: Action,
    /// The settings that would change; for a new stream, those that differ from the server's defaults.
    pub changes: Vec<Change>,
    /// Subjects of the existing stream that this package does not declare. They are kept, unless
    /// [`Register::exact_subjects`](super::Register::exact_subjects) says otherwise.
    pub kept_subjects: Vec<String>,
    /// The changes that weaken the stream without deleting messages.
    pub weakenings: Vec<Weakening>,
    /// Whom the update cuts off, because subjects are removed.
    pub cut_off: CutOff,
    /// Whether the server refuses the update and would accept the same configuration for a new stream: the stream would have to
    /// be deleted, with its messages, and created again.
    pub needs_recreation: bool,
    /// Warnings about the wanted configuration.
    pub warnings: Vec<Warning>,
    /// Streams of the account that copy this one and stay empty, see [`Warning::CopiesStayEmpty`].
    pub starved_copies: Vec<String>,
    /// The bytes that the change would reserve, if only the servers limit them: what those have left (`max_file_store`,
    /// `max_memory_store`) is visible to their operator alone, and they reject what exceeds it.
    pub unchecked_bytes: u64,
    /// Messages that the stream holds now.
    pub stored: u64,
    /// Whether the stream is managed externally.
    pub external: bool,
    /// The configuration of the stream on the server, if it exists.
    pub(super) present: Option<Config>,
    /// Whether the server would reject it because of the account's limits, which the change of another stream may free.
    pub(super) over_limits: bool,
    /// The whole configuration that would be sent.
    pub(super) config: Config,
}

/// What registering would do to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// The stream is as wanted.
    NoChange,
    /// The stream does not exist.
    Create,
    /// The stream changes and keeps its messages.
    Update,
    /// The change would delete messages. Refused unless allowed.
    UpdateLoses {
        /// The total number.
        messages: Count,
        /// What each setting would delete.
        losses: Vec<Loss>,
    },
    /// The stream changes and keeps its messages, but its guarantees become weaker: see [`StreamPlan::weakenings`].
    /// Refused unless allowed.
    UpdateWeakens,
    /// The stream is external, and does not meet the events' requirements.
    Unfit {
        /// The unmet requirements.
        misfits: Vec<Misfit>,
    },
    /// The server would reject it.
    Rejected {
        /// The violated rules.
        why: Vec<String>,
    },
    /// Another stream stores some of the subjects.
    Conflict {
        /// The other stream.
        stream: String,
        /// The other stream's subjects that overlap; empty if they could not be read.
        subjects: Vec<String>,
    },
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.streams.iter().map(|stream| stream.name.len()).max().unwrap_or_default();
        for stream in &self.streams {
            stream.write(f, width)?;
        }
        if self.limits_unseen {
            writeln!(f, "? the account's limits could not be read: a permission for `$JS.API.INFO` may be missing")?;
        }
        self.write_summary(f)
    }
}

impl fmt::Display for StreamPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.name.len())
    }
}

impl StreamPlan {
    /// The whole configuration that would be sent, as JetStream's JSON.
    pub fn config(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.config
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
        let (sign, what) = match &self.action {
            Action::NoChange if self.external => ('=', "external, and meets the requirements of the events".to_owned()),
            Action::NoChange => ('=', "no change".to_owned()),
            Action::Create => ('+', "create".to_owned()),
            Action::Update => ('~', "update".to_owned()),
            Action::UpdateLoses { messages, .. } => {
                ('!', format!("update loses {messages} of {} messages", self.stored))
            }
            Action::UpdateWeakens => ('<', "update weakens".to_owned()),
            Action::Unfit { .. } => ('x', "external, and does not meet the requirements of the events".to_owned()),
            Action::Rejected { .. } => ('x', "the server would reject it".to_owned()),
            Action::Conflict { stream, .. } => ('x', format!("overlaps with stream `{stream}`")),
        };
        writeln!(f, "{sign} {:width$}  {what}", self.name)?;
        self.write_changes(f)?;
        match &self.action {
            Action::UpdateLoses { losses, .. } => {
                for loss in losses {
                    writeln!(f, "    ! {} deletes {} messages: {}", loss.key(), loss.messages, loss.why())?;
                }
            }
            Action::Rejected { why } => {
                for rule in why {
                    writeln!(f, "    x {rule}")?;
                }
                if self.needs_recreation {
                    let messages = if self.stored == 1 { "message" } else { "messages" };
                    let stored = format!("{} {messages}", self.stored);
                    writeln!(
                        f,
                        "    x only a new stream can have this: it would have to be deleted, with {stored}, and created again"
                    )?;
                }
            }
            Action::Conflict { stream, subjects } => {
                for subject in subjects {
                    writeln!(f, "    x `{stream}` stores `{subject}`")?;
                }
            }
            Action::Unfit { misfits } => {
                for misfit in misfits {
                    writeln!(f, "    x {misfit}")?;
                }
            }
            Action::NoChange | Action::Create | Action::Update | Action::UpdateWeakens => {}
        }
        for weakening in &self.weakenings {
            writeln!(f, "    < {}: {}", weakening.change.key(), weakening.why)?;
        }
        self.write_cut_off(f)?;
        for warning in self.warnings.iter().filter(|warning| warning.is_found()) {
            writeln!(f, "    warning: {warning}")?;
        }
        for copy in &self.starved_copies {
            writeln!(f, "    warning: stream `{copy}` copies it and stays empty")?;
        }
        if self.unchecked_bytes > 0 {
            let bytes = self.unchecked_bytes;
            writeln!(
                f,
                "    ? reserves {bytes} bytes: whether the server has them left is visible to its operator alone"
            )?;
        }
        for subject in &self.kept_subjects {
            writeln!(f, "    keeps subject `{subject}`, which is not declared here")?;
        }
        Ok(())
    }

    fn write_cut_off(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CutOff { subjects, published, consumers, unseen_consumers } = &self.cut_off;
        for subject in subjects {
            writeln!(f, "    ! publishers to `{subject}` get no answer any more")?;
        }
        for (subject, messages) in published {
            let are = if *messages == 1 { "message is" } else { "messages are" };
            writeln!(f, "    ! {messages} {are} stored on `{subject}`")?;
        }
        for consumer in consumers {
            writeln!(f, "    ! {consumer}, which nothing new matches")?;
        }
        if *unseen_consumers {
            writeln!(f, "    ! its consumers could not be listed: some may get nothing new")?;
        }
        Ok(())
    }

    fn write_changes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.changes.iter().map(|change| change.key().len()).max().unwrap_or_default();
        for change in &self.changes {
            let (setting, Change { from, to, .. }) = (change.key(), change);
            if self.action == Action::Create {
                writeln!(f, "    {setting:width$}  {to}")?;
            } else {
                writeln!(f, "    {setting:width$}  {from} -> {to}")?;
            }
        }
        Ok(())
    }
}

impl Plan {
    fn write_summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |wanted: fn(&Action) -> bool| self.streams.iter().filter(|stream| wanted(&stream.action)).count();
        let parts = [
            (count(|action| *action == Action::Create), "to create"),
            (count(|action| *action == Action::Update), "to update"),
            (count(|action| matches!(action, Action::UpdateLoses { .. })), "to update with loss"),
            (count(|action| *action == Action::UpdateWeakens), "to weaken"),
            (
                count(|action| {
                    matches!(action, Action::Rejected { .. } | Action::Conflict { .. } | Action::Unfit { .. })
                }),
                "refused",
            ),
            (count(|action| *action == Action::NoChange), "unchanged"),
        ];
        let parts: Vec<_> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, "{}", if parts.is_empty() { "no streams".to_owned() } else { parts.join(", ") })
    }
}
