//! Errors that the server sends outside of answers: denied permissions, and reasons for closing the connection.

use async_nats::{ClientError, Event, ServerError};

use super::Task;
use crate::engine::hang_up::Words;
use crate::engine::job::Phase;
use crate::engine::link::NO_CONNECTION;
use crate::engine::{inspection, lookup};
use crate::error::Reason;

impl Task {
    pub(super) fn on_nats_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.connections += 1;
                self.disconnected = NO_CONNECTION;
            }
            Event::ServerError(ServerError::AuthorizationViolation) => self.disconnected = REFUSED,
            Event::ServerError(ServerError::Other(text)) => self.on_server_error(&text),
            Event::ClientError(ClientError::Other(text)) if text.to_ascii_lowercase().contains("authorization") => {
                self.disconnected = REFUSED;
            }
            _ => {}
        }
    }

    fn on_server_error(&mut self, text: &str) {
        match denied(text) {
            Some(Denied::Publish(subject)) => self.on_publish_denied(&subject),
            Some(Denied::Subscribe(subject)) if subject.starts_with(&self.inbox) => {
                self.inbox_denied = true;
                self.watch.deny_inbox();
                self.show(true);
                let sequences: Vec<u64> = self.ring.iter().map(|(sequence, _)| sequence).collect();
                for sequence in sequences {
                    self.end_hopeless(sequence);
                }
            }
            Some(Denied::Subscribe(_)) => {}
            None => {
                if let Some(words) = Words::read(text, self.connections) {
                    self.on_hang_up(words);
                } else if let Some(why) = refused_connection(text) {
                    self.disconnected = why;
                }
            }
        }
    }

    /// Each denial is about one publish on the subject, but does not say which. If all in flight on it are denied, that
    /// is clear; otherwise the denied ones end without a retry when their acknowledgement does not come.
    fn on_publish_denied(&mut self, subject: &str) {
        for id in self.streams.ids() {
            let prefix = self.streams.prefix(id);
            let Some(operation) = prefix.operation(subject) else { continue };
            let name = self.streams.get(id).name.clone();
            if operation.strip_prefix(lookup::REQUEST) == Some(name.as_str()) {
                return self.end_unread(&name);
            }
            if operation.strip_prefix(inspection::REQUEST) == Some(name.as_str()) {
                return self.on_inspection_denied(&name);
            }
        }
        if self.probes.denied(subject) {
            self.cursor = self.ring.base();
            return;
        }
        let mut same: Vec<(u64, &mut bool)> = Vec::new();
        for (sequence, job) in self.ring.iter_mut() {
            let on_subject = job.load.messages().iter().any(|message| message.subject == subject);
            if let Phase::Sent { denied, .. } = &mut job.phase
                && on_subject
            {
                same.push((sequence, denied));
            }
        }
        if let Some((_, denied)) = same.iter_mut().find(|(_, denied)| !**denied) {
            **denied = true;
        }
        if same.iter().all(|(_, denied)| **denied) {
            let sequences: Vec<u64> = same.into_iter().map(|(sequence, _)| sequence).collect();
            for sequence in sequences {
                self.end_refused(sequence, &Reason::PermissionDenied);
            }
        }
    }
}

const REFUSED: &str = "there was no connection: the server refuses the credentials";

/// Why the server rejects this client.
fn refused_connection(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let reasons = [
        ("authentication expired", "there was no connection: the credentials have expired"),
        ("account authentication expired", "there was no connection: the account has expired"),
        ("authentication revoked", "there was no connection: the credentials are revoked"),
        ("authentication timeout", "there was no connection: the server waited too long for the credentials"),
        ("authorization violation", REFUSED),
        ("maximum connections exceeded", "there was no connection: the server takes no more"),
        ("maximum account", "there was no connection: the account may have no more"),
        ("secure connection", "there was no connection: the server demands TLS"),
    ];
    reasons.iter().find(|(words, _)| text.contains(words)).map(|(_, why)| *why)
}

enum Denied {
    Publish(String),
    Subscribe(String),
}

/// Reads `Permissions Violation for Publish to "subject"` and the like.
fn denied(text: &str) -> Option<Denied> {
    let rest = text.strip_prefix("Permissions Violation for ")?;
    let (what, rest) = rest.split_once(" to \"")?;
    let subject = unquoted(rest)?;
    match what {
        "Publish" => Some(Denied::Publish(subject)),
        "Subscription" => Some(Denied::Subscribe(subject)),
        _ => None,
    }
}

/// Decodes the escapes of a Go string literal, up to its closing quote: <https://pkg.go.dev/strconv#Quote>.
fn unquoted(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(plain),
            '\\' => {
                let digits = match characters.next()? {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    'a' => return_char(&mut plain, '\u{7}'),
                    'b' => return_char(&mut plain, '\u{8}'),
                    'f' => return_char(&mut plain, '\u{c}'),
                    'v' => return_char(&mut plain, '\u{b}'),
                    'n' => return_char(&mut plain, '\n'),
                    'r' => return_char(&mut plain, '\r'),
                    't' => return_char(&mut plain, '\t'),
                    other => return_char(&mut plain, other),
                };
                if digits > 0 {
                    let code: String = characters.by_ref().take(digits).collect();
                    plain.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
            }
            other => plain.push(other),
        }
    }
}

/// Appends the character for an escape without digits.
fn return_char(plain: &mut String, character: char) -> usize {
    plain.push(character);
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denied_subjects_are_read_as_they_were_sent() {
        for (quoted, subject) in [
            (r#"a.b""#, "a.b"),
            (r#"a\"b""#, "a\"b"),
            (r#"a\\b" using queue "q""#, r"a\b"),
            (r#"a\u200bb""#, "a\u{200b}b"),
            (r#"a\U000e0001b""#, "a\u{e0001}b"),
            (r#"a\x7f\tb""#, "a\u{7f}\tb"),
            ("größe\"", "größe"),
        ] {
            assert_eq!(unquoted(quoted).as_deref(), Some(subject), "{quoted}");
        }
        assert!(unquoted("a").is_none() && unquoted(r"a\u12").is_none());
    }
}
