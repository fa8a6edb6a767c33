//! The consumers that a reader needs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Reader;
use crate::consume::consumer::{self, Wanted};
use crate::consume::dead_letter;

/// The shortest time after which another instance goes on, in order: there are three pulls in it.
const SHORTEST_ORDERED: Duration = Duration::from_secs(3);

impl Reader {
    /// One consumer for each stream that has an event of the service.
    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let names = self.publisher.names();
        let mut streams: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut ordered = BTreeSet::new();
        for (event, key) in self.events.iter().zip(&self.keys) {
            let stream = names.stream(event.descriptor.stream).into_owned();
            if key.is_some() {
                ordered.insert(stream.clone());
            }
            streams.entry(stream).or_default().insert(names.subject(event.filter.to_owned()));
        }
        let reread = self.reread.as_ref().map(|reread| format!("-{reread}")).unwrap_or_default();
        let name = self.consumer() + &reread;
        let options = &self.options;
        let wanted = streams.into_iter().map(|(stream, filters)| {
            let is_ordered = ordered.contains(&stream);
            let (window, ack_wait) = (options.max_ack_pending, options.ack_wait);
            Wanted {
                stream,
                name: name.clone(),
                filters: consumer::disjoint(filters.iter().map(String::as_str)),
                ack_wait: if is_ordered { ack_wait.max(SHORTEST_ORDERED) } else { ack_wait },
                max_ack_pending: if is_ordered { window.min(waiting(options.concurrency)) } else { window },
                start: options.start,
                allow_skipping: options.allow_skipping,
                is_ordered,
                is_replay: false,
                is_reread: self.reread.is_some(),
            }
        });
        wanted.collect()
    }

    /// The consumer of dead letters that are replayed for this service.
    pub(super) fn replays(&self) -> Wanted {
        let names = self.publisher.names();
        let stream = dead_letter::replay_stream_name(&self.options.dead_letter_stream);
        Wanted {
            stream: names.stream(&stream).into_owned(),
            name: self.consumer(),
            filters: vec![names.subject(dead_letter::replay_filter(self.service))],
            ack_wait: self.options.ack_wait,
            max_ack_pending: self.options.max_ack_pending,
            start: None,
            // Nothing else is ever on this subject.
            allow_skipping: true,
            is_ordered: false,
            is_replay: true,
            is_reread: false,
        }
    }

    /// The name of the consumers. Environments may share a stream: their subjects differ, and so do their consumers.
    fn consumer(&self) -> String {
        self.publisher.names().subject(String::new()).replace('.', "-") + self.service
    }
}

/// How many events may be in hand, if they are handled in order.
fn waiting(concurrency: usize) -> u32 {
    u32::try_from(concurrency.saturating_mul(16)).unwrap_or(u32::MAX)
}
