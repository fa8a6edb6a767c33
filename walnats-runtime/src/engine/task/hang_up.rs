//! Finding the message over which the server closes the connection: see [`HangUps`](crate::engine::hang_up::HangUps).

use super::Task;
use crate::engine::hang_up::Words;
use crate::error::{Cause, EmitError, Reason};

/// Without the server's words, so many connections are lost over a message that is alone, while others get through, before it
/// is given up.
const ENOUGH: u32 = 6;

impl Task {
    /// The connection is lost with these under way, or asked with.
    pub(super) fn note_lost(&mut self, mut under_way: Vec<u64>) {
        let alone = self.window.alone();
        if let Some((_, carrier)) = self.carrier.take()
            && !under_way.contains(&carrier)
        {
            under_way.push(carrier);
        }
        for sequence in &under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.connections += 1;
            job.losses.alone += u32::from(alone == Some(*sequence));
            // Two in a row may be a network that flaps: it is looked at alone.
            job.losses.suspect |= job.losses.connections >= 2 && !self.window.keeps_order();
        }
        if let Some((words, under_way)) = self.hang_ups.lost(under_way, alone.is_some()) {
            self.explain(&words, &under_way, alone);
        }
        let hold = self.hang_ups.hold_until;
        self.due(hold);
        if let Some(sequence) = alone {
            self.give_up(sequence);
        }
    }

    /// The server said why it hangs up.
    pub(super) fn on_hang_up(&mut self, words: Words) {
        if let Some((words, under_way)) = self.hang_ups.said(words) {
            let alone = match under_way[..] {
                [only] => Some(only),
                _ => None,
            };
            self.explain(&words, &under_way, alone);
        }
    }

    fn explain(&mut self, words: &Words, under_way: &[u64], alone: Option<u64>) {
        let mut meant = Vec::new();
        for sequence in under_way {
            let Some(job) = self.ring.get_mut(*sequence) else { continue };
            job.losses.explained += 1;
            if self.hang_ups.can_mean(words, &job.load) {
                meant.push(*sequence);
            }
        }
        let found = match (alone, &meant[..]) {
            (Some(alone), _) => Some(alone),
            (None, [only]) => Some(*only),
            (None, []) => {
                // What passed before does not any more.
                meant = under_way.to_vec();
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
        self.hang_ups.found(words, &job.load);
        self.end_forbidden(sequence, &words.text.clone());
    }

    /// Ends what the server hangs up over. None of its attempts was stored, if each of them ended with such words.
    pub(super) fn end_forbidden(&mut self, sequence: u64, said: &str) {
        let Some(job) = self.ring.get(sequence) else { return };
        let reason = Reason::HungUp { size: job.load.largest(), said: said.to_owned() };
        let explained = job.losses.explained == job.losses.connections && job.losses.silent == 0;
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
