//! Finding the message over which the server closes the connection: see [`HangUps`](crate::engine::hang_up::HangUps).

use super::Task;
use crate::engine::hang_up::{Loss, Words};
use crate::engine::job::{Job, Phase};
use crate::error::{Cause, Reason};

/// Without the server's words, so many connections are lost over a message that is alone, while others get through, before it
/// is given up.
const ENOUGH: u32 = 6;

impl Task {
    /// The connection is lost with these under way, or asked with.
    pub(super) fn note_lost(&mut self, mut under_way: Vec<u64>, connection: u64) {
        let mut alone = self.window.alone();
        if let Some(question) = self.question.take()
            && !under_way.contains(&question.carrier)
        {
            under_way.push(question.carrier);
        }
        // Nothing of a batch is stored before its last message, but one of those before may be what the connection is lost over.
        if let Some(partly) = &self.partly {
            under_way.push(partly.sequence);
        }
        // Between two connections there is nothing to lose.
        if under_way.is_empty() {
            return;
        }
        // One at a time is always alone.
        if let ([only], true) = (&under_way[..], self.window.keeps_order()) {
            let unproven = self.ring.get(*only).is_some_and(|job| self.hang_ups.is_unproven(&job.load));
            alone = alone.or(unproven.then_some(*only));
        }
        for sequence in &under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.connections += 1;
            job.losses.alone += u32::from(alone == Some(*sequence));
            // Two in a row may be a network that flaps: it is looked at alone, where it may be the cause.
            let suspect = job.losses.connections >= 2 && self.hang_ups.is_unproven(&job.load);
            job.losses.suspect |= suspect && !self.window.keeps_order();
        }
        if let Some((words, loss)) = self.hang_ups.lost(Loss { under_way, alone, connection, leftovers: Vec::new() }) {
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
        let Loss { under_way, alone, leftovers, .. } = loss;
        let mut is_meant = false;
        for sequence in under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.explained += 1;
            is_meant |= self.hang_ups.can_mean(words, &job.load);
        }
        // Of what has ended meanwhile, nobody knows any more.
        let is_left =
            |sequence: &u64| self.ring.get(*sequence).is_none_or(|job| self.hang_ups.can_mean(words, &job.load));
        let left = leftovers.iter().any(is_left);
        let found = alone.filter(|_| !left);
        tracing::warn!(
            said = words.text,
            messages = under_way.len(),
            "the server closed the connection over a message"
        );
        match found {
            Some(sequence) => self.condemn(sequence, words),
            None if is_meant || left => {
                // What is as large was not under way, and would be lost the same way.
                let hang_ups = &self.hang_ups;
                let meant = self.ring.iter_mut().filter(|(_, job)| hang_ups.can_mean(words, &job.load));
                meant.for_each(|(_, job)| job.losses.suspect = true);
            }
            None => {
                // What passed before does not any more.
                for sequence in under_way {
                    if let Some(job) = self.ring.get_mut(*sequence) {
                        job.losses.suspect = true;
                    }
                }
            }
        }
    }

    /// The server hangs up over this one.
    fn condemn(&mut self, sequence: u64, words: &Words) {
        let Some(job) = self.ring.get(sequence) else { return };
        // Whether it is stored is asked on its own subject, which the server minds. Where none as long ever passed, none did.
        let never = words.minds_subject() && self.hang_ups.can_mean(words, &job.load);
        self.hang_ups.found(words, &job.load);
        self.end_forbidden(sequence, &words.text, never);
        // What is as large would only be asked with, or sent, to the same end.
        let forbidden = |(_, job): &(u64, &Job)| job.is_ready() && self.hang_ups.forbids(&job.load).is_some();
        let forbidden: Vec<u64> = self.ring.iter().filter(forbidden).map(|(sequence, _)| sequence).collect();
        for sequence in forbidden {
            self.end_forbidden(sequence, &words.text, never);
        }
    }

    /// Ends what the server hangs up over. None of its attempts was stored, if each of them ended with such words. One that went
    /// without them may have been stored, as the limit can have been lowered since; or the words were lost, as they are where the
    /// server closes while more arrives. That is looked up.
    pub(super) fn end_forbidden(&mut self, sequence: u64, said: &str, never: bool) {
        let Some(job) = self.ring.get(sequence) else { return };
        let reason = Reason::HungUp { size: job.load.largest(), said: said.to_owned() };
        let explained = (never || job.losses.explained == job.losses.connections) && job.losses.silent == 0;
        if explained || !job.uncertain {
            let error = job.load.not_stored(reason);
            self.finish(sequence, Err(error));
        } else if job.phase != Phase::Looking {
            self.look_for(sequence, reason);
        }
    }

    /// Ends what the connection was lost over again and again, without a word of the server, while others got through.
    fn give_up(&mut self, sequence: u64) {
        let Some(job) = self.ring.get(sequence).filter(|job| job.losses.alone >= ENOUGH) else { return };
        let error = match job.uncertain {
            true => job.load.possibly_stored(Cause::HungUp),
            false => job.load.not_stored(Reason::Unsent("the connection was lost each time that it was sent")),
        };
        self.finish(sequence, Err(error));
    }
}
