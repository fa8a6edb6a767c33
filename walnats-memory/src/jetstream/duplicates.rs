//! The ids of messages that a stream remembers for its duplicate window.

use std::collections::{HashMap, VecDeque};

use crate::time::Nanos;

/// Ids, each with the sequence number of its message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Duplicates {
    sequences: HashMap<String, u64>,
    /// In the order in which they came.
    times: VecDeque<(Nanos, String)>,
}

impl Duplicates {
    /// The sequence number of the message with this id, if it is remembered.
    pub(crate) fn get(&self, id: &str) -> Option<u64> {
        self.sequences.get(id).copied()
    }

    pub(crate) fn add(&mut self, id: String, sequence: u64, now: Nanos) {
        self.times.push_back((now, id.clone()));
        self.sequences.insert(id, sequence);
    }

    /// Forgets what is older than the window.
    pub(crate) fn expire(&mut self, now: Nanos, window: Nanos) {
        while let Some((time, _)) = self.times.front()
            && now.saturating_sub(*time) >= window
            && let Some((_, id)) = self.times.pop_front()
        {
            self.sequences.remove(&id);
        }
    }

    /// When the oldest id is forgotten.
    pub(crate) fn due(&self, window: Nanos) -> Option<Nanos> {
        self.times.front().map(|(time, _)| time.saturating_add(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_remembered_for_the_window() {
        let mut ids = Duplicates::default();
        ids.add("a".to_owned(), 1, 0);
        ids.add("b".to_owned(), 2, 50);
        assert_eq!(ids.due(100), Some(100));
        ids.expire(99, 100);
        assert_eq!(ids.get("a"), Some(1));
        ids.expire(100, 100);
        assert_eq!((ids.get("a"), ids.get("b"), ids.due(100)), (None, Some(2), Some(150)));
    }
}
