//! A stream: takes messages, keeps them within its limits, and serves its consumers.

mod serve;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::batch::{Batches, Step};
use super::config::{Config, Retention};
use super::consumer::Consumer;
use super::duplicates::Duplicates;
use super::store::{Store, Stored};
use super::{expectation, limits, schedule};
use crate::error::ApiError;
use crate::fault::{Fault, Faults};
use crate::headers::Headers;
use crate::journal::Record;
use crate::message::{Inbound, Outbound};
use crate::time::{self, Moment, Nanos};

/// A stream, its messages and its consumers.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) config: Config,
    pub(crate) created: Nanos,
    pub(crate) consumers: BTreeMap<String, Consumer>,
    pub(super) contents: Contents,
    batches: Batches,
}

/// What a batch changes as a whole, or not at all.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    pub(super) store: Store,
    duplicates: Duplicates,
    /// When the schedule of each subject is due, and its sequence number.
    schedules: BTreeMap<String, (Nanos, u64)>,
    last_id: String,
}

/// What a publish resulted in.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// The answer, if one was asked for.
    pub(crate) answer: Option<Outbound>,
    /// What is new in the stream.
    pub(crate) records: Vec<Record>,
}

/// Where a message is in the stream.
#[derive(Clone, Copy, Debug)]
struct Place {
    sequence: u64,
    is_duplicate: bool,
}

impl Stream {
    pub(crate) fn new(config: Config, now: Nanos) -> Self {
        // Beyond that, numbers would run out.
        let first = config.limit("first_seq").unwrap_or(1).min(u64::MAX / 2);
        let contents = Contents {
            store: Store::new(config.in_memory, first),
            duplicates: Duplicates::default(),
            schedules: BTreeMap::new(),
            last_id: String::new(),
        };
        Self { config, created: now, consumers: BTreeMap::new(), contents, batches: Batches::default() }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.contents.store
    }

    /// Takes a message that was published.
    pub(crate) fn publish(&mut self, message: Inbound, moment: Moment, faults: &mut Faults) -> Published {
        let reply = message.reply.clone().filter(|_| !self.config.is_on("no_ack"));
        let mut published = Published::default();
        let is_part = message.headers.get("Nats-Batch-Id").is_some();
        let ended = if expectation::is_for_another(&self.config, &message.headers) {
            Err(expectation::other_stream())
        } else if is_part {
            match self.batches.take(message, self.config.is_on("allow_atomic"), moment.real) {
                Ok(Step::More) => {
                    published.answer = reply.map(|reply| Outbound::answer(&reply, ""));
                    return published;
                }
                Ok(Step::Commit { id, messages }) => {
                    let fault = messages.iter().find_map(|message| faults.take(message));
                    self.commit(&id, &messages, moment.now, fault, &mut published)
                }
                Err(error) => Err(error),
            }
        } else {
            let fault = faults.take(&message);
            self.single(message, moment.now, fault, &mut published)
        };
        let name = &self.config.name;
        published.answer = reply.map(|reply| match ended {
            Ok(Some(answer)) => Outbound::answer(&reply, answer.to_string()),
            Ok(None) => Outbound::status(&reply, &crate::WITHHELD.to_string(), &Headers::default()),
            Err(error) => {
                Outbound::answer(&reply, json!({"error": error.value(), "stream": name, "seq": 0}).to_string())
            }
        });
        published
    }

    /// Takes one message; the acknowledgement, unless it is withheld.
    fn single(
        &mut self,
        message: Inbound,
        now: Nanos,
        fault: Option<Fault>,
        published: &mut Published,
    ) -> Result<Option<Value>, ApiError> {
        if let Some(Fault::Refused(error)) = fault {
            return Err(error);
        }
        let place = self.take(&message, now)?;
        if !place.is_duplicate {
            published.records.push(self.record(message, place.sequence, now));
        }
        let mut answer = json!({"stream": self.config.name, "seq": place.sequence});
        if place.is_duplicate {
            answer["duplicate"] = json!(true);
        }
        Ok(fault.is_none().then_some(answer))
    }

    /// Takes all messages of a batch, or none.
    fn commit(
        &mut self,
        id: &str,
        messages: &[Inbound],
        now: Nanos,
        fault: Option<Fault>,
        published: &mut Published,
    ) -> Result<Option<Value>, ApiError> {
        if let Some(Fault::Refused(error)) = fault {
            return Err(error);
        }
        let before = self.contents.clone();
        let mut sequences = Vec::new();
        for message in messages {
            let error = match self.take(message, now) {
                Ok(Place { sequence, is_duplicate: false }) => {
                    sequences.push(sequence);
                    continue;
                }
                Ok(_) => ApiError::new(400, 10201, "atomic publish batch contains duplicate message id"),
                Err(error) => error,
            };
            self.contents = before;
            return Err(error);
        }
        let last = sequences.last().copied().unwrap_or_default();
        for (message, sequence) in messages.iter().zip(sequences) {
            published.records.push(self.record(message.clone(), sequence, now));
        }
        let answer = json!({"stream": self.config.name, "seq": last, "batch": id, "count": messages.len()});
        Ok(fault.is_none().then_some(answer))
    }

    fn record(&self, message: Inbound, sequence: u64, now: Nanos) -> Record {
        let Inbound { subject, headers, payload, .. } = message;
        Record { stream: self.config.name.clone(), sequence, subject, headers, payload, time: time::system(now) }
    }

    /// Checks a message and stores it, unless it is there already.
    fn take(&mut self, message: &Inbound, now: Nanos) -> Result<Place, ApiError> {
        let Inbound { subject, headers, payload, .. } = message;
        if self.config.is_on("sealed") {
            return Err(ApiError::new(400, 10109, "invalid operation on sealed stream"));
        }
        let expires = schedule::expires(&self.config, headers, now)?;
        let due = schedule::due(&self.config, subject, headers)?;
        let id = headers.get("Nats-Msg-Id").filter(|id| !id.is_empty());
        if let Some(sequence) = id.and_then(|id| self.contents.duplicates.get(id)) {
            return Ok(Place { sequence, is_duplicate: true });
        }
        expectation::check(&self.contents.store, &self.contents.last_id, subject, headers)?;
        let rollup = self.rollup(subject, headers)?;
        let mut headers = headers.clone();
        if due.is_some() && rollup.is_none() {
            // A second schedule on a subject replaces the first.
            headers.push("Nats-Rollup", "sub");
        }
        let stored =
            Stored { sequence: 0, subject: subject.clone(), headers, payload: payload.clone(), time: now, expires };
        limits::check(&self.config, &self.contents.store, &stored)?;
        let is_awaited = self.config.retention != Retention::Interest
            || self.consumers.values().any(|consumer| consumer.config.matches(subject));
        let store = &mut self.contents.store;
        let sequence = if is_awaited { store.append(stored) } else { store.skip(now) };
        self.contents.last_id = id.unwrap_or_default().to_owned();
        if let Some(id) = id {
            self.contents.duplicates.add(id.to_owned(), sequence, now);
        }
        if let Some(due) = due.filter(|_| is_awaited) {
            self.contents.schedules.insert(subject.clone(), (due, sequence));
        }
        if let Some(filter) = rollup.or_else(|| due.map(|_| subject.clone())) {
            self.purge_before(&filter, sequence);
        }
        limits::enforce(&self.config, &mut self.contents.store, subject, now);
        Ok(Place { sequence, is_duplicate: false })
    }

    /// What a message replaces (`Nats-Rollup`): everything on these subjects.
    fn rollup(&self, subject: &str, headers: &Headers) -> Result<Option<String>, ApiError> {
        let refused = |why: &str| Err(ApiError::new(500, 10111, format!("rollup not permitted: {why}")));
        let filter = match headers.get("Nats-Rollup") {
            None => return Ok(None),
            Some("sub") => subject.to_owned(),
            Some("all") => ">".to_owned(),
            Some(_) => return refused("rollup value invalid"),
        };
        if !self.config.is_on("allow_rollup_hdrs") || self.config.is_on("deny_purge") {
            return refused("the stream does not allow it");
        }
        Ok(Some(filter))
    }

    fn purge_before(&mut self, filter: &str, sequence: u64) {
        let older: Vec<u64> =
            self.contents.store.subjects(filter).flat_map(|(_, own)| own.range(..sequence)).copied().collect();
        older.into_iter().for_each(|sequence| drop(self.contents.store.remove(sequence)));
    }

    /// Deletes a message; `false` if there is none.
    pub(crate) fn delete(&mut self, sequence: u64) -> bool {
        self.contents.store.remove(sequence).is_some()
    }

    /// Does what is due: schedules, ages, duplicate windows.
    pub(crate) fn run(&mut self, moment: Moment) {
        let now = moment.now;
        self.contents.duplicates.expire(now, self.config.window);
        self.batches.expire(moment.real);
        let due = self.contents.schedules.iter().filter(|(_, (due, _))| *due <= now);
        let mut due: Vec<(u64, String)> = due.map(|(subject, (_, sequence))| (*sequence, subject.clone())).collect();
        due.sort_unstable();
        for (sequence, subject) in due {
            self.contents.schedules.remove(&subject);
            // It may have been deleted in the meantime.
            let Some(schedule) = self.contents.store.remove(sequence) else { continue };
            if let Some((subject, headers)) = schedule::fired(&schedule) {
                let message = Inbound { subject, reply: None, headers, payload: schedule.payload };
                // If the stream is full or sealed by now, nobody is there who could be told.
                let _ = self.take(&message, now);
            }
        }
        limits::enforce(&self.config, &mut self.contents.store, ">", now);
    }

    /// When something is due next, by the clock of the test.
    pub(crate) fn due(&self) -> Option<Nanos> {
        let schedule = self.contents.schedules.values().map(|(due, _)| *due).min();
        let consumers = self.consumers.values().filter_map(Consumer::due).min();
        let (id, age) =
            (self.contents.duplicates.due(self.config.window), limits::next_due(&self.config, self.store()));
        let age = age.map(|(due, _)| due);
        [schedule, consumers, id, age].into_iter().flatten().min()
    }

    /// Takes another configuration, which was checked.
    pub(crate) fn update(&mut self, config: Config, now: Nanos) {
        let becomes_interest = config.retention == Retention::Interest && self.config.retention != Retention::Interest;
        self.config = config;
        limits::enforce(&self.config, &mut self.contents.store, ">", now);
        if becomes_interest {
            let all: Vec<u64> = self.store().iter().map(|message| message.sequence).collect();
            self.drop_settled(&all);
        }
    }

    /// Deletes those of the messages that retention no longer keeps, because all consumers that match them have settled them.
    pub(crate) fn drop_settled(&mut self, sequences: &[u64]) {
        for sequence in sequences {
            let Some(message) = self.contents.store.get(*sequence) else { continue };
            let mut matching = self.consumers.values().filter(|own| own.config.matches(&message.subject)).peekable();
            let is_over = match self.config.retention {
                Retention::Limits => false,
                Retention::WorkQueue => true,
                // What no filter matches was stored for a consumer that has other filters now.
                Retention::Interest if matching.peek().is_none() => self.consumers.is_empty(),
                Retention::Interest => !matching.any(|consumer| consumer.needs(*sequence)),
            };
            if is_over {
                self.contents.store.remove(*sequence);
            }
        }
    }
}
