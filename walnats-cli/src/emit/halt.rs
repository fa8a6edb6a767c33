//! Why no more events are sent before the input has ended.

use std::time::Duration;

use walnats_runtime::{Cause, EmitError, Publisher, Reason};

use crate::output;

/// How long the server may take to answer, to show that it is there.
const ROUND_TRIP: Duration = Duration::from_secs(2);

/// Why no more events are sent.
pub enum Halt {
    /// The user has asked for it.
    Interrupted,
    /// The server does not answer, or there is no connection to it.
    Gone,
    /// The server answers, and an event got no answer in time.
    Silent,
}

/// What was not sent.
pub struct Rest {
    /// The last line that was read to be sent, from 1; 0 for none.
    pub read: usize,
    /// The first line that was not sent, if it was read.
    pub next: Option<usize>,
    /// Whether the input was read to its end.
    pub is_known: bool,
    /// How many lines were read and not sent.
    pub not_tried: usize,
}

/// Why nothing is sent after an event that ended like this; `None` if the next one may well be stored.
pub async fn after(publisher: &Publisher, error: &EmitError) -> Option<Halt> {
    let is_unanswered = match error {
        EmitError::NotStored(error) => {
            matches!(error.reason(), Reason::Unsent(_) | Reason::Closed | Reason::Ended(_))
        }
        EmitError::PossiblyStored(error) => matches!(
            error.cause(),
            Cause::Deadline | Cause::WindowExpired | Cause::Closed | Cause::NeverAcknowledges(_) | Cause::InboxDenied
        ),
    };
    if !is_unanswered {
        return None;
    }
    Some(if answers(publisher).await { Halt::Silent } else { Halt::Gone })
}

/// Whether the server answers: nobody responds to a new inbox, and it says so.
async fn answers(publisher: &Publisher) -> bool {
    let client = publisher.client();
    publisher.health().connected
        && tokio::time::timeout(ROUND_TRIP, client.request(client.new_inbox(), Vec::new().into())).await.is_ok()
}

impl Halt {
    /// Why the command could not do all that it was asked for; `None` if it could.
    pub fn sentence(&self, file: &str, rest: &Rest) -> Option<String> {
        let Rest { read, next, is_known, not_tried } = *rest;
        if let Self::Interrupted = self {
            return Some(format!("interrupted: `{file}` was not read after line {read}"));
        }
        let why = match self {
            Self::Silent => "stopped: an event was not answered in time, so the next ones would not be either",
            _ => "stopped: the server is gone",
        };
        match (next, is_known) {
            (Some(next), true) => {
                let lines = output::count(not_tried, "line");
                Some(format!("{why}; {lines} of `{file}` not tried: go on from line {next}"))
            }
            (None, true) => matches!(self, Self::Gone).then(|| "the server is gone".to_owned()),
            (next, false) => {
                let next = next.unwrap_or(read + 1);
                Some(format!("{why}; what follows in `{file}` was not tried: go on from line {next}"))
            }
        }
    }
}
