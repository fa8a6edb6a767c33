//! Streams that JetStream's API does not show. They may not exist, or may be in another account or behind a leaf node
//! and have stored what was sent.

use std::time::Duration;

use tokio::time::Instant;

use super::Task;
use crate::engine::inspection::Inspection;
use crate::engine::job::Job;
use crate::engine::streams::StreamId;
use crate::engine::trace::Trace;
use crate::error::{Cause, EmitError, Reason};

/// Longer subjects are not traced, because a server may close the connection over them.
const LONGEST_TRACED: usize = 256;
/// A trace is valid for messages first sent up to this long after it, or before it.
const AFTER: Duration = Duration::from_secs(1);
const BEFORE: Duration = Duration::from_millis(250);

impl Task {
    /// The subject of the job that has waited longest and whose fate is unknown; empty if nothing has to be traced.
    pub(super) fn subject_to_trace(&self, id: StreamId) -> String {
        let stream = self.streams.get(id);
        if stream.has_acknowledged() || !self.streams.api_is_right(id, self.link.has_domain()) {
            return String::new();
        }
        let is_traced = |job: &&Job| job.stream == id && job.load.last().subject.len() <= LONGEST_TRACED;
        let mut jobs = self.ring.iter().map(|(_, job)| job).filter(is_traced);
        let first = jobs.next();
        let waits = |job: &&Job| job.uncertain && job.is_ready();
        let chosen = first.into_iter().chain(jobs).find(waits).or(first);
        chosen.map(|job| job.load.last().subject.to_string()).unwrap_or_default()
    }

    /// Records what JetStream's API and the trace showed.
    pub(super) fn note_trace(&mut self, id: StreamId, inspection: &Inspection, trace: Option<&Trace>) {
        let stream = self.streams.get_mut(id);
        match inspection {
            Inspection::Found(_) => stream.unseen = trace.is_some(),
            Inspection::Missing(_) => stream.unseen = true,
            Inspection::NoJetStream(_) | Inspection::Unknown => {}
        }
        let Some(trace) = trace else { return };
        stream.cleared = trace.receivers.exclude(&stream.name, true).then_some(trace.at);
        let Some(at) = stream.cleared else { return };
        let near =
            |sent: Instant| at.saturating_duration_since(sent) <= BEFORE && sent.saturating_duration_since(at) <= AFTER;
        for (_, job) in self.ring.iter_mut().filter(|(_, job)| job.stream == id) {
            job.cleared |= job.first_sent.is_some_and(near);
        }
    }

    /// A message was sent for the first time. If no valid trace exists, the stream is asked about at once, since a
    /// later trace does not show where the message went.
    pub(super) fn note_first_attempt(&mut self, id: StreamId, sequence: u64) {
        let stream = self.streams.get(id);
        if !stream.unseen || stream.has_acknowledged() {
            return;
        }
        let cleared = stream.cleared.is_some_and(|at| at.elapsed() <= AFTER);
        if let Some(job) = self.ring.get_mut(sequence) {
            job.cleared = cleared;
        }
        if !cleared && self.streams.get(id).inspected.is_none_or(|at| at.elapsed() > AFTER) {
            self.inspect(id, false);
        }
    }

    /// The stream does not exist or does not take these subjects, as far as JetStream's API shows. Ends waiting jobs;
    /// those in flight may still be answered.
    pub(super) fn end_absent(
        &mut self,
        id: StreamId,
        which: impl Fn(&Job) -> bool,
        reason: &Reason,
        trace: Option<&Trace>,
    ) {
        let waits = |job: &Job| job.stream == id && job.is_ready() && which(job);
        let reason = match &self.streams.get(id).other {
            Some(found) => Reason::WrongStream { stream: self.streams.get(id).name.clone(), found: found.clone() },
            None => reason.clone(),
        };
        let stream = self.streams.get(id);
        let acknowledged = stream.has_acknowledged();
        // The stream may exist out of sight and store what is sent from now on.
        let leads =
            trace.is_some_and(|trace| trace.receivers.are_shown() && !trace.receivers.exclude(&stream.name, true));
        let (mut ends, mut others) = (Vec::new(), false);
        for (sequence, job) in self.ring.iter().filter(|(_, job)| waits(job)) {
            let answered = !job.uncertain || acknowledged || job.losses.connections > 0 || job.stored_by().is_some();
            match trace {
                _ if leads && !job.uncertain => {}
                _ if answered => ends.push((sequence, job.refused(reason.clone()))),
                Some(trace) if trace.covers(job) => ends.push((sequence, unseen(job, trace, &reason))),
                _ => others = true,
            }
        }
        for (sequence, error) in ends {
            self.finish(sequence, Err(error));
        }
        if others {
            self.decide(id);
        }
    }
}

impl Trace {
    /// Whether it shows where the job's messages went.
    fn covers(&self, job: &Job) -> bool {
        !self.receivers.are_shown() || job.load.last().subject == self.subject
    }
}

/// The result of a message sent to a stream that is not visible.
fn unseen(job: &Job, trace: &Trace, reason: &Reason) -> EmitError {
    let last = job.load.last();
    if job.cleared && trace.receivers.exclude(&last.stream, last.expect_stream) {
        return job.load.not_stored(reason.clone());
    }
    let elsewhere = job.elsewhere.as_ref().map(|(stream, _)| stream).filter(|stream| !stream.is_empty());
    if let Some(other) = elsewhere.filter(|_| !trace.receivers.are_shown()) {
        return job.load.possibly_stored(Cause::OtherStreamRefused(other.clone()));
    }
    let stream = last.stream.to_string();
    let found = trace.receivers.why(&stream, last.expect_stream);
    job.load.possibly_stored(Cause::StreamUnseen { stream, found })
}
