//! Finding the message over which the server closes the connection: see [`HangUps`](crate::engine::hang_up::HangUps).

use super::Task;
use crate::engine::hang_up::{Loss, Words};
use crate::engine::job::{Job, Phase};
use crate::error::{Cause, Reason};

/// How many connections are lost over a message that is alone, without a reason from the server and while others get
/// through, before it is given up.
const ENOUGH: u32 = 6;

impl Task {
    /// The connection was lost with these in flight or being probed with.
    pub(super) fn note_lost(&mut self, mut under_way: Vec<u64>, connection: u64) {
        let mut alone = self.window.alone();
        if let Some(probe) = self.probe.take()
            && !under_way.contains(&probe.carrier)
        {
            under_way.push(probe.carrier);
        }
        // A batch is stored only with its last message, but an earlier one may be why the connection was lost.
        if let Some(partly) = &self.partly {
            under_way.push(partly.sequence);
        }
        // Nothing was in flight.
        if under_way.is_empty() {
            return;
        }
        // With a window of one message, every message is alone.
        if let ([only], true) = (&under_way[..], self.window.keeps_order()) {
            let unproven = self.ring.get(*only).is_some_and(|job| self.hang_ups.is_unproven(&job.load));
            alone = alone.or(unproven.then_some(*only));
        }
        for sequence in &under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.connections += 1;
            job.losses.alone += u32::from(alone == Some(*sequence));
            // Two losses in a row may be due to the network; a suspect is tried alone.
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

    /// The server said why it closes the connection.
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
        // Nothing is known about jobs that have ended meanwhile.
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
                // Messages as large as these were not in flight, and would be lost the same way.
                let hang_ups = &self.hang_ups;
                let meant = self.ring.iter_mut().filter(|(_, job)| hang_ups.can_mean(words, &job.load));
                meant.for_each(|(_, job)| job.losses.suspect = true);
            }
            None => {
                // Messages of a proven size are refused now.
                for sequence in under_way {
                    if let Some(job) = self.ring.get_mut(*sequence) {
                        job.losses.suspect = true;
                    }
                }
            }
        }
    }

    /// The server closes the connection over this message.
    fn condemn(&mut self, sequence: u64, words: &Words) {
        let Some(job) = self.ring.get(sequence) else { return };
        // Looking it up needs its own subject, which the server objects to. If none as long ever passed, this one did
        // not.
        let never = words.minds_subject() && self.hang_ups.can_mean(words, &job.load);
        self.hang_ups.found(words, &job.load);
        self.end_forbidden(sequence, &words.text, never);
        // Messages as large would end the same way.
        let forbidden = |(_, job): &(u64, &Job)| job.is_ready() && self.hang_ups.forbids(&job.load).is_some();
        let forbidden: Vec<u64> = self.ring.iter().filter(forbidden).map(|(sequence, _)| sequence).collect();
        for sequence in forbidden {
            self.end_forbidden(sequence, &words.text, never);
        }
    }

    /// Ends what the server closes the connection over. If every attempt ended with such a reason, none was stored. An
    /// attempt without one may have been stored before the limit was lowered, or the reason was lost, as happens if the
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

    /// Ends a message over which the connection was lost repeatedly, without a reason, while others got through.
    fn give_up(&mut self, sequence: u64) {
        let Some(job) = self.ring.get(sequence).filter(|job| job.losses.alone >= ENOUGH) else { return };
        let error = match job.uncertain {
            true => job.load.possibly_stored(Cause::HungUp),
            false => job.load.not_stored(Reason::Unsent("the connection was lost each time that it was sent")),
        };
        self.finish(sequence, Err(error));
    }
}
