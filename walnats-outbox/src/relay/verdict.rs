//! What the end of an attempt means for a row.

use std::error::Error;

use walnats_runtime::{Cause, EmitError, Reason, Receipt};

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
    /// Its stream: missing, full, without a leader.
    Stream,
    /// The connection.
    Connection,
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
        EmitError::NotStored(error) => (blame(error.reason()), false),
        EmitError::PossiblyStored(error) => {
            let blame = match error.cause() {
                Cause::OtherStream(_) => Blame::RowForGood,
                Cause::RefusedLater(_) | Cause::PermissionDenied | Cause::KeyUnread => Blame::Row,
                _ => Blame::Connection,
            };
            (blame, true)
        }
    };
    Verdict::Failed { blame, possibly_stored, error: text(&error) }
}

fn blame(reason: &Reason) -> Blame {
    match reason {
        Reason::TooLarge { .. } | Reason::TooLargeForStream { .. } => Blame::RowForGood,
        Reason::NoStream { .. } | Reason::NoJetStream { .. } | Reason::StreamFull { .. } => Blame::Stream,
        Reason::Rejected { code, .. } if passes(*code) => Blame::Stream,
        Reason::Unsent(_) | Reason::BufferFull | Reason::InboxDenied => Blame::Connection,
        Reason::Closed | Reason::Ended(_) | Reason::NoRuntime => Blame::Publisher,
        _ => Blame::Row,
    }
}

/// Whether JetStream says this of a stream in trouble and not of a message, by nats-server's `server/errors.json`:
/// no cluster, no leader, no disk or memory left, too many requests. What is not listed must not hold up a stream.
fn passes(code: u64) -> bool {
    matches!(code, 0 | 10004 | 10005 | 10008 | 10009 | 10014 | 10023 | 10028 | 10167)
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
