//! Finding the message over which the server closes the connection: see [`HangUps`](crate::engine::hang_up::HangUps).

use super::Task;
use crate::engine::hang_up::{Loss, Words};
use crate::engine::job::Job;
use crate::error::{Cause, EmitError, Reason};

/// Without the server's words, so many connections are lost over a message that is alone, while others get through, before it
/// is given up.
const ENOUGH: u32 = 6;

impl Task {
    /// The connection is lost with these under way, or asked with.
    pub(super) fn note_lost(&mut self, mut under_way: Vec<u64>, connection: u64) {
        let alone = self.window.alone();
        if let Some((_, carrier)) = self.carrier.take()
            && !under_way.contains(&carrier)
        {
            under_way.push(carrier);
        }
        // Between two connections there is nothing to lose.
        if under_way.is_empty() {
            return;
        }
        for sequence in &under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.connections += 1;
            job.losses.alone += u32::from(alone == Some(*sequence));
            // Two in a row may be a network that flaps: it is looked at alone, where it may be the cause.
            let suspect = job.losses.connections >= 2 && self.hang_ups.is_unproven(&job.load);
            job.losses.suspect |= suspect && !self.window.keeps_order();
        }
        if let Some((words, loss)) = self.hang_ups.lost(Loss { under_way, alone, connection }) {
            self.explain(&words, &loss);
        }
        let hold = self.hang_ups.hold_until;
        self.due(hold);
        if let Some(sequence) = alone {
            self.give_up(sequence);
        }
    }

    /// The server said why it hangs up.
    pub(super) fn on_hang_up(&mut self, words: Words) {
        if let Some((words, loss)) = self.hang_ups.said(words) {
            self.explain(&words, &loss);
        }
    }

    fn explain(&mut self, words: &Words, loss: &Loss) {
        let Loss { under_way, alone, .. } = loss;
        let mut meant = Vec::new();
        for sequence in under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.explained += 1;
            if self.hang_ups.can_mean(words, &job.load) {
                meant.push(*sequence);
            }
        }
        let found = match (alone, &meant[..]) {
            (Some(alone), _) => Some(*alone),
            (None, [only]) => Some(*only),
            (None, []) => {
                // What passed before does not any more.
                meant.clone_from(under_way);
                None
            }
            (None, _) => None,
        };
        tracing::warn!(
            said = words.text,
            messages = under_way.len(),
            "the server closed the connection over a message"
        );
        match found {
            Some(sequence) => self.condemn(sequence, words),
            None => {
                for sequence in meant {
                    if let Some(job) = self.ring.get_mut(sequence) {
                        job.losses.suspect = true;
                    }
                }
            }
        }
    }

    /// The server hangs up over this one.
    fn condemn(&mut self, sequence: u64, words: &Words) {
        let Some(job) = self.ring.get(sequence) else { return };
        // Nothing as large ever passed: then the connections that were lost without a word were lost over it, too. The words
        // get lost where the server closes while more arrives.
        let always = self.hang_ups.can_mean(words, &job.load);
        self.hang_ups.found(words, &job.load);
        self.end_forbidden(sequence, &words.text, always);
        // What is as large would only be asked with, or sent, to the same end.
        let forbidden = |(_, job): &(u64, &Job)| job.is_ready() && self.hang_ups.forbids(&job.load).is_some();
        let forbidden: Vec<u64> = self.ring.iter().filter(forbidden).map(|(sequence, _)| sequence).collect();
        for sequence in forbidden {
            self.end_forbidden(sequence, &words.text, always);
        }
    }

    /// Ends what the server hangs up over. None of its attempts was stored, if each of them ended with such words, or the server
    /// `always` minded it.
    pub(super) fn end_forbidden(&mut self, sequence: u64, said: &str, always: bool) {
        let Some(job) = self.ring.get(sequence) else { return };
        let reason = Reason::HungUp { size: job.load.largest(), said: said.to_owned() };
        let explained = (always || job.losses.explained == job.losses.connections) && job.losses.silent == 0;
        let error = if explained { job.load.not_stored(reason) } else { job.refused(reason) };
        self.finish(sequence, Err(error));
    }

    /// Ends what the connection was lost over again and again, without a word of the server, while others got through.
    fn give_up(&mut self, sequence: u64) {
        let Some(job) = self.ring.get(sequence).filter(|job| job.losses.alone >= ENOUGH) else { return };
        let error: EmitError = job.load.possibly_stored(Cause::HungUp);
        self.finish(sequence, Err(error));
    }
}
