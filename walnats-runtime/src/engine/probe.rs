//! Streams that did not answer: they are asked something harmless before anything is sent to them again.
//!
//! Sending again is safe while the stream remembers the id. A message that is held up on its way, in async-nats's queue, in
//! a socket, or before a server that stands still, can arrive later than that and be stored twice. A question may be held
//! up for as long as it likes: no stream stores it. Its answer shows that everything before it has arrived, and that what
//! comes after it will, too.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long an answer is waited for before another message is asked about: the subject of the first may be denied, and nobody
/// says so where the connection is somebody else's.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_millis(500);
/// With every question but the first, so many messages may go that were never sent: each is as good as a question.
const NEW: u32 = 8;
/// For how long an answer is enough: where a part of what is sent is never answered, the rest has to get on.
const ENOUGH: Duration = Duration::from_millis(200);
/// How many questions of a stream can still be answered.
const REMEMBERED: usize = 16;

/// The streams in doubt; most of the time none.
#[derive(Debug, Default)]
pub(super) struct Probes {
    streams: Vec<Doubt>,
    /// The streams that have answered over this connection, and when.
    trusted: Vec<(String, Instant)>,
    /// The number of the next question.
    next: u64,
}

/// A question that was asked over the present connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub(super) number: u64,
    /// The job that it was asked with.
    pub(super) carrier: u64,
    /// How long its answer is waited for.
    pub(super) until: Instant,
}

#[derive(Debug)]
struct Doubt {
    stream: String,
    /// What was first sent after that and is answered ends the doubt.
    since: Instant,
    /// The latest questions over this connection; answers to earlier ones say nothing.
    questions: VecDeque<u64>,
    /// What the last one was about, and until when it may be answered.
    open: Option<(String, Instant)>,
    /// How often it was asked in vain.
    vain: u32,
    /// How much may go that was never sent.
    new: u32,
}

impl Probes {
    pub(super) fn raise(&mut self, stream: &str) {
        let trusted = |(trusted, at): &(String, Instant)| trusted == stream && at.elapsed() < ENOUGH;
        if !self.holds(stream) && !self.trusted.iter().any(trusted) {
            self.streams.push(Doubt::new(stream.to_owned()));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// How many streams were asked in vain.
    pub(super) fn silent(&self) -> usize {
        self.streams.iter().filter(|doubt| doubt.vain > 1).count()
    }

    /// Whether nothing may be sent again to the stream.
    pub(super) fn holds(&self, stream: &str) -> bool {
        self.streams.iter().any(|doubt| doubt.stream == stream)
    }

    /// Whether a message may be sent that was never sent.
    pub(super) fn admits_new(&self, stream: &str) -> bool {
        self.streams.iter().any(|doubt| doubt.stream == stream && doubt.new > 0)
    }

    /// One was sent.
    pub(super) fn sent_new(&mut self, stream: &str) {
        for doubt in self.streams.iter_mut().filter(|doubt| doubt.stream == stream) {
            doubt.new = doubt.new.saturating_sub(1);
        }
    }

    /// A stream to be asked now, and how often it was asked in vain.
    pub(super) fn due(&self, now: Instant, admits: impl Fn(&str) -> bool) -> Option<(String, u32)> {
        let waits = |doubt: &Doubt| doubt.open.as_ref().is_some_and(|(_, until)| *until > now);
        let due = self.streams.iter().find(|doubt| !waits(doubt) && admits(&doubt.stream));
        due.map(|doubt| (doubt.stream.clone(), doubt.vain))
    }

    /// The stream is asked about a message on `subject`; returns the question's number, and how long its answer is waited for.
    pub(super) fn asked(&mut self, stream: &str, subject: &str, now: Instant) -> (u64, Instant) {
        let number = self.next;
        self.next += 1;
        let mut until = now + SHORTEST;
        if let Some(doubt) = self.streams.iter_mut().find(|doubt| doubt.stream == stream) {
            until = now + LONGEST.min(SHORTEST * (1 << doubt.vain.min(2)));
            doubt.open = Some((subject.to_owned(), until));
            doubt.new = if doubt.vain > 0 { NEW } else { 0 };
            doubt.vain = doubt.vain.saturating_add(1);
            doubt.questions.push_back(number);
            if doubt.questions.len() > REMEMBERED {
                doubt.questions.pop_front();
            }
        }
        (number, until)
    }

    /// The stream cannot be asked at the moment.
    pub(super) fn put_off(&mut self, stream: &str, now: Instant) {
        if let Some(doubt) = self.streams.iter_mut().find(|doubt| doubt.stream == stream) {
            doubt.open = Some((String::new(), now + SHORTEST));
        }
    }

    /// The question was answered, by whatever; returns whether that ends a doubt.
    pub(super) fn answered(&mut self, number: u64) -> bool {
        self.end(|doubt| doubt.questions.contains(&number))
    }

    /// The stream answered to what was first sent at that time; returns whether that ends a doubt.
    pub(super) fn heard(&mut self, stream: &str, first_sent: Instant) -> bool {
        self.end(|doubt| doubt.stream == stream && doubt.since <= first_sent)
    }

    /// The server denied a publish on this subject; returns whether that was a question, and so an answer to it.
    pub(super) fn denied(&mut self, subject: &str) -> bool {
        self.end(|doubt| doubt.open.as_ref().is_some_and(|(asked, _)| asked == subject))
    }

    /// There is nothing that could be sent to the stream.
    pub(super) fn drop_stream(&mut self, stream: &str) {
        self.streams.retain(|doubt| doubt.stream != stream);
    }

    /// The connection is another one, or none.
    pub(super) fn start_anew(&mut self) {
        self.trusted.clear();
        for doubt in &mut self.streams {
            *doubt = Doubt::new(std::mem::take(&mut doubt.stream));
        }
    }

    fn end(&mut self, which: impl Fn(&Doubt) -> bool) -> bool {
        let Some(index) = self.streams.iter().position(which) else { return false };
        let stream = self.streams.swap_remove(index).stream;
        self.trusted.retain(|(trusted, _)| *trusted != stream);
        self.trusted.push((stream, Instant::now()));
        true
    }
}

impl Doubt {
    fn new(stream: String) -> Self {
        Self { stream, since: Instant::now(), questions: VecDeque::new(), open: None, vain: 0, new: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_ends_with_an_answer_to_one_of_its_own_questions() {
        let now = Instant::now();
        let mut probes = Probes::default();
        probes.raise("orders");
        probes.raise("users");
        assert_eq!(probes.due(now, |stream| stream == "users"), Some(("users".to_owned(), 0)));
        let (number, _) = probes.asked("users", "users.1", now);
        assert_eq!(probes.due(now, |stream| stream == "users"), None);
        assert_eq!(probes.due(now + SHORTEST, |stream| stream == "users"), Some(("users".to_owned(), 1)));
        let (again, _) = probes.asked("users", "users.2", now + SHORTEST);
        assert!(!probes.answered(again + 1));
        assert!(probes.answered(number));
        assert!(!probes.holds("users") && probes.holds("orders"));
        let (other, _) = probes.asked("orders", "orders.1", now);
        probes.start_anew();
        assert!(!probes.answered(other), "that was another connection");
        probes.asked("orders", "orders.1", now);
        assert!(!probes.denied("users.1") && probes.denied("orders.1"));
        assert!(probes.is_empty());

        probes.raise("orders");
        assert!(probes.is_empty(), "it has just answered");
        probes.start_anew();
        let before = Instant::now();
        probes.raise("orders");
        probes.asked("orders", "orders.1", now);
        assert!(!probes.admits_new("orders"));
        probes.asked("orders", "orders.2", now);
        for _ in 0..NEW {
            assert!(probes.admits_new("orders"));
            probes.sent_new("orders");
        }
        assert!(!probes.admits_new("orders"));
        assert!(!probes.heard("orders", before) && probes.heard("orders", Instant::now()));
    }
}
