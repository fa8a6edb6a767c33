//! The two ends of an emit that are not a receipt.

use super::{NotStored, PossiblyStored};

/// An event was not confirmed. [`Chain`](crate::Chain) prints why.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EmitError {
    /// Certainly not stored.
    #[error(transparent)]
    NotStored(NotStored),
    /// Sent, and possibly stored. Emitting it again with the same uid, within the stream's duplicate window, settles it.
    #[error(transparent)]
    PossiblyStored(PossiblyStored),
}

impl EmitError {
    /// The message's id; `None` if it was refused before it had one.
    pub fn message_id(&self) -> Option<&str> {
        match self {
            Self::NotStored(error) => error.message_id.as_deref(),
            Self::PossiblyStored(error) => Some(&error.message_id),
        }
    }
}
