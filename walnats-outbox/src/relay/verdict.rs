//! Classifies the result of an attempt.

use std::error::Error;

use walnats_runtime::{Cause, EmitError, NotStored, Reason, Receipt, Scope};

/// The result of an attempt.
#[derive(Debug)]
pub(super) enum Verdict {
    /// JetStream stored it.
    Sent { sequence: u64, duplicate: bool },
    /// It failed.
    Failed { blame: Blame, possibly_stored: bool, error: String },
}

/// What caused the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// The row; it will always fail.
    RowForGood,
    /// Probably the row.
    Row,
    /// Its stream is full, without a leader or overloaded, or the credentials do not permit publishing to it. Rows are not
    /// parked.
    Stream,
    /// Its stream is missing, sealed or has other subjects; or the row, if the stream stores others in the meantime.
    StreamOrRow,
    /// Another stream has its subject: caused by its own stream if that is missing, otherwise by the row.
    WrongStream,
    /// The account or the servers have no storage left, or no JetStream. Rows are not parked.
    Account,
    /// The connection. Rows are not parked.
    Connection,
    /// The connection, because no answer arrived; or the row, if the stream stores others in the meantime: some messages make a
    /// server hang up.
    ConnectionOrRow,
    /// The publisher was shut down.
    Publisher,
}

pub(super) fn verdict(end: Result<Receipt, EmitError>) -> Verdict {
    let error = match end {
        Ok(Receipt { outcome, .. }) => {
            let duplicate = matches!(outcome, walnats_runtime::Outcome::Duplicate(_));
            return Verdict::Sent { sequence: outcome.sequence(), duplicate };
        }
        Err(error) => error,
    };
    let (blame, possibly_stored) = match &error {
        EmitError::NotStored(error) => (refused(error), false),
        EmitError::PossiblyStored(error) => (in_doubt(error.cause()), true),
    };
    Verdict::Failed { blame, possibly_stored, error: text(&error) }
}

/// Uses the runtime's classification of errors by scope and permanence.
fn refused(error: &NotStored) -> Blame {
    let (reason, passes) = (error.reason(), error.passes());
    match (reason, error.scope()) {
        (Reason::Closed | Reason::Ended(_) | Reason::NoRuntime, _) => Blame::Publisher,
        // The credentials may permit other streams.
        (Reason::PermissionDenied, _) => Blame::Stream,
        (Reason::NoStream { .. }, _) => Blame::StreamOrRow,
        (Reason::WrongStream { .. }, _) => Blame::WrongStream,
        (Reason::TooLarge { .. } | Reason::TooLargeForStream { .. } | Reason::HungUp { .. }, _) => Blame::RowForGood,
        (_, Scope::Event) => Blame::Row,
        (_, Scope::Stream) if passes => Blame::Stream,
        (_, Scope::Stream) => Blame::StreamOrRow,
        (_, Scope::Account) => Blame::Account,
        (_, Scope::Publisher) => Blame::Connection,
        _ => Blame::Row,
    }
}

fn in_doubt(cause: &Cause) -> Blame {
    match cause {
        Cause::OtherStream(_) => Blame::RowForGood,
        // A stream that never acknowledges would store it again after each duplicate window.
        Cause::RefusedLater(_)
        | Cause::KeyUnread
        | Cause::HungUp
        | Cause::NeverAcknowledges(_)
        | Cause::StreamUnseen { .. } => Blame::Row,
        Cause::OtherStreamRefused(_) => Blame::WrongStream,
        Cause::PermissionDenied => Blame::Stream,
        Cause::Deadline | Cause::WindowExpired => Blame::ConnectionOrRow,
        _ => Blame::Connection,
    }
}

/// An error with its causes, in a form that every database accepts.
pub(super) fn text(error: &(dyn Error + 'static)) -> String {
    const LIMIT: usize = 500;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text.retain(|c| !c.is_control());
    if let Some((end, _)) = text.char_indices().nth(LIMIT) {
        text.truncate(end);
    }
    text
}
