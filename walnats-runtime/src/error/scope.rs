//! What a failed emit concerns, and whether the failure passes.

use super::{NotStored, OptionError, Reason};
use crate::jetstream::{ErrorCode, Scope, code};

impl NotStored {
    /// What the failure concerns, and so who can fix it.
    pub fn scope(&self) -> Scope {
        self.reason.scope()
    }

    /// Whether the same event may be stored later, unchanged.
    pub fn passes(&self) -> bool {
        self.reason.passes()
    }
}

impl Reason {
    /// See [`NotStored::scope`].
    pub fn scope(&self) -> Scope {
        self.judge().0
    }

    /// See [`NotStored::passes`].
    pub fn passes(&self) -> bool {
        self.judge().1
    }

    fn judge(&self) -> (Scope, bool) {
        match self {
            Self::Invalid(_)
            | Self::Encode(_)
            | Self::Subject(_)
            | Self::Header(_)
            | Self::MessageId(_)
            | Self::CloudEvent(_)
            | Self::TooLarge { .. }
            | Self::TooLargeForStream { .. }
            | Self::HungUp { .. }
            | Self::DuplicateInBatch
            | Self::KeyTaken { .. } => (Scope::Event, false),
            Self::Option(OptionError::Strict { .. }) => (Scope::Stream, false),
            Self::Option(OptionError::Publisher(_)) => (Scope::Publisher, false),
            Self::Option(_) => (Scope::Event, false),
            Self::BufferFull | Self::Closed | Self::Ended(_) | Self::NoRuntime | Self::Unsent(_) => {
                (Scope::Publisher, true)
            }
            // An operator may register the stream, make room or grant the permission; the event need not change.
            Self::Lacks { .. } | Self::NoStream { .. } | Self::WrongStream { .. } | Self::StreamFull { .. } => {
                (Scope::Stream, true)
            }
            Self::NoJetStream { .. } => (Scope::Account, true),
            Self::PermissionDenied | Self::InboxDenied => (Scope::Publisher, true),
            Self::Rejected { code, status, .. } => {
                let known = ErrorCode::of(*code, *status);
                (known.scope, known.passes || *code == code::STREAM_STORE_FAILED)
            }
        }
    }
}
