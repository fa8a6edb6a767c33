//! Messages over which the server closes the connection: larger than the account's limit, say, or with a subject that is longer
//! than the server's control line.
//!
//! The server says why it hangs up, and not over which message. So what was under way is sent again after everything else, one by
//! one, and the message that the connection is lost over while it is alone is the one.

use std::time::Duration;

use tokio::time::Instant;

use super::load::Load;

/// How long what is known of a limit is believed: somebody may raise it.
const BELIEVED: Duration = Duration::from_secs(60);
/// How far the server's words and the loss of the connection are apart at most.
const TOGETHER: Duration = Duration::from_secs(2);
/// The pause between two messages that are suspected, doubled with each that the connection was lost over.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// The pause after connections that brought no answer, doubled with each.
const VAIN_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_VAIN_PAUSE: Duration = Duration::from_secs(2);

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
    at: Instant,
}

/// What was learned from lost connections.
#[derive(Debug, Default)]
pub(super) struct HangUps {
    /// The words that no loss was seen for, yet.
    said: Option<Words>,
    /// What was under way when the connection was lost without words, yet.
    lost: Option<(Vec<u64>, Instant)>,
    /// The largest message and the longest subject that were acknowledged.
    proven_bytes: usize,
    proven_subject: usize,
    /// What is too large or too long, the words about it, and since when that is known.
    limit: Option<(usize, Words)>,
    /// How many connections in a row brought no answer.
    vain: u32,
    /// Whether the present connection brought one.
    answered: bool,
    /// Nothing is sent before.
    pub(super) hold_until: Option<Instant>,
    /// How often in a row the connection was lost over a message that was alone, and when the next may go.
    alone_lost: u32,
    pub(super) next_alone: Option<Instant>,
}

impl Words {
    /// Reads `Maximum Payload Violation` and the like; `None` where the server does not hang up over a message.
    pub(super) fn read(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let minds = [
            ("maximum payload", Minds::Payload),
            ("maximum control line", Minds::Subject),
            ("parser error", Minds::Something),
            ("unknown protocol", Minds::Something),
            ("message header", Minds::Something),
        ];
        let minds = minds.iter().find(|(words, _)| lower.contains(words))?.1;
        Some(Self { minds, text: text.to_owned(), at: Instant::now() })
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

    /// The message was acknowledged, so that another one of its size passes.
    pub(super) fn passed(&mut self, load: &Load, bytes: usize) {
        if bytes > self.proven_bytes {
            self.proven_bytes = load.largest().max(self.proven_bytes);
        }
        self.proven_subject = load.longest_subject().max(self.proven_subject);
    }

    /// The connection is lost with these under way. Returns the words that explain it.
    pub(super) fn lost(&mut self, under_way: Vec<u64>, alone: bool) -> Option<(Words, Vec<u64>)> {
        let now = Instant::now();
        if alone {
            self.alone_lost = (self.alone_lost + 1).min(8);
            self.next_alone = Some(now + LONGEST_PAUSE.min(PAUSE * (1 << (self.alone_lost - 1).min(4))));
        }
        if !std::mem::take(&mut self.answered) && !under_way.is_empty() {
            self.vain = (self.vain + 1).min(8);
            let pause = LONGEST_VAIN_PAUSE.min(VAIN_PAUSE * (1 << self.vain.min(5)));
            self.hold_until = (self.vain >= 2).then(|| now + pause);
        }
        match self.said.take().filter(|words| words.at.elapsed() < TOGETHER) {
            Some(words) => Some((words, under_way)),
            None => {
                self.lost = Some((under_way, now));
                None
            }
        }
    }

    /// The server said why it hangs up. Returns what was under way, where that is known already.
    pub(super) fn said(&mut self, words: Words) -> Option<(Words, Vec<u64>)> {
        match self.lost.take().filter(|(_, at)| at.elapsed() < TOGETHER) {
            Some((under_way, _)) => Some((words, under_way)),
            None => {
                self.said = Some(words);
                None
            }
        }
    }

    /// Whether the server can mean this load.
    pub(super) fn can_mean(&self, words: &Words, load: &Load) -> bool {
        match words.minds {
            Minds::Payload => load.largest() > self.proven_bytes,
            Minds::Subject => load.longest_subject() > self.proven_subject,
            Minds::Something => true,
        }
    }

    /// The server means this load, and so everything that is as large or as long.
    pub(super) fn found(&mut self, words: &Words, load: &Load) {
        self.alone_lost = 0;
        let measure = words.measure(load);
        match words.minds {
            Minds::Payload => self.proven_bytes = self.proven_bytes.min(measure.saturating_sub(1)),
            Minds::Subject => self.proven_subject = self.proven_subject.min(measure.saturating_sub(1)),
            Minds::Something => return,
        }
        self.limit = Some((measure, Words { at: Instant::now(), ..words.clone() }));
    }

    /// What the server would say of this load, as far as is known.
    pub(super) fn forbids(&self, load: &Load) -> Option<&Words> {
        let (limit, words) = self.limit.as_ref()?;
        (words.at.elapsed() < BELIEVED && words.measure(load) >= *limit).then_some(words)
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

    #[test]
    fn words_and_loss_meet_in_either_order() {
        let words = || Words::read("Maximum Payload Violation").expect("known");
        let mut hang_ups = HangUps::default();
        assert!(hang_ups.said(words()).is_none());
        assert_eq!(hang_ups.lost(vec![1, 2], false).expect("both").1, [1, 2]);
        assert!(hang_ups.lost(vec![3], true).is_none());
        assert_eq!(hang_ups.said(words()).expect("both").1, [3]);
        assert!(Words::read("Stale Connection").is_none());
    }

    #[test]
    fn what_passed_is_not_meant_and_what_is_larger_is() {
        let mut hang_ups = HangUps::default();
        let words = Words::read("maximum payload violation").expect("known");
        hang_ups.passed(&load(100), load(100).bytes());
        assert!(!hang_ups.can_mean(&words, &load(50)) && hang_ups.can_mean(&words, &load(200)));
        hang_ups.found(&words, &load(200));
        assert!(hang_ups.forbids(&load(200)).is_some() && hang_ups.forbids(&load(199)).is_none());
    }

    #[test]
    fn connections_that_bring_nothing_are_used_less_and_less() {
        let mut hang_ups = HangUps::default();
        hang_ups.lost(vec![1], false);
        assert!(hang_ups.hold_until.is_none(), "one may be lost at once");
        hang_ups.lost(vec![1], false);
        let first = hang_ups.hold_until.expect("the second in a row");
        hang_ups.lost(vec![1], false);
        assert!(hang_ups.hold_until > Some(first));
        hang_ups.answered();
        hang_ups.lost(vec![1], false);
        assert!(hang_ups.vain == 0);
    }
}
