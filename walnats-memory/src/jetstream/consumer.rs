//! A pull consumer: where it is in its stream, what it delivered, and what it awaits.

mod acknowledge;
mod config;
mod deliver;
mod pinned;
mod pull;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

pub(crate) use self::acknowledge::Said;
pub(crate) use self::config::{AckPolicy, ConsumerConfig};
use self::pinned::Pin;
pub(crate) use self::pinned::check_name;
use self::pull::Pull;
use super::store::Store;
use crate::message::Outbound;
use crate::time::{self, Moment, Nanos};

/// A consumer.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) config: ConsumerConfig,
    created: Nanos,
    /// The messages to begin with, if those are not all that follow (`last_per_subject`).
    chosen: BTreeSet<u64>,
    /// The next message that was never delivered has this sequence number or a higher one.
    next: u64,
    delivered: Position,
    ack_floor: Position,
    pending: BTreeMap<u64, Pending>,
    /// How often each message was delivered that is not settled.
    attempts: BTreeMap<u64, u64>,
    /// To be delivered again, in this order.
    again: VecDeque<u64>,
    pulls: VecDeque<Pull>,
    /// The client that gets the messages, if it is to be one.
    pin: Option<Pin>,
    /// How many clients were pinned.
    pins: u64,
    /// When it last had a sign of life.
    active: Nanos,
}

/// Sequence numbers: of deliveries, and of messages in the stream.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    delivery: u64,
    message: u64,
}

/// A message whose acknowledgement is awaited.
#[derive(Clone, Copy, Debug)]
struct Pending {
    delivery: u64,
    /// When it is delivered again.
    due: Nanos,
}

impl Consumer {
    /// A consumer that begins where its configuration says.
    pub(crate) fn new(config: ConsumerConfig, store: &Store, now: Nanos) -> Self {
        let of = |name: &str| config.json.get(name).cloned().unwrap_or_default();
        let matching = || store.iter().filter(|message| config.matches(&message.subject));
        let mut chosen = BTreeSet::new();
        let after = store.last() + 1;
        let next = match of("deliver_policy").as_str() {
            Some("new") => after,
            Some("last") => matching().next_back().map_or(after, |last| last.sequence),
            Some("last_per_subject") => {
                let last: BTreeMap<&str, u64> = matching().map(|own| (own.subject.as_str(), own.sequence)).collect();
                chosen = last.into_values().collect();
                after
            }
            Some("by_start_sequence") => of("opt_start_seq").as_u64().unwrap_or(1).max(store.first()),
            Some("by_start_time") => {
                let start = of("opt_start_time").as_str().and_then(time::read).unwrap_or_default();
                store.iter().find(|message| message.time >= start).map_or(after, |first| first.sequence)
            }
            _ => store.first(),
        };
        let start = Position { delivery: 0, message: chosen.first().copied().unwrap_or(next).saturating_sub(1) };
        Self {
            config,
            created: now,
            chosen,
            next,
            delivered: start,
            ack_floor: start,
            pending: BTreeMap::new(),
            attempts: BTreeMap::new(),
            again: VecDeque::new(),
            pulls: VecDeque::new(),
            pin: None,
            pins: 0,
            active: now,
        }
    }

    /// Whether it has not settled a message yet.
    pub(crate) fn needs(&self, sequence: u64) -> bool {
        sequence >= self.next || self.chosen.contains(&sequence) || self.pending.contains_key(&sequence)
    }

    /// How many messages it has never delivered.
    pub(crate) fn undelivered(&self, store: &Store) -> u64 {
        let following = store.from(self.next).filter(|message| self.config.matches(&message.subject));
        (following.count() + self.chosen.iter().filter(|sequence| store.get(**sequence).is_some()).count()) as u64
    }

    /// Whether somebody waits for messages, and all there are have been settled.
    pub(crate) fn is_settled(&self, store: &Store) -> bool {
        !self.pulls.is_empty() && self.pending.is_empty() && self.undelivered(store) == 0
    }

    /// The consumer as JetStream shows it.
    pub(crate) fn info(&self, stream: &str, store: &Store, moment: Moment) -> Value {
        let position = |position: Position| json!({"consumer_seq": position.delivery, "stream_seq": position.message});
        let mut info = json!({
            "stream_name": stream,
            "name": self.config.json.get("name"),
            "created": time::text(self.created),
            "config": self.config.json,
            "delivered": position(self.delivered),
            "ack_floor": position(self.ack_floor),
            "num_ack_pending": self.pending.len(),
            "num_redelivered": self.attempts.values().filter(|attempts| **attempts > 1).count(),
            "num_waiting": self.pulls.len(),
            "num_pending": self.undelivered(store),
            "ts": time::text(moment.now),
        });
        if let Some(groups) = self.groups() {
            info["priority_groups"] = groups;
        }
        if let Some(until) = self.config.paused_until.filter(|until| *until > moment.now) {
            info["paused"] = json!(true);
            info["pause_remaining"] = json!(until - moment.now);
        }
        info
    }

    /// Takes another configuration, which was checked. It goes on at its position.
    pub(crate) fn update(&mut self, config: ConsumerConfig) {
        if config.pinning.is_none() {
            self.unpin();
        }
        self.config = config;
    }

    /// When something is due, by the clock of the test.
    pub(crate) fn due(&self) -> Option<Nanos> {
        let pending = self.pending.values().map(|pending| pending.due).min();
        let inactive = self.config.inactive.filter(|_| self.pulls.is_empty());
        let inactive = inactive.map(|inactive| self.active.saturating_add(inactive));
        [pending, inactive, self.config.paused_until].into_iter().flatten().min()
    }

    /// When a pull needs something, or a client is unpinned, by the clock of the machine.
    pub(crate) fn pulls_due(&self) -> Option<Nanos> {
        self.pulls.iter().map(Pull::due).chain(self.pin.iter().map(|pin| pin.due)).min()
    }

    /// Whether nobody has used it for too long.
    pub(crate) fn is_abandoned(&self, now: Nanos) -> bool {
        let inactive = self.config.inactive.filter(|_| self.pulls.is_empty());
        inactive.is_some_and(|inactive| self.active.saturating_add(inactive) <= now)
    }

    /// Does what is due. Messages whose acknowledgement did not come are delivered again.
    pub(crate) fn run(&mut self, moment: Moment) -> Vec<Outbound> {
        for (sequence, pending) in &mut self.pending {
            if pending.due <= moment.now {
                pending.due = Nanos::MAX;
                self.again.push_back(*sequence);
            }
        }
        if self.config.paused_until.is_some_and(|until| until <= moment.now) {
            self.config.paused_until = None;
        }
        if self.pin.as_ref().is_some_and(|pin| pin.due <= moment.real) {
            self.unpin();
        }
        let mut out = Vec::new();
        self.pulls.retain_mut(|pull| {
            let is_over = pull.is_over(moment.real);
            out.extend(if is_over { Some(pull.end("408 Request Timeout")) } else { pull.heartbeat(moment.real) });
            !is_over
        });
        if !self.pulls.is_empty() {
            self.active = moment.now;
        }
        out
    }

    /// Takes a request for messages; the answer, if it ends at once.
    pub(crate) fn pull(&mut self, body: &[u8], reply: &str, store: &Store, moment: Moment) -> Option<Outbound> {
        self.active = moment.now;
        let pending = self.undelivered(store) + self.again.len() as u64;
        let waiting = self.config.limit("max_waiting").and_then(|limit| usize::try_from(limit).ok());
        let pull = match Pull::read(body, reply, self, pending, moment.real) {
            Ok(_) if waiting.is_some_and(|limit| self.pulls.len() >= limit) => {
                Err("409 Exceeded MaxWaiting".to_owned())
            }
            pull => pull,
        };
        match pull {
            Ok(pull) => {
                self.pulled(&pull.group, moment.real);
                self.pulls.push_back(pull);
                None
            }
            Err(status) => Some(Outbound::status(reply, &status, &crate::headers::Headers::default())),
        }
    }

    /// Ends the pulls whose reply subjects begin like this.
    pub(crate) fn end_pulls(&mut self, prefix: &str, status: &str) -> Vec<Outbound> {
        let mut out = Vec::new();
        self.pulls.retain(|pull| {
            let ends = pull.reply.starts_with(prefix);
            out.extend(ends.then(|| pull.end(status)));
            !ends
        });
        out
    }
}
