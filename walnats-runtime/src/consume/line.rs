//! Messages in hand, in line by key: whose turn it is.
//!
//! Servers deliver what was not settled in time again, in any order and after newer messages. So a message is handled only if
//! no earlier one of its key can be anywhere else. A consumer numbers its deliveries: as long as no number is missing, every
//! delivery came here. When one is missing, the line is **fenced**: nothing new is handled until everything that the
//! server has as delivered and not settled is in hand. What is handled is in hand for certain: see [`Held`].
//!
//! The server says how many those are, not which. Some that are in hand may be settled by another instance that had them, too, and as
//! many may still be elsewhere. So they are **recalled** once: given back for a moment. What is settled does not come again.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::held::Held;
use super::key::Key;

/// Silence after which no delivery is on its way any more.
const QUIET: Duration = Duration::from_millis(500);

/// Messages in hand.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// By their sequence numbers in the stream.
    all: BTreeMap<u64, Place>,
    /// Those whose turn has come or will come, by key.
    keys: HashMap<Key, Queue>,
    /// Those whose turn it is.
    heads: BTreeSet<u64>,
    /// Those that are not due yet.
    early: BTreeSet<(Instant, u64)>,
    /// Keys that had an event given back because the reader stops.
    given_back: HashSet<Key>,
    /// The number of the last delivery.
    last: Option<u64>,
    /// When it came.
    came: Option<Instant>,
    fenced: Option<Instant>,
    /// Whether what waits was given back since the last delivery that went elsewhere.
    is_recalled: bool,
}

#[derive(Debug)]
struct Place {
    held: Arc<Held>,
    key: Key,
    is_running: bool,
}

/// The messages of a key, the one that is handled included.
#[derive(Debug, Default)]
struct Queue {
    sequences: BTreeSet<u64>,
    is_running: bool,
}

/// How handling a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// The server has confirmed what became of it.
    Settled(u64),
    /// Because the reader stops.
    GivenBack(u64),
    /// Somebody else may have it, or it will be delivered again.
    Lapsed(u64),
}

impl Line {
    /// The message in hand with this sequence number, if it is. Its delivery has the number `delivery`.
    pub(super) fn delivered(&mut self, sequence: u64, delivery: u64) -> Option<Arc<Held>> {
        if self.last.is_none_or(|last| last.checked_add(1) != Some(delivery)) {
            self.fence_anew();
        }
        (self.last, self.came) = (Some(delivery), Some(Instant::now()));
        self.all.get(&sequence).map(|place| place.held.clone())
    }

    /// Puts a message in line, or lets it wait until it is due.
    pub(super) fn add(&mut self, held: Arc<Held>, key: Key, due: Option<Instant>) {
        let sequence = held.position.sequence;
        self.all.insert(sequence, Place { held, key, is_running: false });
        match due {
            Some(due) => {
                self.early.insert((due, sequence));
            }
            None => self.enter(sequence),
        }
    }

    fn enter(&mut self, sequence: u64) {
        let Some(place) = self.all.get(&sequence) else { return };
        let key = place.key.clone();
        self.keys.entry(key.clone()).or_default().sequences.insert(sequence);
        self.choose(&key);
    }

    /// Chooses whose turn it is in a key.
    fn choose(&mut self, key: &Key) {
        let Some(queue) = self.keys.get(key) else { return };
        for sequence in &queue.sequences {
            self.heads.remove(sequence);
        }
        match queue.sequences.first() {
            None => {
                self.keys.remove(key);
            }
            Some(head) if !queue.is_running => {
                self.heads.insert(*head);
            }
            Some(_) => {}
        }
    }

    /// The messages whose turn it is at `now`, by the clock of the servers: they count as being handled.
    pub(super) fn next(&mut self, now: Instant) -> Vec<Arc<Held>> {
        while let Some((due, sequence)) = self.early.first().copied().filter(|(due, _)| *due <= now) {
            self.early.remove(&(due, sequence));
            self.enter(sequence);
        }
        if self.is_fenced() {
            return Vec::new();
        }
        let mut next = Vec::new();
        for sequence in std::mem::take(&mut self.heads) {
            let Some(place) = self.all.get_mut(&sequence) else { continue };
            if place.held.has_lapsed() || self.given_back.contains(&place.key) {
                self.heads.insert(sequence);
            } else {
                place.is_running = true;
                if let Some(queue) = self.keys.get_mut(&place.key) {
                    queue.is_running = true;
                }
                next.push(place.held.clone());
            }
        }
        next
    }

    /// A message is not handled any more.
    pub(super) fn left(&mut self, left: Left) {
        match left {
            Left::Settled(sequence) => drop(self.take(sequence)),
            Left::GivenBack(sequence) => {
                let key = self.take(sequence);
                self.given_back.extend(key);
            }
            Left::Lapsed(sequence) => {
                let Some(place) = self.all.get_mut(&sequence) else { return };
                place.is_running = false;
                place.held.settles(false);
                let key = place.key.clone();
                if let Some(queue) = self.keys.get_mut(&key) {
                    queue.is_running = false;
                }
                self.choose(&key);
                self.fence_anew();
            }
        }
    }

    /// Takes a message out, and returns its key.
    fn take(&mut self, sequence: u64) -> Option<Key> {
        let Place { key, is_running, .. } = self.all.remove(&sequence)?;
        self.heads.remove(&sequence);
        if let Some(queue) = self.keys.get_mut(&key) {
            queue.sequences.remove(&sequence);
            queue.is_running &= !is_running;
        }
        self.choose(&key);
        Some(key)
    }

    /// What the reader gives back when it stops, or is not the chosen one any more: all that is not handled, or, unless the line is fenced or all is to be given
    /// back, what cannot be handled soon.
    pub(super) fn leaves(&mut self, everything: bool) -> Vec<Arc<Held>> {
        let everything = everything || self.is_fenced();
        let early: BTreeSet<u64> = std::mem::take(&mut self.early).into_iter().map(|(_, sequence)| sequence).collect();
        let leaves = self.all.iter().filter(|(sequence, place)| {
            !place.is_running && (everything || early.contains(sequence) || self.given_back.contains(&place.key))
        });
        let leaves: Vec<Arc<Held>> = leaves.map(|(_, place)| place.held.clone()).collect();
        for held in &leaves {
            self.take(held.position.sequence);
        }
        leaves
    }

    /// Those that the server should be told about.
    pub(super) fn due(&mut self) -> Vec<Arc<Held>> {
        if self.all.values().any(|place| place.held.has_lapsed()) {
            self.fence();
        }
        self.all.values().filter(|place| place.held.is_due()).map(|place| place.held.clone()).collect()
    }

    /// Whatever is in hand may be delivered to somebody else.
    pub(super) fn give_up(&mut self) {
        if !self.all.is_empty() {
            self.all.values().for_each(|place| place.held.lapse());
            self.fence_anew();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn is_fenced(&self) -> bool {
        self.fenced.is_some()
    }

    fn fence(&mut self) {
        if self.fenced.is_none() {
            self.fence_anew();
        }
    }

    fn fence_anew(&mut self) {
        self.fenced.get_or_insert_with(Instant::now);
        self.is_recalled = false;
    }

    /// The server has this many messages as not settled, after a delivery with this number. Ends the fence if all of them are
    /// in hand, or if it lasts for longer than `limit`, after which no other instance can still hold one. Returns what is to be
    /// recalled before.
    pub(super) fn compare(&mut self, unsettled: u64, delivery: u64, limit: Duration) -> Vec<Arc<Held>> {
        let Some(since) = self.fenced else { return Vec::new() };
        let pending = self.all.values().filter(|place| place.held.is_pending()).count();
        let pending = u64::try_from(pending).unwrap_or(u64::MAX);
        let is_last = self.last.is_none_or(|last| last == delivery);
        // Nothing was ever delivered that is not in hand.
        let is_first = pending == delivery;
        // A leader may have delivered its last ones to nobody. Those that are recalled are delivered after them.
        let is_quiet = self.came.is_some_and(|came| came.elapsed() >= QUIET);
        if (is_last || is_quiet) && pending >= unsettled && !self.is_recalled && !is_first {
            self.is_recalled = true;
            let waiting = self.all.values().filter(|place| !place.is_running && place.held.is_pending());
            let recalled: Vec<Arc<Held>> = waiting.map(|place| place.held.clone()).collect();
            recalled.iter().for_each(|held| held.lapse());
            if !recalled.is_empty() {
                return recalled;
            }
        }
        let is_whole = is_last && pending == unsettled;
        if !is_whole && since.elapsed() < limit {
            return Vec::new();
        }
        (self.fenced, self.last) = (None, Some(delivery));
        // They were settled by whoever had them.
        let gone = self.all.iter().filter(|(_, place)| !place.is_running && place.held.has_lapsed());
        let gone: Vec<u64> = gone.map(|(sequence, _)| *sequence).collect();
        for sequence in gone {
            self.take(sequence);
            self.early.retain(|(_, early)| *early != sequence);
        }
        Vec::new()
    }
}
