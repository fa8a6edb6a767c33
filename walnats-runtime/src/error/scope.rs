//! Whom a failed emit is about, and whether it passes.

use super::{NotStored, OptionError, Reason};
use crate::jetstream::{ErrorCode, Scope, code};

impl NotStored {
    /// Whom the failure is about, and so who has to do something about it.
    pub fn scope(&self) -> Scope {
        self.reason.scope()
    }

    /// Whether the same event may be stored later without anybody changing it.
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
            // Somebody may register it, make room or grant the permission: the event need not change for that.
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
