//! Short, stable names for how an emit ended: for metrics, traces and log queries.

use super::{Cause, EmitError, Reason};

/// Defines `kind()` and, for the tests, all values that it can return.
macro_rules! kinds {
    ($type:ident, $names:ident, { $($pattern:pat => $name:literal,)* }) => {
        impl $type {
            /// A short name such as `no_stream`, in snake case. It does not depend on the values in the error, is stable across
            /// versions, and is unique among reasons and causes.
            pub fn kind(&self) -> &'static str {
                match self {
                    $($pattern => $name,)*
                }
            }
        }

        #[cfg(test)]
        const $names: &[&str] = &[$($name,)*];
    };
}

kinds!(Reason, REASONS, {
    Self::Invalid(_) => "invalid",
    Self::Encode(_) => "encode",
    Self::Subject(_) => "subject",
    Self::Header(_) => "header",
    Self::MessageId(_) => "message_id",
    Self::CloudEvent(_) => "cloud_event",
    Self::Option(_) => "option",
    Self::TooLarge { .. } => "too_large",
    Self::HungUp { .. } => "hung_up",
    Self::TooLargeForStream { .. } => "too_large_for_stream",
    Self::BufferFull => "buffer_full",
    Self::Closed => "closed",
    Self::Ended(_) => "ended",
    Self::NoRuntime => "no_runtime",
    Self::Unsent(_) => "unsent",
    Self::NoStream { .. } => "no_stream",
    Self::NoJetStream { .. } => "no_jetstream",
    Self::WrongStream { .. } => "wrong_stream",
    Self::StreamFull { .. } => "stream_full",
    Self::PermissionDenied => "permission_denied",
    Self::InboxDenied => "inbox_denied",
    Self::DuplicateInBatch => "duplicate_in_batch",
    Self::KeyTaken { .. } => "key_taken",
    Self::Lacks { .. } => "lacks",
    Self::Rejected { .. } => "rejected",
});

kinds!(Cause, CAUSES, {
    Self::Deadline => "deadline",
    Self::WindowExpired => "window_expired",
    Self::Closed => "closed_unconfirmed",
    Self::RefusedLater(_) => "refused_later",
    Self::KeyUnread => "key_unread",
    Self::OtherStream(_) => "other_stream",
    Self::OtherStreamRefused(_) => "other_stream_refused",
    Self::NeverAcknowledges(_) => "never_acknowledges",
    Self::StreamUnseen { .. } => "stream_unseen",
    Self::HungUp => "hung_up_unconfirmed",
    Self::PermissionDenied => "permission_denied_unconfirmed",
    Self::InboxDenied => "inbox_denied_unconfirmed",
});

impl EmitError {
    /// That of the [`Reason`] or the [`Cause`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotStored(error) => error.reason().kind(),
            Self::PossiblyStored(error) => error.cause().kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_are_the_same() {
        let mut names: Vec<&str> = REASONS.iter().chain(CAUSES).copied().collect();
        names.sort_unstable();
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')), "{names:?}");
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }
}
