//! Messages over which the server closes the connection: larger than the account's limit, say, or with a subject that is longer
//! than the server's control line.
//!
//! The server says why it hangs up, and not over which message. So what was under way is sent again after everything else, one by
//! one, and the message that the connection is lost over while it is alone is the one. It is not alone while the client's queue may
//! still hold something of an earlier connection, which the present one then sends, too.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::load::Load;

/// How long what is known of a limit is believed: somebody may raise it.
const BELIEVED: Duration = Duration::from_secs(60);
/// How many losses and words are kept that nothing was found for.
const KEPT: usize = 8;
/// The pause between two messages that are suspected, doubled with each that the connection was lost over.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// The pause after connections that brought no answer, doubled with each.
const VAIN_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_VAIN_PAUSE: Duration = Duration::from_secs(2);
/// So many connections may be lost in a second, whatever they brought.
const PER_SECOND: usize = 4;
const SECOND: Duration = Duration::from_secs(1);
/// So long a lost connection's queue is waited for, with what goes alone.
const DRAINS: Duration = Duration::from_secs(2);
/// The client's queue holds fewer messages than this.
const MOST_LEFTOVERS: usize = 1_024;

/// What the server minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Minds {
    Payload,
    Subject,
    Something,
}

/// What the server said when it closed a connection.
#[derive(Clone, Debug)]
pub(super) struct Words {
    minds: Minds,
    pub(super) text: String,
    /// Over which connection, from 1.
    connection: u64,
}

/// What was under way when a connection was lost.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    pub(super) under_way: Vec<u64>,
    /// The job that was alone, if one was.
    pub(super) alone: Option<u64>,
    /// Which connection it was, from 1.
    pub(super) connection: u64,
    /// What earlier connections were lost with, and what this one may have sent, too, out of the client's queue.
    pub(super) leftovers: Vec<u64>,
}

/// What was learned from lost connections.
#[derive(Debug, Default)]
pub(super) struct HangUps {
    /// The words that no loss was seen for, yet: they come by another way.
    said: VecDeque<Words>,
    /// What was under way when the connection was lost without words, yet.
    lost: VecDeque<Loss>,
    /// The largest message and the longest subject that were acknowledged.
    proven_bytes: usize,
    proven_subject: usize,
    /// What is too large, and what is too long: the words about it, and since when that is known.
    too_large: Option<(usize, Words, Instant)>,
    too_long: Option<(usize, Words, Instant)>,
    /// When the last connections were lost.
    recent: VecDeque<Instant>,
    /// How many connections in a row brought no answer.
    vain: u32,
    /// Whether the present connection brought one.
    answered: bool,
    /// What earlier connections were lost with, until something that was sent over the present one is answered: the client sends in
    /// order, so that its queue is empty of them then.
    leftovers: Vec<u64>,
    /// When that is no longer waited for.
    drained_by: Option<Instant>,
    /// Nothing is sent before.
    pub(super) hold_until: Option<Instant>,
    /// How often in a row the connection was lost over a message that was alone, and when the next may go.
    alone_lost: u32,
    pub(super) next_alone: Option<Instant>,
}

impl Words {
    /// Reads `Maximum Payload Violation` and the like; `None` where the server does not hang up over a message.
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

    /// Whether it is the length of a subject.
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
    /// An answer came.
    pub(super) fn answered(&mut self) {
        (self.answered, self.vain) = (true, 0);
    }

    /// An attempt of the job was answered, so that no server hangs up over it; it was sent over the present connection, or over
    /// an earlier one.
    pub(super) fn got_through(&mut self, sequence: u64, is_present: bool) {
        if is_present {
            self.drained();
        } else {
            self.leftovers.retain(|left| *left != sequence);
        }
    }

    /// A request over the present connection was answered.
    pub(super) fn drained(&mut self) {
        self.leftovers.clear();
        self.drained_by = None;
    }

    /// Until when nothing goes alone, because the queue may not be empty.
    pub(super) fn drains_until(&self) -> Option<Instant> {
        self.drained_by.filter(|_| !self.leftovers.is_empty())
    }

    /// The message was acknowledged, so that another one of its size passes.
    pub(super) fn passed(&mut self, load: &Load, bytes: usize) {
        if bytes > self.proven_bytes {
            self.proven_bytes = load.largest().max(self.proven_bytes);
        }
        self.proven_subject = load.longest_subject().max(self.proven_subject);
    }

    /// The connection is lost with these under way. Returns the words that explain it.
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

    /// The server said why it hangs up. Returns what was under way, where that is known already.
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

    /// Whether the server can mean this load.
    pub(super) fn can_mean(&self, words: &Words, load: &Load) -> bool {
        match words.minds {
            Minds::Payload => load.largest() > self.proven_bytes,
            Minds::Subject => load.longest_subject() > self.proven_subject,
            Minds::Something => true,
        }
    }

    /// Whether nothing as large or as long was ever acknowledged, so that a server, or one behind it, may hang up over it.
    pub(super) fn is_unproven(&self, load: &Load) -> bool {
        load.largest() > self.proven_bytes || load.longest_subject() > self.proven_subject
    }

    /// The server means this load, and so everything that is as large or as long.
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

    /// What the server would say of this load, as far as is known.
    pub(super) fn forbids(&self, load: &Load) -> Option<&Words> {
        let mut limits = [&self.too_large, &self.too_long].into_iter().flatten();
        let forbids = |words: &Words, limit, since: Instant| since.elapsed() < BELIEVED && words.measure(load) >= limit;
        limits.find_map(|(limit, words, since)| forbids(words, *limit, *since).then_some(words))
    }

    /// A message that was suspected got through.
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
