//! Messages over which the server closes the connection: larger than the account's limit, for example, or with a
//! subject longer than the server's control line.
//!
//! The server says why it closes the connection, but not which message it means. So everything that was in flight is
//! resent after all else, one message at a time; the one that the connection is lost over while it is alone is the
//! culprit. It counts as alone only once the client's queue is known to hold nothing of an earlier connection, which
//! the current one would send, too.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::load::Load;

/// How long a known limit is believed: it may be raised.
const BELIEVED: Duration = Duration::from_secs(60);
/// How many unmatched losses and reasons are kept.
const KEPT: usize = 8;
/// The pause between two suspects, doubled each time the connection is lost.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// The pause after connections without any answer, doubled with each.
const VAIN_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_VAIN_PAUSE: Duration = Duration::from_secs(2);
/// At most this many connections are used up in a second.
const PER_SECOND: usize = 4;
const SECOND: Duration = Duration::from_secs(1);
/// How long a suspect waits for the client's queue to drain.
const DRAINS: Duration = Duration::from_secs(2);
/// More than the client's queue can hold.
const MOST_LEFTOVERS: usize = 1_024;

/// What the server objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Minds {
    Payload,
    Subject,
    Something,
}

/// The reason that the server gave for closing a connection.
#[derive(Clone, Debug)]
pub(super) struct Words {
    minds: Minds,
    pub(super) text: String,
    /// The connection's number, counted from 1.
    connection: u64,
}

/// What was in flight when a connection was lost.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    pub(super) under_way: Vec<u64>,
    /// The job that was in flight alone, if any.
    pub(super) alone: Option<u64>,
    /// The connection's number, counted from 1.
    pub(super) connection: u64,
    /// What was in flight on earlier connections and may have been sent on this one, out of the client's queue.
    pub(super) leftovers: Vec<u64>,
}

/// What lost connections have shown.
#[derive(Debug, Default)]
pub(super) struct HangUps {
    /// Reasons without a matching loss yet: they arrive through another channel.
    said: VecDeque<Words>,
    /// Losses without a matching reason yet.
    lost: VecDeque<Loss>,
    /// The largest message and longest subject that were acknowledged.
    proven_bytes: usize,
    proven_subject: usize,
    /// The size and length known to be too much, the server's reason, and when it was found.
    too_large: Option<(usize, Words, Instant)>,
    too_long: Option<(usize, Words, Instant)>,
    /// When the latest connections were lost.
    recent: VecDeque<Instant>,
    /// Consecutive connections without any answer.
    vain: u32,
    /// Whether there was an answer over the current connection.
    answered: bool,
    /// What was in flight on earlier connections, until something sent over the current one is answered. The client
    /// sends in order, so its queue is then empty of them.
    leftovers: Vec<u64>,
    /// When to stop waiting for that.
    drained_by: Option<Instant>,
    /// Nothing is sent before this.
    pub(super) hold_until: Option<Instant>,
    /// Consecutive losses over a message that was alone, and when the next may go.
    alone_lost: u32,
    pub(super) next_alone: Option<Instant>,
}

impl Words {
    /// Reads `Maximum Payload Violation` and the like; `None` if the server does not object to a message.
    pub(super) fn read(text: &str, connection: u64) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let minds = [
            ("maximum payload", Minds::Payload),
            ("maximum control line", Minds::Subject),
            ("parser error", Minds::Something),
            ("unknown protocol", Minds::Something),
            ("message header", Minds::Something),
        ];
        let minds = minds.iter().find(|(words, _)| lower.contains(words))?.1;
        Some(Self { minds, text: text.to_owned(), connection })
    }

    /// Whether the server objects to a subject's length.
    pub(super) fn minds_subject(&self) -> bool {
        self.minds == Minds::Subject
    }

    fn measure(&self, load: &Load) -> usize {
        match self.minds {
            Minds::Payload => load.largest(),
            Minds::Subject => load.longest_subject(),
            Minds::Something => 0,
        }
    }
}

impl HangUps {
    /// An answer arrived.
    pub(super) fn answered(&mut self) {
        (self.answered, self.vain) = (true, 0);
    }

    /// An attempt of the job was answered, so that the server does not object to it. It was sent over the current
    /// connection or an earlier one.
    pub(super) fn got_through(&mut self, sequence: u64, is_present: bool) {
        if is_present {
            self.drained();
        } else {
            self.leftovers.retain(|left| *left != sequence);
        }
    }

    /// A request over the current connection was answered.
    pub(super) fn drained(&mut self) {
        self.leftovers.clear();
        self.drained_by = None;
    }

    /// Until when suspects wait because the queue may not be empty.
    pub(super) fn drains_until(&self) -> Option<Instant> {
        self.drained_by.filter(|_| !self.leftovers.is_empty())
    }

    /// The message was acknowledged, which proves its size.
    pub(super) fn passed(&mut self, load: &Load, bytes: usize) {
        if bytes > self.proven_bytes {
            self.proven_bytes = load.largest().max(self.proven_bytes);
        }
        self.proven_subject = load.longest_subject().max(self.proven_subject);
    }

    /// Records a lost connection. Returns the server's reason, if it has arrived.
    pub(super) fn lost(&mut self, mut loss: Loss) -> Option<(Words, Loss)> {
        let now = Instant::now();
        loss.leftovers = self.leftovers.iter().copied().filter(|left| !loss.under_way.contains(left)).collect();
        self.leftovers = [&loss.leftovers[..], &loss.under_way[..]].concat();
        self.leftovers.truncate(MOST_LEFTOVERS);
        self.drained_by = Some(now + DRAINS);
        if loss.alone.is_some() {
            self.alone_lost = (self.alone_lost + 1).min(8);
            self.next_alone = Some(now + LONGEST_PAUSE.min(PAUSE * (1 << (self.alone_lost - 1).min(4))));
        }
        if !std::mem::take(&mut self.answered) {
            self.vain = (self.vain + 1).min(8);
            let pause = LONGEST_VAIN_PAUSE.min(VAIN_PAUSE * (1 << self.vain.min(5)));
            self.hold_until = (self.vain >= 2).then(|| now + pause);
        }
        self.recent.push_back(now);
        if self.recent.len() > PER_SECOND {
            self.recent.pop_front();
        }
        if let Some(until) =
            self.recent.front().filter(|_| self.recent.len() == PER_SECOND).map(|first| *first + SECOND)
        {
            self.hold_until = self.hold_until.max(Some(until));
        }
        self.lost.push_back(loss);
        self.explained()
    }

    /// Records the server's reason. Returns the loss that it explains, if that was seen already.
    pub(super) fn said(&mut self, words: Words) -> Option<(Words, Loss)> {
        self.said.push_back(words);
        self.explained()
    }

    fn explained(&mut self) -> Option<(Words, Loss)> {
        let of = |words: &Words| self.lost.iter().position(|loss| loss.connection == words.connection);
        let found = self.said.iter().enumerate().find_map(|(index, words)| Some((index, of(words)?)));
        let pair = found.and_then(|(said, lost)| self.said.remove(said).zip(self.lost.remove(lost)));
        self.said.truncate(KEPT);
        while self.lost.len() > KEPT {
            self.lost.pop_front();
        }
        pair
    }

    /// Whether the server may object to this load.
    pub(super) fn can_mean(&self, words: &Words, load: &Load) -> bool {
        match words.minds {
            Minds::Payload => load.largest() > self.proven_bytes,
            Minds::Subject => load.longest_subject() > self.proven_subject,
            Minds::Something => true,
        }
    }

    /// Whether no message as large or as long was ever acknowledged, so that this server, or one behind it, may close
    /// the connection over it.
    pub(super) fn is_unproven(&self, load: &Load) -> bool {
        load.largest() > self.proven_bytes || load.longest_subject() > self.proven_subject
    }

    /// The server objects to this load, and so to everything as large or as long.
    pub(super) fn found(&mut self, words: &Words, load: &Load) {
        self.alone_lost = 0;
        let measure = words.measure(load);
        let (proven, limit) = match words.minds {
            Minds::Payload => (&mut self.proven_bytes, &mut self.too_large),
            Minds::Subject => (&mut self.proven_subject, &mut self.too_long),
            Minds::Something => return,
        };
        *proven = (*proven).min(measure.saturating_sub(1));
        *limit = Some((measure, words.clone(), Instant::now()));
    }

    /// The server's known objection to this load, if any.
    pub(super) fn forbids(&self, load: &Load) -> Option<&Words> {
        let mut limits = [&self.too_large, &self.too_long].into_iter().flatten();
        let forbids = |words: &Words, limit, since: Instant| since.elapsed() < BELIEVED && words.measure(load) >= limit;
        limits.find_map(|(limit, words, since)| forbids(words, *limit, *since).then_some(words))
    }

    /// A suspect got through.
    pub(super) fn survived(&mut self) {
        (self.alone_lost, self.next_alone) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{MessageParts, OutboundMessage};

    fn load(bytes: usize) -> Load {
        let parts = MessageParts {
            event: "e".into(),
            stream: "s".into(),
            subject: "s".into(),
            message_id: "i".into(),
            payload: vec![b'x'; bytes].into(),
            ..MessageParts::default()
        };
        Load::One(OutboundMessage::from_parts(parts).expect("valid"))
    }

    fn loss(under_way: &[u64], connection: u64) -> Loss {
        Loss { under_way: under_way.to_vec(), alone: None, connection, leftovers: Vec::new() }
    }

    #[test]
    fn words_explain_the_loss_of_their_own_connection() {
        let words = |connection| Words::read("Maximum Payload Violation", connection).expect("known");
        let mut hang_ups = HangUps::default();
        assert!(hang_ups.said(words(1)).is_none());
        assert_eq!(hang_ups.lost(loss(&[1, 2], 1)).expect("both").1.under_way, [1, 2]);
        assert!(hang_ups.lost(loss(&[3], 2)).is_none() && hang_ups.lost(loss(&[4], 3)).is_none());
        assert_eq!(hang_ups.said(words(3)).expect("both").1.under_way, [4], "the network took the second");
        assert!(hang_ups.said(words(4)).is_none());
        assert!(Words::read("Stale Connection", 1).is_none());
    }

    #[test]
    fn what_passed_is_not_meant_and_what_is_larger_is() {
        let mut hang_ups = HangUps::default();
        let words = Words::read("maximum payload violation", 1).expect("known");
        hang_ups.passed(&load(100), load(100).bytes());
        assert!(!hang_ups.can_mean(&words, &load(50)) && hang_ups.can_mean(&words, &load(200)));
        hang_ups.found(&words, &load(200));
        assert!(hang_ups.forbids(&load(200)).is_some() && hang_ups.forbids(&load(199)).is_none());
    }

    #[test]
    fn what_an_earlier_connection_left_in_the_queue_is_remembered_until_the_queue_is_empty() {
        let words = |connection| Words::read("Maximum Control Line", connection).expect("known");
        let mut hang_ups = HangUps::default();
        hang_ups.lost(loss(&[1, 2], 1));
        hang_ups.lost(loss(&[2, 3], 2));
        assert_eq!(hang_ups.said(words(2)).expect("both").1.leftovers, [1]);
        hang_ups.got_through(3, false);
        hang_ups.lost(loss(&[4], 3));
        assert_eq!(hang_ups.said(words(3)).expect("both").1.leftovers, [1, 2]);
        hang_ups.got_through(4, true);
        hang_ups.lost(loss(&[5], 4));
        assert!(hang_ups.said(words(4)).expect("both").1.leftovers.is_empty());
    }

    #[test]
    fn connections_that_bring_nothing_are_used_less_and_less() {
        let mut hang_ups = HangUps::default();
        hang_ups.lost(loss(&[1], 1));
        assert!(hang_ups.hold_until.is_none(), "one may be lost at once");
        hang_ups.lost(loss(&[1], 1));
        let first = hang_ups.hold_until.expect("the second in a row");
        hang_ups.lost(loss(&[1], 1));
        assert!(hang_ups.hold_until > Some(first));
        hang_ups.answered();
        hang_ups.lost(loss(&[1], 1));
        assert!(hang_ups.vain == 0);
    }
}
