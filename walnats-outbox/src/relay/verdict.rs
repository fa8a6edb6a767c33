//! What the end of an attempt means for a row, and for others.

use std::error::Error;

use walnats_runtime::{Cause, EmitError, NotStored, Reason, Receipt, Scope};

/// What the end of an attempt means for a row.
#[derive(Debug)]
pub(super) enum Verdict {
    /// JetStream has it.
    Sent { sequence: u64, duplicate: bool },
    /// It failed.
    Failed { blame: Blame, possibly_stored: bool, error: String },
}

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// The row, and it will fail again.
    RowForGood,
    /// The row, as far as anybody can tell.
    Row,
    /// Its stream: full, without a leader, overloaded; or not to be published to with these credentials. No row is parked for
    /// it.
    Stream,
    /// Its stream: missing, sealed, of other subjects. It is the row after all where the stream stores others meanwhile.
    StreamOrRow,
    /// Another stream has its subject: its own stream is to blame if it is missing, else the row.
    WrongStream,
    /// The account or the servers: what they keep is used up, or there is no JetStream. No row is parked for it.
    Account,
    /// The connection. No row is parked for it.
    Connection,
    /// The connection, as nothing was heard. It is the row after all where the stream stores others meanwhile: there are
    /// messages that a server hangs up on.
    ConnectionOrRow,
    /// The publisher is shut down.
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

/// By the runtime's one table of whom an error is about, and whether it passes.
fn refused(error: &NotStored) -> Blame {
    let (reason, passes) = (error.reason(), error.passes());
    match (reason, error.scope()) {
        (Reason::Closed | Reason::Ended(_) | Reason::NoRuntime, _) => Blame::Publisher,
        // Others may be for a stream that these credentials are good for.
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
        // What never acknowledges stores it again after each duplicate window.
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

/// An error with what led to it, in a form that every database takes.
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
