//! The messages of a stream.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Value, json};
use walnats_subject::covers;

use crate::headers::Headers;
use crate::time::{self, Nanos};

/// A stored message.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) sequence: u64,
    pub(crate) subject: String,
    pub(crate) headers: Headers,
    pub(crate) payload: Bytes,
    pub(crate) time: Nanos,
    /// When it ends by its own time to live.
    pub(crate) expires: Option<Nanos>,
}

impl Stored {
    /// The bytes that it takes, as nats-server counts them.
    pub(crate) fn size(&self, in_memory: bool) -> u64 {
        let headers = self.headers.wire().len();
        let overhead = match (in_memory, headers) {
            (true, _) => 16,
            (false, 0) => 30,
            (false, _) => 34,
        };
        (self.subject.len() + headers + self.payload.len() + overhead) as u64
    }
}

/// Messages by sequence number and by subject.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    messages: BTreeMap<u64, Stored>,
    subjects: BTreeMap<String, BTreeSet<u64>>,
    /// Those with a time to live of their own, by when it ends.
    expiring: BTreeSet<(Nanos, u64)>,
    bytes: u64,
    /// The sequence number of the message that was stored last, whether it is still there or not.
    last: u64,
    last_time: Option<Nanos>,
    /// No message below it can come back.
    first: u64,
    in_memory: bool,
}

impl Store {
    /// An empty store whose first message gets the sequence number `first`.
    pub(crate) fn new(in_memory: bool, first: u64) -> Self {
        let first = first.max(1);
        Self {
            messages: BTreeMap::new(),
            subjects: BTreeMap::new(),
            expiring: BTreeSet::new(),
            bytes: 0,
            last: first - 1,
            last_time: None,
            first,
            in_memory,
        }
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// The lowest sequence number with a message; one above the last one, if there is none.
    pub(crate) fn first(&self) -> u64 {
        self.messages.keys().next().copied().unwrap_or(self.last + 1).max(self.first)
    }

    pub(crate) fn count(&self) -> u64 {
        self.messages.len() as u64
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn get(&self, sequence: u64) -> Option<&Stored> {
        self.messages.get(&sequence)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Stored> {
        self.messages.values()
    }

    /// The messages from a sequence number on.
    pub(crate) fn from(&self, sequence: u64) -> impl Iterator<Item = &Stored> {
        self.messages.range(sequence..).map(|(_, message)| message)
    }

    /// How many messages a subject has.
    pub(crate) fn of_subject(&self, subject: &str) -> u64 {
        self.subjects.get(subject).map_or(0, |sequences| sequences.len() as u64)
    }

    /// The message whose time to live ends next, and when.
    pub(crate) fn next_expiring(&self) -> Option<(Nanos, u64)> {
        self.expiring.first().copied()
    }

    /// The last message on a subject that the filter matches.
    pub(crate) fn last_of(&self, filter: &str) -> Option<&Stored> {
        let matching = self.subjects.iter().filter(|(subject, _)| covers(filter, subject));
        self.get(matching.filter_map(|(_, sequences)| sequences.last().copied()).max()?)
    }

    /// The subjects that the filter matches, each with its messages.
    pub(crate) fn subjects<'a>(&'a self, filter: &'a str) -> impl Iterator<Item = (&'a str, &'a BTreeSet<u64>)> {
        let all = self.subjects.iter().filter(|(subject, _)| covers(filter, subject));
        all.map(|(subject, sequences)| (subject.as_str(), sequences))
    }

    pub(crate) fn subject_count(&self) -> usize {
        self.subjects.len()
    }

    /// Appends a message; its sequence number is assigned here.
    pub(crate) fn append(&mut self, message: Stored) -> u64 {
        self.last += 1;
        self.last_time = Some(message.time);
        let message = Stored { sequence: self.last, ..message };
        self.bytes += message.size(self.in_memory);
        self.subjects.entry(message.subject.clone()).or_default().insert(self.last);
        self.expiring.extend(message.expires.map(|expires| (expires, self.last)));
        self.messages.insert(self.last, message);
        self.last
    }

    /// Takes a sequence number for a message that is not kept.
    pub(crate) fn skip(&mut self, time: Nanos) -> u64 {
        self.last += 1;
        self.last_time = Some(time);
        if self.messages.is_empty() {
            self.first = self.last + 1;
        }
        self.last
    }

    pub(crate) fn remove(&mut self, sequence: u64) -> Option<Stored> {
        let message = self.messages.remove(&sequence)?;
        self.bytes = self.bytes.saturating_sub(message.size(self.in_memory));
        if let Some(expires) = message.expires {
            self.expiring.remove(&(expires, sequence));
        }
        if let Some(sequences) = self.subjects.get_mut(&message.subject) {
            sequences.remove(&sequence);
            if sequences.is_empty() {
                self.subjects.remove(&message.subject);
            }
        }
        Some(message)
    }

    /// The gaps between the first and the last message.
    pub(crate) fn deleted(&self) -> Vec<u64> {
        (self.first()..=self.last).filter(|sequence| !self.messages.contains_key(sequence)).collect()
    }

    /// The state as JetStream shows it.
    pub(crate) fn state(&self, consumers: usize) -> Value {
        let none = || "0001-01-01T00:00:00Z".to_owned();
        let first = self.iter().next();
        let deleted = (self.last + 1).saturating_sub(self.first()).saturating_sub(self.count());
        let mut state = json!({
            "messages": self.count(),
            "bytes": self.bytes,
            "first_seq": if self.last == 0 { 0 } else { self.first() },
            "first_ts": first.map_or_else(none, |first| time::text(first.time)),
            "last_seq": self.last,
            "last_ts": self.last_time.map_or_else(none, time::text),
            "consumer_count": consumers,
        });
        for (name, count) in [("num_subjects", self.subject_count() as u64), ("num_deleted", deleted)] {
            if count > 0 {
                state[name] = json!(count);
            }
        }
        state
    }
}
