//! What the task shows to others: counts, gauges and health.

use std::sync::atomic::Ordering;

use tokio::time::Instant;

use super::Task;
use crate::engine::inspection::Inspection;
use crate::engine::stream_info::Readiness;
use crate::engine::streams::StreamId;

impl Task {
    /// Publishes the current state.
    pub(super) fn show(&mut self, busy: bool) {
        self.counters.set(self.window.messages(), self.watch.refusing(), self.probes.silent());
        self.life.client_closed.store(self.client_lost, Ordering::Relaxed);
        self.life.inbox_denied.store(self.watch.is_inbox_denied(), Ordering::Relaxed);
        if !busy {
            // The tick stops while the task is idle.
            self.present.set(0, 0);
        }
    }

    /// Checks known problems again.
    pub(super) fn look_again(&mut self) {
        let up = self.link.is_up() && !self.client_lost;
        for stream in self.watch.look(Instant::now(), up) {
            let id = self.streams.id(&stream);
            self.inspect(id, false);
        }
    }

    /// Records an answer of JetStream's API for `health`.
    pub(super) fn watch_inspected(&mut self, id: StreamId, inspection: &Inspection) {
        let (now, name) = (Instant::now(), &self.streams.get(id).name);
        match inspection {
            Inspection::Found(info) => self.watch.found(name, &Readiness::of(info), now),
            Inspection::Missing(_) if self.streams.api_is_right(id, self.link.has_domain()) => {
                self.watch.refuses(name, "", true, now);
            }
            Inspection::NoJetStream(_) => self.watch.no_jetstream(name, now),
            Inspection::Missing(_) | Inspection::Unknown => {}
        }
        match inspection {
            Inspection::Found(_) | Inspection::Missing(_) => self.watch.clear(name),
            Inspection::NoJetStream(_) | Inspection::Unknown => self.watch.unclear(name, now),
        }
    }
}
