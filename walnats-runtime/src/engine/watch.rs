//! Known problems, for `health`. They outlive the connection and the events that revealed them.
//!
//! A missing stream leaves no trace in the engine: its events end, and the next ones are not here yet. Without this
//! record, a service would be reported ready in between, although none of its events can be stored.

use std::time::Duration;

use tokio::time::Instant;

use super::stream_info::Readiness;
use crate::error::{Cause, EmitError, Reason};
use crate::jetstream::Scope;
use crate::message::Receipt;

/// The first pause before a refusing stream is asked about; later ones grow.
const SOON: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(15);
/// If nothing is known about the stream, the next event may try it after this; a service that is not ready emits none.
const STALE: Duration = Duration::from_secs(60);
/// How often the API is asked again about a stream when it did not answer.
const ASKED_AGAIN: u32 = 6;
/// A denied subscription is reported within this time of a new connection.
const DENIED_WITHIN: Duration = Duration::from_secs(2);

/// Streams that refuse events, and whether acknowledgements can arrive.
#[derive(Debug, Default)]
pub(super) struct Watch {
    troubles: Vec<Trouble>,
    unclear: Vec<Unclear>,
    inbox: Inbox,
}

#[derive(Debug)]
struct Trouble {
    stream: String,
    /// The refused event's subject.
    subject: String,
    /// Whether the stream's configuration and state show it.
    shows: bool,
    /// When the stream last refused or was found missing.
    last: Instant,
    ask_at: Instant,
    pause: Duration,
}

/// A stream about which JetStream's API did not answer, as while a server starts.
#[derive(Debug)]
struct Unclear {
    stream: String,
    /// `None` while a request is running.
    ask_at: Option<Instant>,
    /// The remaining number of requests.
    left: u32,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Inbox {
    #[default]
    Open,
    Denied,
    /// The inbox was denied over an earlier connection.
    Perhaps(Instant),
}

impl Watch {
    /// The stream has been refusing events for some time. Returns whether that is new.
    pub(super) fn refuses(&mut self, stream: &str, subject: &str, shows: bool, now: Instant) -> bool {
        if let Some(trouble) = self.troubles.iter_mut().find(|trouble| trouble.stream == stream) {
            (trouble.last, trouble.shows) = (now, shows);
            return false;
        }
        let (stream, subject) = (stream.to_owned(), subject.to_owned());
        self.troubles.push(Trouble { stream, subject, shows, last: now, ask_at: now + SOON, pause: SOON });
        true
    }

    /// An event of the stream ended. Returns whether that changes the stream's health.
    pub(super) fn ended(&mut self, stream: &str, subject: &str, end: &Result<Receipt, EmitError>) -> bool {
        match end {
            Ok(receipt) => {
                let before = self.troubles.len();
                self.troubles.retain(|trouble| trouble.stream != receipt.stream);
                self.troubles.len() < before
            }
            Err(error) => match of_stream(error) {
                Some(shows) => self.refuses(stream, subject, shows, Instant::now()),
                None => false,
            },
        }
    }

    /// JetStream's API did not answer about the stream over this connection.
    pub(super) fn unclear(&mut self, stream: &str, now: Instant) {
        match self.unclear.iter_mut().find(|unclear| unclear.stream == stream) {
            Some(unclear) => {
                unclear.left = unclear.left.saturating_sub(1);
                unclear.ask_at = Some(now + SOON * (ASKED_AGAIN - unclear.left + 1));
            }
            None => {
                self.unclear.push(Unclear { stream: stream.to_owned(), ask_at: Some(now + SOON), left: ASKED_AGAIN })
            }
        }
        self.unclear.retain(|unclear| unclear.left > 0);
    }

    /// JetStream's API answered about the stream.
    pub(super) fn clear(&mut self, stream: &str) {
        self.unclear.retain(|unclear| unclear.stream != stream);
    }

    /// How many streams refuse events.
    pub(super) fn refusing(&self) -> usize {
        self.troubles.len()
    }

    pub(super) fn deny_inbox(&mut self) {
        self.inbox = Inbox::Denied;
    }

    /// Something arrived in the inbox.
    pub(super) fn hear(&mut self) {
        self.inbox = Inbox::Open;
    }

    /// The connection was replaced.
    pub(super) fn start_anew(&mut self, now: Instant) {
        if self.inbox != Inbox::Open {
            self.inbox = Inbox::Perhaps(now + DENIED_WITHIN);
        }
        // A new connection asks about every stream anyway.
        self.unclear.clear();
        for trouble in &mut self.troubles {
            (trouble.ask_at, trouble.pause) = (now + SOON, SOON);
        }
    }

    pub(super) fn is_inbox_denied(&self) -> bool {
        self.inbox != Inbox::Open
    }

    /// When something has to be checked again.
    pub(super) fn due(&self) -> Option<Instant> {
        let inbox = match self.inbox {
            Inbox::Perhaps(until) => Some(until),
            Inbox::Open | Inbox::Denied => None,
        };
        let unclear = self.unclear.iter().filter_map(|unclear| unclear.ask_at);
        self.troubles.iter().map(|trouble| trouble.ask_at).chain(inbox).chain(unclear).min()
    }

    /// The streams to ask about now; `up` says whether there is a connection.
    pub(super) fn look(&mut self, now: Instant, up: bool) -> Vec<String> {
        if let Inbox::Perhaps(until) = &mut self.inbox
            && *until <= now
        {
            self.inbox = if up { Inbox::Open } else { Inbox::Perhaps(now + SOON) };
        }
        let mut streams = Vec::new();
        self.troubles.retain_mut(|trouble| {
            if !up {
                // No answer was possible.
                trouble.last = now;
            }
            if now.duration_since(trouble.last) >= STALE {
                return false;
            }
            if trouble.ask_at <= now {
                trouble.pause = (trouble.pause * 2).min(SELDOM);
                trouble.ask_at = now + trouble.pause;
                streams.extend((up && trouble.shows).then(|| trouble.stream.clone()));
            }
            true
        });
        for unclear in self.unclear.iter_mut().filter(|unclear| unclear.ask_at.is_some_and(|at| at <= now)) {
            unclear.ask_at = (!up).then_some(now + SOON);
            streams.extend(up.then(|| unclear.stream.clone()));
        }
        streams
    }

    /// JetStream's API shows the stream.
    pub(super) fn found(&mut self, stream: &str, shown: &Readiness, now: Instant) {
        self.troubles.retain_mut(|trouble| {
            if trouble.stream != stream || !trouble.shows {
                return true;
            }
            let well = shown.takes(&trouble.subject);
            if !well {
                trouble.last = now;
            }
            !well
        });
    }

    /// JetStream is unavailable, and so is the stream.
    pub(super) fn no_jetstream(&mut self, stream: &str, now: Instant) {
        for trouble in self.troubles.iter_mut().filter(|trouble| trouble.stream == stream) {
            trouble.last = now;
        }
    }
}

/// Whether the stream's configuration and state would show why an event failed; `None` if other events of the stream
/// may succeed.
fn of_stream(error: &EmitError) -> Option<bool> {
    match error {
        EmitError::NotStored(error) => {
            let of_stream = matches!(error.reason().scope(), Scope::Stream | Scope::Account);
            of_stream.then(|| shows(error.reason()))
        }
        EmitError::PossiblyStored(error) => matches!(error.cause(), Cause::NeverAcknowledges(_)).then_some(true),
    }
}

/// Whether the stream's configuration and state show that it refuses for this reason.
pub(super) fn shows(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::NoStream { .. } | Reason::NoJetStream { .. } | Reason::WrongStream { .. } | Reason::StreamFull { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_well_again_when_jetstream_shows_it_or_after_a_while() {
        let now = Instant::now();
        let mut watch = Watch::default();
        watch.refuses("orders", "orders.1", true, now);
        watch.refuses("users", "users.1", true, now);
        watch.refuses("stock", "stock.1", false, now);
        assert_eq!(watch.due(), Some(now + SOON));
        assert!(watch.look(now, true).is_empty());
        assert_eq!(watch.look(now + SOON, true), ["orders", "users"], "the third cannot show it");
        assert_eq!(watch.due(), Some(now + 3 * SOON));
        let shown = |subject: &str| Readiness::of(&serde_json::json!({ "config": { "subjects": [subject] } }));
        watch.found("orders", &shown("orders.*"), now + SOON);
        watch.found("stock", &shown("stock.*"), now + SOON);
        assert_eq!(watch.refusing(), 2);
        watch.found("users", &shown("other.*"), now + STALE);
        watch.look(now + STALE, true);
        assert_eq!(watch.refusing(), 1, "users");
        watch.no_jetstream("users", now + STALE * 2);
        watch.look(now + STALE * 2, true);
        watch.look(now + STALE * 4, false);
        assert_eq!(watch.refusing(), 1);
        watch.look(now + STALE * 5, true);
        assert_eq!((watch.refusing(), watch.due()), (0, None));
    }

    #[test]
    fn a_denied_inbox_is_open_when_something_comes_or_a_new_connection_is_not_denied() {
        let now = Instant::now();
        let mut watch = Watch::default();
        watch.start_anew(now);
        assert!(!watch.is_inbox_denied());
        watch.deny_inbox();
        watch.start_anew(now);
        watch.look(now + DENIED_WITHIN, false);
        assert!(watch.is_inbox_denied(), "there is no connection");
        watch.look(now + DENIED_WITHIN + SOON, true);
        assert!(!watch.is_inbox_denied());
        watch.deny_inbox();
        watch.hear();
        assert!(!watch.is_inbox_denied());
    }
}
