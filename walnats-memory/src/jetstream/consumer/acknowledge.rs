//! What clients say about delivered messages (ADR-13).

use serde_json::Value;

use super::{AckPolicy, Consumer, Position};
use crate::time::{self, Nanos};

/// What a client says about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Done,
    /// Done, and this request for more.
    DoneAndNext(Vec<u8>),
    /// Again, after a while.
    Again(Nanos),
    InProgress,
    /// Never again.
    Terminated,
}

impl Said {
    /// Reads what a client says; anything else counts for nothing.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        match word {
            "" | "+ACK" => Some(Self::Done),
            "+NXT" => Some(Self::DoneAndNext(rest.as_bytes().to_vec())),
            "+WPI" => Some(Self::InProgress),
            "+TERM" => Some(Self::Terminated),
            "-NAK" => {
                let delay = serde_json::from_str::<Value>(rest).ok();
                let delay = delay.and_then(|nak| nak.get("delay")?.as_i64()).or_else(|| time::read_duration(rest));
                Some(Self::Again(delay.unwrap_or_default().max(0)))
            }
            _ => None,
        }
    }
}

impl Consumer {
    /// Takes what a client says about a message; the messages that are settled thereby.
    pub(crate) fn acknowledge(&mut self, sequence: u64, said: &Said, now: Nanos) -> Vec<u64> {
        self.active = now;
        let attempts = self.attempts.get(&sequence).copied().unwrap_or(1);
        match said {
            Said::Done | Said::DoneAndNext(_) if self.config.ack_policy == AckPolicy::All => {
                let all: Vec<u64> = self.pending.range(..=sequence).map(|(sequence, _)| *sequence).collect();
                all.iter().for_each(|sequence| self.settle(*sequence));
                all
            }
            Said::Done | Said::DoneAndNext(_) | Said::Terminated => {
                if !self.pending.contains_key(&sequence) {
                    return Vec::new();
                }
                self.settle(sequence);
                vec![sequence]
            }
            Said::InProgress => {
                let due = now.saturating_add(self.config.patience(attempts));
                if let Some(pending) = self.pending.get_mut(&sequence).filter(|pending| pending.due != Nanos::MAX) {
                    pending.due = due;
                }
                Vec::new()
            }
            Said::Again(delay) => {
                let Some(pending) = self.pending.get_mut(&sequence) else { return Vec::new() };
                if *delay > 0 {
                    pending.due = now.saturating_add(*delay);
                } else if !self.again.contains(&sequence) {
                    pending.due = Nanos::MAX;
                    self.again.push_back(sequence);
                }
                Vec::new()
            }
        }
    }

    /// Awaits nothing more for a message, and moves the floor below which everything is settled.
    pub(super) fn settle(&mut self, sequence: u64) {
        self.attempts.remove(&sequence);
        self.again.retain(|again| *again != sequence);
        let Some(settled) = self.pending.remove(&sequence) else { return };
        if self.pending.is_empty() {
            self.ack_floor = self.delivered;
        } else if settled.delivery == self.ack_floor.delivery + 1 {
            self.ack_floor = Position { delivery: settled.delivery, message: sequence };
            if let Some((next, pending)) = self.pending.range(sequence..).next() {
                self.ack_floor = Position { delivery: pending.delivery - 1, message: next - 1 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_say_is_read() {
        assert_eq!(Said::read(b""), Some(Said::Done));
        assert_eq!(Said::read(b"+TERM because"), Some(Said::Terminated));
        assert_eq!(Said::read(b"-NAK"), Some(Said::Again(0)));
        assert_eq!(Said::read(b"-NAK {\"delay\":5}"), Some(Said::Again(5)));
        assert_eq!(Said::read(b"-NAK 2s"), Some(Said::Again(2_000_000_000)));
        assert_eq!(Said::read(b"+NXT {\"batch\":2}"), Some(Said::DoneAndNext(b"{\"batch\":2}".to_vec())));
        assert_eq!(Said::read(b"hello"), None);
    }
}
