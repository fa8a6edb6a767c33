//! Which message goes to which pull.

use super::{AckPolicy, Consumer, Pending};
use crate::jetstream::store::{Store, Stored};
use crate::message::Outbound;
use crate::time::{Moment, Nanos};

/// What was delivered, and what is settled thereby.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) out: Vec<Outbound>,
    /// Messages that nothing has to acknowledge.
    pub(crate) settled: Vec<u64>,
}

impl Consumer {
    /// Serves the pulls that wait. `is_awaited` says whether anybody subscribes to a subject: a pull that nobody awaits is over.
    pub(crate) fn deliver(
        &mut self,
        stream: &str,
        store: &Store,
        moment: Moment,
        is_awaited: &dyn Fn(&str) -> bool,
    ) -> Delivered {
        let mut delivered = Delivered::default();
        self.pulls.retain(|pull| is_awaited(&pull.reply));
        let mut undelivered = None;
        while !self.pulls.is_empty()
            && self.config.paused_until.is_none_or(|until| until <= moment.now)
            && let Some(message) = self.next_message(store)
            && let Some((mut pull, is_pinned_now)) = self.next_pull(moment, &mut delivered.out)
        {
            // Counted once: it is a look at the whole stream.
            let before = undelivered.unwrap_or_else(|| self.undelivered(store));
            let left = before.saturating_sub(u64::from(!self.pending.contains_key(&message.sequence)));
            let mut out = self.message(stream, message, left, pull.group.id());
            let size = (out.subject.len() + out.headers.len() + out.payload.len()) as u64
                + out.reply.as_ref().map_or(0, |reply| reply.len() as u64);
            if let Some(bytes) = &mut pull.bytes {
                if *bytes < size {
                    if is_pinned_now {
                        self.unpin();
                    }
                    delivered.out.push(pull.end("409 Message Size Exceeds MaxBytes"));
                    continue;
                }
                *bytes -= size;
            }
            self.track(message.sequence, moment.until, &mut delivered.settled);
            undelivered = Some(left);
            out.to.clone_from(&pull.reply);
            delivered.out.push(out);
            pull.left = pull.left.saturating_sub(1);
            pull.served(moment.real);
            if pull.left > 0 {
                self.pulls.push_back(pull);
            }
        }
        delivered
    }

    /// The message to deliver now. What was deleted in the meantime needs no settling.
    fn next_message<'a>(&mut self, store: &'a Store) -> Option<&'a Stored> {
        while let Some(sequence) = self.again.front().copied() {
            let attempts = self.attempts.get(&sequence).copied().unwrap_or_default();
            let is_last = self.config.max_deliver.is_some_and(|most| attempts >= most);
            match store.get(sequence).filter(|_| !is_last && self.pending.contains_key(&sequence)) {
                Some(message) => return Some(message),
                None => {
                    self.again.pop_front();
                    self.settle(sequence);
                }
            }
        }
        if self.config.max_ack_pending.is_some_and(|most| self.pending.len() >= most) {
            return None;
        }
        while let Some(sequence) = self.chosen.first().copied() {
            if let Some(message) = store.get(sequence) {
                return Some(message);
            }
            self.chosen.remove(&sequence);
        }
        let found = store.from(self.next).find(|message| self.config.matches(&message.subject));
        self.next = found.map_or(store.last() + 1, |message| message.sequence).max(self.next);
        found
    }

    /// Notes that a message is delivered. A client has time to acknowledge it from `until` on.
    fn track(&mut self, sequence: u64, until: Nanos, settled: &mut Vec<u64>) {
        self.delivered.delivery += 1;
        let attempt = self.attempts.entry(sequence).or_default();
        *attempt += 1;
        let due = until.saturating_add(self.config.patience(*attempt));
        if self.again.front() == Some(&sequence) {
            self.again.pop_front();
            // The first delivery counts for the floor.
            if let Some(pending) = self.pending.get_mut(&sequence) {
                pending.due = due;
            }
            return;
        }
        if !self.chosen.remove(&sequence) {
            self.next = sequence + 1;
        }
        self.delivered.message = self.delivered.message.max(sequence);
        if self.config.ack_policy == AckPolicy::None {
            self.attempts.remove(&sequence);
            self.ack_floor = self.delivered;
            settled.push(sequence);
        } else {
            self.pending.insert(sequence, Pending { delivery: self.delivered.delivery, due });
        }
    }

    /// A message as a client gets it. Its reply subject says where it is, for the acknowledgement.
    fn message(&self, stream: &str, message: &Stored, undelivered: u64, pin: Option<&str>) -> Outbound {
        let Stored { sequence, subject, time, .. } = message;
        let name = self.config.json.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
        let attempt = self.attempts.get(sequence).copied().unwrap_or_default() + 1;
        let delivery = self.delivered.delivery + 1;
        let reply = format!("$JS.ACK.{stream}.{name}.{attempt}.{sequence}.{delivery}.{time}.{undelivered}");
        let mut headers = message.headers.clone();
        if let Some(pin) = pin {
            headers.push("Nats-Pin-Id", pin.to_owned());
        }
        let payload = if self.config.headers_only {
            headers.push("Nats-Msg-Size", message.payload.len().to_string());
            bytes::Bytes::new()
        } else {
            message.payload.clone()
        };
        Outbound { to: String::new(), subject: subject.clone(), reply: Some(reply), headers: headers.wire(), payload }
    }
}
