//! What others see of the task: counts, gauges and health.

use std::sync::atomic::Ordering;

use tokio::time::Instant;

use super::Task;
use crate::engine::inspection::Inspection;
use crate::engine::shown::Shown;
use crate::engine::streams::StreamId;

impl Task {
    /// Publishes what is true at the moment.
    pub(super) fn show(&mut self, busy: bool) {
        self.counters.set(self.window.messages(), self.watch.refusing(), self.probes.silent());
        self.life.client_closed.store(self.client_lost, Ordering::Relaxed);
        self.life.inbox_denied.store(self.watch.is_inbox_denied(), Ordering::Relaxed);
        if !busy {
            // Nothing ticks any more.
            self.present.set(0, 0);
        }
    }

    /// Looks again at what was wrong.
    pub(super) fn look_again(&mut self) {
        let up = self.link.is_up() && !self.client_lost;
        for stream in self.watch.look(Instant::now(), up) {
            let id = self.streams.id(&stream);
            self.inspect(id, false);
        }
    }

    /// JetStream's API was asked about a stream, for whatever reason.
    pub(super) fn watch_inspected(&mut self, id: StreamId, inspection: &Inspection) {
        let (now, name) = (Instant::now(), &self.streams.get(id).name);
        match inspection {
            Inspection::Found(info) => self.watch.found(name, &Shown::of(info), now),
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
