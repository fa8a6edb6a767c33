//! Probes for streams that did not answer: nothing is resent to them before a probe is answered.
//!
//! Resending is safe while the stream remembers the id. A message that is held up in async-nats's queue, in a socket,
//! or before a stalled server can arrive later than that and be stored twice. A probe may be held up indefinitely,
//! because no stream stores it. Its answer proves that everything before it has arrived, and that the path drains.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long to wait for an answer before probing with another message. The first one's subject may be denied, and a
/// client that belongs to the caller does not report that.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_millis(500);
/// With every probe but the first, this many messages that were never sent may go: each serves as a probe.
const NEW: u32 = 8;
/// How long an answer is valid. If some messages are never answered, the others have to make progress.
const ENOUGH: Duration = Duration::from_millis(200);
/// How many probes of a stream are remembered.
const REMEMBERED: usize = 16;

/// The streams being probed, usually none.
#[derive(Debug, Default)]
pub(super) struct Probes {
    streams: Vec<Probing>,
    /// The streams that answered a probe over this connection, and when.
    trusted: Vec<(String, Instant)>,
    /// The number of the next probe.
    next: u64,
}

/// A probe sent over the current connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    pub(super) number: u64,
    /// The job whose message it copies.
    pub(super) carrier: u64,
    /// When the wait for its answer ends.
    pub(super) until: Instant,
}

#[derive(Debug)]
struct Probing {
    stream: String,
    /// An answer to a message first sent after this ends the probing.
    since: Instant,
    /// The latest probes over this connection; answers to earlier ones prove nothing.
    sent: VecDeque<u64>,
    /// The last probe's subject, and when the wait for its answer ends.
    open: Option<(String, Instant)>,
    /// Unanswered probes.
    unanswered: u32,
    /// How many messages that were never sent may go now.
    new: u32,
}

impl Probes {
    pub(super) fn raise(&mut self, stream: &str) {
        let trusted = |(trusted, at): &(String, Instant)| trusted == stream && at.elapsed() < ENOUGH;
        if !self.holds(stream) && !self.trusted.iter().any(trusted) {
            self.streams.push(Probing::new(stream.to_owned()));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// How many streams left more than one probe unanswered.
    pub(super) fn silent(&self) -> usize {
        self.streams.iter().filter(|probing| probing.unanswered > 1).count()
    }

    /// Whether nothing may be resent to the stream.
    pub(super) fn holds(&self, stream: &str) -> bool {
        self.streams.iter().any(|probing| probing.stream == stream)
    }

    /// Whether a message that was never sent may go.
    pub(super) fn admits_new(&self, stream: &str) -> bool {
        self.streams.iter().any(|probing| probing.stream == stream && probing.new > 0)
    }

    /// Such a message was sent.
    pub(super) fn sent_new(&mut self, stream: &str) {
        for probing in self.streams.iter_mut().filter(|probing| probing.stream == stream) {
            probing.new = probing.new.saturating_sub(1);
        }
    }

    /// A stream to be probed now, and its number of unanswered probes.
    pub(super) fn due(&self, now: Instant, admits: impl Fn(&str) -> bool) -> Option<(String, u32)> {
        let waits = |probing: &Probing| probing.open.as_ref().is_some_and(|(_, until)| *until > now);
        let due = self.streams.iter().find(|probing| !waits(probing) && admits(&probing.stream));
        due.map(|probing| (probing.stream.clone(), probing.unanswered))
    }

    /// Records a probe on `subject`. Returns its number and when the wait for its answer ends.
    pub(super) fn sent(&mut self, stream: &str, subject: &str, now: Instant) -> (u64, Instant) {
        let number = self.next;
        self.next += 1;
        let mut until = now + SHORTEST;
        if let Some(probing) = self.streams.iter_mut().find(|probing| probing.stream == stream) {
            until = now + LONGEST.min(SHORTEST * (1 << probing.unanswered.min(2)));
            probing.open = Some((subject.to_owned(), until));
            probing.new = if probing.unanswered > 0 { NEW } else { 0 };
            probing.unanswered = probing.unanswered.saturating_add(1);
            probing.sent.push_back(number);
            if probing.sent.len() > REMEMBERED {
                probing.sent.pop_front();
            }
        }
        (number, until)
    }

    /// The stream cannot be probed at the moment.
    pub(super) fn put_off(&mut self, stream: &str, now: Instant) {
        if let Some(probing) = self.streams.iter_mut().find(|probing| probing.stream == stream) {
            probing.open = Some((String::new(), now + SHORTEST));
        }
    }

    /// The probe was answered, whatever by. Returns whether that ends the probing.
    pub(super) fn answered(&mut self, number: u64) -> bool {
        self.end(|probing| probing.sent.contains(&number))
    }

    /// The stream answered a message first sent at that time. Returns whether that ends the probing.
    pub(super) fn heard(&mut self, stream: &str, first_sent: Instant) -> bool {
        self.end(|probing| probing.stream == stream && probing.since <= first_sent)
    }

    /// The server denied a publish on this subject. Returns whether that was a probe, which is thereby answered.
    pub(super) fn denied(&mut self, subject: &str) -> bool {
        self.end(|probing| probing.open.as_ref().is_some_and(|(probed, _)| probed == subject))
    }

    /// No message waits for the stream.
    pub(super) fn drop_stream(&mut self, stream: &str) {
        self.streams.retain(|probing| probing.stream != stream);
    }

    /// The connection was lost or replaced.
    pub(super) fn start_anew(&mut self) {
        self.trusted.clear();
        for probing in &mut self.streams {
            *probing = Probing::new(std::mem::take(&mut probing.stream));
        }
    }

    fn end(&mut self, which: impl Fn(&Probing) -> bool) -> bool {
        let Some(index) = self.streams.iter().position(which) else { return false };
        let stream = self.streams.swap_remove(index).stream;
        self.trusted.retain(|(trusted, _)| *trusted != stream);
        self.trusted.push((stream, Instant::now()));
        true
    }
}

impl Probing {
    fn new(stream: String) -> Self {
        Self { stream, since: Instant::now(), sent: VecDeque::new(), open: None, unanswered: 0, new: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probing_ends_with_an_answer_to_one_of_its_own_probes() {
        let now = Instant::now();
        let mut probes = Probes::default();
        probes.raise("orders");
        probes.raise("users");
        assert_eq!(probes.due(now, |stream| stream == "users"), Some(("users".to_owned(), 0)));
        let (number, _) = probes.sent("users", "users.1", now);
        assert_eq!(probes.due(now, |stream| stream == "users"), None);
        assert_eq!(probes.due(now + SHORTEST, |stream| stream == "users"), Some(("users".to_owned(), 1)));
        let (again, _) = probes.sent("users", "users.2", now + SHORTEST);
        assert!(!probes.answered(again + 1));
        assert!(probes.answered(number));
        assert!(!probes.holds("users") && probes.holds("orders"));
        let (other, _) = probes.sent("orders", "orders.1", now);
        probes.start_anew();
        assert!(!probes.answered(other), "that was another connection");
        probes.sent("orders", "orders.1", now);
        assert!(!probes.denied("users.1") && probes.denied("orders.1"));
        assert!(probes.is_empty());

        probes.raise("orders");
        assert!(probes.is_empty(), "it has just answered");
        probes.start_anew();
        let before = Instant::now();
        probes.raise("orders");
        probes.sent("orders", "orders.1", now);
        assert!(!probes.admits_new("orders"));
        probes.sent("orders", "orders.2", now);
        for _ in 0..NEW {
            assert!(probes.admits_new("orders"));
            probes.sent_new("orders");
        }
        assert!(!probes.admits_new("orders"));
        assert!(!probes.heard("orders", before) && probes.heard("orders", Instant::now()));
    }
}
