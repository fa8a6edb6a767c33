//! Answers, and what else the server says.

use std::time::Duration;

use async_nats::{Message, ServerError};
use tokio::time::Instant;

use super::{Task, ask};
use crate::engine::answer::{self, Answer};
use crate::engine::diagnosis::{Diagnosis, diagnose};
use crate::engine::job::{Job, Phase};
use crate::engine::lookup;
use crate::error::{Cause, Reason};
use crate::message::{Outcome, Receipt};
use crate::register::covers;

/// After this a message is sent again whose id was in process.
const IN_PROCESS: Duration = Duration::from_millis(500);

impl Task {
    pub(super) fn on_answer(&mut self, answer: &Message) {
        // Anybody may publish to an inbox: what fits nothing is nothing.
        let Some(token) = answer.subject.strip_prefix(self.inbox.as_str()) else { return };
        if let Some(number) = token.strip_prefix(ask::MARK) {
            return self.on_question_answered(number);
        }
        let Ok(sequence) = token.parse() else { return };
        let Some(job) = self.ring.get(sequence) else { return };
        let message = job.load.last();
        if !self.doubts.is_empty()
            && let Some(first_sent) = job.first_sent.filter(|_| !job.uncertain)
            && self.doubts.heard(&message.stream, first_sent)
        {
            self.cursor = self.ring.base();
        }
        match answer::read(answer, &message.stream, job.bytes) {
            Answer::Stored { stream, .. } if stream != message.stream => {
                let error = job.load.possibly_stored(Cause::OtherStream(stream));
                self.finish(sequence, Err(error));
            }
            Answer::Stored { stream, sequence: stored, duplicate } => {
                // An id that nobody else can have was stored by an attempt of ours.
                let outcome =
                    if duplicate && !message.fresh_id { Outcome::Duplicate(stored) } else { Outcome::Stored(stored) };
                if !self.pauses.is_empty() && self.pauses.stored(&stream) {
                    self.cursor = self.ring.base();
                }
                let message_id = message.message_id.clone();
                self.finish(sequence, Ok(Receipt { outcome, stream, domain: None, message_id }));
            }
            Answer::Taken(reason) => {
                // The stream answers, so that it need not be spared any longer.
                if !self.pauses.is_empty() && self.pauses.stored(&job.load.last().stream) {
                    self.cursor = self.ring.base();
                }
                self.on_taken(sequence, reason);
            }
            Answer::InProcess => {
                // As above; and one id that stays in process, which happens, must not hold up the others.
                if !self.pauses.is_empty() && self.pauses.stored(&job.load.last().stream) {
                    self.cursor = self.ring.base();
                }
                self.on_in_process(sequence);
            }
            Answer::Later(reason) => self.on_refused_for_now(sequence, reason),
            Answer::Never(reason) => {
                let error = job.refused(reason);
                self.finish(sequence, Err(error));
            }
            Answer::Nothing => {}
        }
    }

    /// It is as good as no answer, only that there is no need to wait for one much longer.
    fn on_in_process(&mut self, sequence: u64) {
        let soon = Instant::now() + IN_PROCESS;
        if let Some(Job { phase: Phase::Sent { until, .. }, .. }) = self.ring.get_mut(sequence) {
            *until = soon.min(*until);
            self.due(Some(soon));
        }
    }

    fn on_refused_for_now(&mut self, sequence: u64, reason: Reason) {
        let now = Instant::now();
        self.sent_again_later(sequence);
        let Some(job) = self.ring.get_mut(sequence) else { return };
        let stream = job.load.last().stream.to_string();
        let missing = matches!(reason, Reason::NoStream { .. });
        let patience = if job.deadline.is_none() { now.checked_add(self.limits.deadline) } else { None };
        job.attempt_refused(reason.clone(), patience);
        let (patience, uncertain) = (job.patience, job.uncertain);
        self.due(patience);
        if uncertain {
            // Whoever answered may be gone when the pause is over.
            self.doubts.raise(&stream);
        }
        let refusals = self.pauses.refused(&stream, sequence, &reason, now);
        self.due(self.pauses.next());
        if missing && refusals >= 2 && !self.diagnosing.contains(&stream) {
            self.diagnosing.push(stream.clone());
            self.diagnoses.spawn(diagnose(self.link.client().clone(), stream));
        }
    }

    /// Takes a job out of the window and puts the cursor where it is found again.
    pub(super) fn sent_again_later(&mut self, sequence: u64) {
        self.no_longer_sent(sequence);
        if self.partly.as_ref().is_some_and(|partly| partly.sequence == sequence) {
            self.partly = None;
        }
        self.cursor = self.cursor.min(sequence);
    }

    pub(super) fn on_diagnosis(&mut self, stream: &str, diagnosis: Diagnosis) {
        self.diagnosing.retain(|name| name != stream);
        let waiting = |job: &Job| job.is_ready() && job.load.last().stream == stream;
        match diagnosis {
            Diagnosis::Missing(reason) => {
                self.end_all(waiting, &reason);
                self.pauses.stored(stream);
            }
            Diagnosis::Takes(filters) => {
                let reason = Reason::NoStream { stream: stream.to_owned() };
                let taken = |subject: &str| filters.iter().any(|filter| covers(filter, subject));
                self.end_all(|job| waiting(job) && !job.load.messages().iter().all(|m| taken(&m.subject)), &reason);
            }
            Diagnosis::Perhaps(reason) => {
                for (_, job) in self.ring.iter_mut().filter(|(_, job)| waiting(job)) {
                    job.refusal = Some(reason.clone());
                }
            }
            Diagnosis::Unknown => {}
        }
    }

    /// The server tells of denied publishes and subscriptions beside the answers.
    pub(super) fn on_nats_event(&mut self, event: async_nats::Event) {
        let async_nats::Event::ServerError(ServerError::Other(text)) = event else { return };
        match denied(&text) {
            Some(Denied::Publish(subject)) => self.on_publish_denied(subject),
            Some(Denied::Subscribe(subject)) if subject.starts_with(&self.inbox) => {
                self.inbox_denied = true;
                let sequences: Vec<u64> = self.ring.iter().map(|(sequence, _)| sequence).collect();
                for sequence in sequences {
                    self.end_hopeless(sequence);
                }
            }
            _ => {}
        }
    }

    /// Each denial is for one publish on the subject, but nobody says which. Where all that are under way on it are
    /// denied, that is clear; where not, the denied ones end without a retry when their acknowledgement fails to come.
    fn on_publish_denied(&mut self, subject: &str) {
        if let Some(stream) = subject.strip_prefix(lookup::REQUEST) {
            return self.end_unread(stream);
        }
        if self.doubts.denied(subject) {
            self.cursor = self.ring.base();
            return;
        }
        let mut same: Vec<(u64, &mut bool)> = Vec::new();
        for (sequence, job) in self.ring.iter_mut() {
            let on_subject = job.load.messages().iter().any(|message| message.subject == subject);
            if let Phase::Sent { denied, .. } = &mut job.phase
                && on_subject
            {
                same.push((sequence, denied));
            }
        }
        if let Some((_, denied)) = same.iter_mut().find(|(_, denied)| !**denied) {
            **denied = true;
        }
        if same.iter().all(|(_, denied)| **denied) {
            let sequences: Vec<u64> = same.into_iter().map(|(sequence, _)| sequence).collect();
            for sequence in sequences {
                self.end_refused(sequence, &Reason::PermissionDenied);
            }
        }
    }

    fn end_all(&mut self, which: impl Fn(&Job) -> bool, reason: &Reason) {
        let sequences: Vec<u64> =
            self.ring.iter().filter(|(_, job)| which(job)).map(|(sequence, _)| sequence).collect();
        for sequence in sequences {
            self.end_refused(sequence, reason);
        }
    }

    fn end_refused(&mut self, sequence: u64, reason: &Reason) {
        if let Some(error) = self.ring.get(sequence).map(|job| job.refused(reason.clone())) {
            self.finish(sequence, Err(error));
        }
    }
}

enum Denied<'a> {
    Publish(&'a str),
    Subscribe(&'a str),
}

/// Reads `Permissions Violation for Publish to "subject"` and the like.
fn denied(text: &str) -> Option<Denied<'_>> {
    let rest = text.strip_prefix("Permissions Violation for ")?;
    let (what, rest) = rest.split_once(" to \"")?;
    let (subject, _) = rest.split_once('"')?;
    match what {
        "Publish" => Some(Denied::Publish(subject)),
        "Subscription" => Some(Denied::Subscribe(subject)),
        _ => None,
    }
}
