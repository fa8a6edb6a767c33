//! Asking JetStream's API about streams, and acting on the answers.

use std::time::Duration;

use tokio::time::Instant;
use walnats_subject::covers;

use super::Task;
use crate::engine::ability::Ability;
use crate::engine::inspection::{Inspection, Question, inspect};
use crate::engine::job::Job;
use crate::engine::streams::StreamId;
use crate::engine::trace::Trace;
use crate::error::{Cause, Reason};

/// After this, an answer of the API may be outdated.
const STALE: Duration = Duration::from_secs(1);
/// How long the API's answer is believed when a stream refuses an event.
const FRESH: Duration = Duration::from_secs(5);

impl Task {
    /// Asks about every stream that has not been asked about over this connection.
    pub(super) fn inspect_all(&mut self) {
        if !std::mem::take(&mut self.inspection_due) {
            return;
        }
        if !self.link.is_up() {
            self.inspection_due = true;
            return;
        }
        for id in self.streams.ids() {
            if self.streams.get(id).wants_inspection() {
                self.inspect(id, false);
            }
        }
    }

    /// Asks about a stream that refuses or does not answer; the result ends jobs that wait in vain.
    pub(super) fn decide(&mut self, id: StreamId) {
        // A request that is already running may predate the problem.
        self.streams.get_mut(id).to_decide = self.streams.get(id).inspecting.is_some();
        self.inspect(id, true);
    }

    pub(super) fn inspect(&mut self, id: StreamId, decisive: bool) {
        let (prefix, subject) = (self.streams.prefix(id), self.subject_to_trace(id));
        let reports = self.tracing.expect(&self.inbox);
        let stream = self.streams.get_mut(id);
        if stream.inspecting.is_some() || !self.link.is_up() {
            return;
        }
        let number = self.next_inspection;
        self.next_inspection += 1;
        (stream.inspecting, stream.inspected) = (Some(number), Some(Instant::now()));
        stream.decisive = decisive;
        let at_once = !subject.is_empty() && stream.config().is_none();
        let question = Question { prefix, stream: stream.name.clone(), subject, at_once, reports };
        let client = self.link.client().clone();
        self.inspections.spawn(async move {
            let (inspection, trace) = inspect(client, question).await;
            (id, number, inspection, trace)
        });
    }

    pub(super) fn on_inspected(&mut self, id: StreamId, number: u64, inspection: Inspection, trace: Option<Trace>) {
        let stream = self.streams.get_mut(id);
        // The connection was replaced meanwhile; the stream is asked about again.
        if stream.inspecting != Some(number) {
            return;
        }
        stream.inspecting = None;
        if !matches!(inspection, Inspection::Unknown) {
            self.hang_ups.drained();
        }
        let stream = self.streams.get_mut(id);
        let decisive = stream.decisive;
        self.watch_inspected(id, &inspection);
        let stream = self.streams.get_mut(id);
        if std::mem::take(&mut stream.to_decide) {
            self.inspect(id, true);
        }
        let stream = self.streams.get_mut(id);
        stream.unanswered = matches!(inspection, Inspection::Unknown);
        self.cursor = self.ring.base();
        self.note_trace(id, &inspection, trace.as_ref());
        let server_has_domain = self.link.has_domain();
        match inspection {
            Inspection::Found(info) => {
                let no_stream = Reason::NoStream { stream: self.streams.get(id).name.clone() };
                let believed = self.ring.iter().find(|(_, job)| job.stream == id && !job.load.last().is_once());
                let believed = believed.map(|(_, job)| job.load.last().duplicate_window);
                self.streams.shown(id, &info, believed);
                let subjects = self.streams.subjects(id);
                self.shorten_windows(id);
                if self.streams.get(id).never_acknowledges() {
                    self.end_unacknowledged(id);
                }
                let taken = |subject: &str| subjects.iter().any(|filter| covers(filter, subject));
                let takes = |job: &Job| job.load.messages().iter().all(|message| taken(&message.subject));
                let is_right = self.streams.api_is_right(id, server_has_domain);
                // A stream with a transform, or a mirror, takes subjects that its configuration does not list.
                if decisive && !subjects.is_empty() && is_right {
                    self.end_absent(id, |job| !takes(job), &no_stream, trace.as_ref());
                }
            }
            Inspection::Missing(reason) if decisive && self.streams.api_is_right(id, server_has_domain) => {
                let stream = self.streams.get_mut(id);
                let cleared = trace.as_ref().is_some_and(|trace| trace.receivers.exclude(&stream.name, true));
                stream.absent = stream.other.is_some() && !stream.has_acknowledged() && cleared;
                self.end_absent(id, |_| true, &reason, trace.as_ref());
                let name = self.streams.get(id).name.clone();
                self.pauses.stored(&name);
            }
            Inspection::Missing(reason) | Inspection::NoJetStream(reason) => {
                for (_, job) in self.ring.iter_mut().filter(|(_, job)| job.stream == id && job.is_ready()) {
                    job.refusal = Some(reason.clone());
                }
            }
            Inspection::Unknown => {}
        }
    }

    /// These credentials may not ask about the stream.
    pub(super) fn on_inspection_denied(&mut self, name: &str) {
        if let Some(stream) = self.streams.by_name(name) {
            (stream.inspecting, stream.unanswered) = (None, true);
            self.cursor = self.ring.base();
        }
    }

    /// How long a load may be resent, by what is known of its stream.
    pub(super) fn window_of(&self, job: &Job) -> Duration {
        let believed = job.load.last().duplicate_window;
        if job.load.last().is_once() {
            // The first message refuses the second for as long as the stream keeps it.
            return self
                .streams
                .get(job.stream)
                .config()
                .map_or(believed, |config| believed.min(config.keeps.max(config.duplicate_window)));
        }
        self.streams.get(job.stream).duplicate_window().map_or(believed, |real| real.min(believed))
    }

    fn shorten_windows(&mut self, id: StreamId) {
        let windows: Vec<_> =
            self.ring.iter().filter(|(_, job)| job.stream == id).map(|(at, job)| (at, self.window_of(job))).collect();
        for (sequence, window) in windows {
            if let Some(job) = self.ring.get_mut(sequence) {
                job.window = window;
            }
        }
        self.next_due = Some(Instant::now());
    }

    /// The stream stores messages without acknowledging them.
    fn end_unacknowledged(&mut self, id: StreamId) {
        let sent = self.ring.iter().filter(|(_, job)| job.stream == id && (job.is_sent() || job.uncertain));
        let ends: Vec<_> = sent
            .map(|(sequence, job)| {
                (sequence, job.load.possibly_stored(Cause::NeverAcknowledges(job.load.last().stream.to_string())))
            })
            .collect();
        for (sequence, error) in ends {
            self.finish(sequence, Err(error));
        }
    }

    /// An attempt went unanswered while the connection stayed up.
    pub(super) fn note_silence(&mut self, id: StreamId, elsewhere: bool) {
        let stream = self.streams.get_mut(id);
        stream.silent += 1;
        // Its window may have been shortened since.
        let stale = stream.inspected.is_none_or(|at| at.elapsed() > STALE);
        if stale && !stream.unanswered {
            self.inspect(id, false);
        }
        let stream = self.streams.get(id);
        // A single answer may be lost.
        if stream.silent >= 2 || elsewhere {
            self.decide(id);
        }
    }

    /// The feature that the load needs and the stream lacks, as far as known; `None` while that is being asked.
    pub(super) fn lacks(&mut self, id: StreamId, needs: &[Ability]) -> Option<Option<&'static str>> {
        let stream = self.streams.get(id);
        let lacking = stream.config().map(|config| needs.iter().find(|need| !need.is_of(config)));
        if let Some(None) = lacking {
            return Some(None);
        }
        if stream.inspecting.is_some() {
            return None;
        }
        let fresh = stream.inspected.is_some_and(|at| at.elapsed() < FRESH);
        match lacking.flatten() {
            // It may have been enabled since.
            Some(_) if !fresh && !stream.unanswered => {
                self.inspect(id, false);
                None
            }
            Some(lacking) => Some(Some(lacking.setting())),
            None => {
                let version = self.link.server_version();
                Some(needs.iter().find(|need| !need.is_known_to(&version)).map(|need| need.setting()))
            }
        }
    }

    /// How long to wait for an acknowledgement.
    pub(super) fn patience_with(&self, id: StreamId) -> Duration {
        const NONE_COMES: Duration = Duration::from_millis(50);
        if self.streams.get(id).never_acknowledges() {
            self.limits.ack_timeout.min(NONE_COMES)
        } else {
            self.limits.ack_timeout
        }
    }
}
