//! Final refusals. A stream with the same name in another account or domain may take the subject, have room, and answer
//! later.

use std::time::Duration;

use tokio::time::Instant;

use super::Task;
use crate::engine::job::Phase;
use crate::engine::streams::StreamId;
use crate::engine::trace::{Trace, trace};
use crate::error::{Cause, Reason};
use crate::jetstream::Scope;

/// How long to wait for another answer if traces show a single stream with the name.
const GRACE: Duration = Duration::from_millis(100);
/// How long a trace is believed.
const FRESH: Duration = Duration::from_secs(5);

impl Task {
    /// Waits for another answer: briefly if there is a single stream with the name, otherwise as long as for any
    /// answer.
    pub(super) fn on_refused_for_good(&mut self, sequence: u64, reason: Reason) {
        let Some(job) = self.ring.get_mut(sequence) else { return };
        if !job.is_sent() || job.verdict.is_some() || reason.scope() == Scope::Publisher {
            return self.end_refused(sequence, &reason);
        }
        job.verdict = Some(reason);
        let (id, subject) = (job.stream, job.load.last().subject.to_string());
        let stream = self.streams.get_mut(id);
        match &stream.receivers {
            Some((receivers, at)) if at.elapsed() < FRESH => {
                if receivers.have_one(&stream.name) {
                    self.hurry(sequence);
                }
            }
            _ if stream.tracing => {}
            _ => {
                stream.tracing = true;
                let reports = self.tracing.expect(&self.inbox);
                let (client, connection) = (self.link.client().clone(), self.link.connection());
                self.traces.spawn(async move { (id, connection, trace(client, subject, reports).await) });
            }
        }
    }

    pub(super) fn on_traced(&mut self, id: StreamId, connection: u64, trace: Trace) {
        if self.link.connection() != connection {
            return;
        }
        let stream = self.streams.get_mut(id);
        stream.tracing = false;
        let has_one = trace.receivers.have_one(&stream.name);
        stream.receivers = Some((trace.receivers, trace.at));
        if has_one {
            let refused = self.ring.iter().filter(|(_, job)| job.stream == id && job.verdict.is_some());
            let refused: Vec<u64> = refused.map(|(sequence, _)| sequence).collect();
            for sequence in refused {
                self.hurry(sequence);
            }
        }
    }

    fn hurry(&mut self, sequence: u64) {
        let soon = Instant::now() + GRACE;
        if let Some(Phase::Sent { until, .. }) = self.ring.get_mut(sequence).map(|job| &mut job.phase) {
            *until = soon.min(*until);
            self.due(Some(soon));
        }
    }

    /// No other answer came.
    pub(super) fn end_verdict(&mut self, sequence: u64, reason: &Reason) {
        let Some(job) = self.ring.get(sequence) else { return };
        let stream = self.streams.get(job.stream);
        let another = stream.receivers.as_ref().is_some_and(|(receivers, _)| receivers.have_another(&stream.name));
        if another && !stream.has_acknowledged() {
            let error = job.load.possibly_stored(Cause::OtherStreamRefused(stream.name.clone()));
            return self.finish(sequence, Err(error));
        }
        self.end_refused(sequence, reason);
    }

    pub(super) fn end_refused(&mut self, sequence: u64, reason: &Reason) {
        if let Some(error) = self.ring.get(sequence).map(|job| job.refused(reason.clone())) {
            self.finish(sequence, Err(error));
        }
    }
}
