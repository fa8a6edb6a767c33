//! Atomic batches that are being sent (`Nats-Batch-*`, ADR-50).

use std::collections::BTreeMap;

use crate::error::ApiError;
use crate::message::Inbound;
use crate::time::{Nanos, SECOND};

/// The most messages of a batch.
const MOST: u64 = 1_000;

/// A batch to which nothing is added for so long is abandoned.
const PATIENCE: Nanos = 10 * SECOND;

/// The longest id.
const ID_BYTES: usize = 64;

/// The batches of a stream, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Batches(BTreeMap<String, Open>);

#[derive(Debug)]
struct Open {
    messages: Vec<Inbound>,
    until: Nanos,
}

/// What becomes of a message of a batch.
#[derive(Debug)]
pub(crate) enum Step {
    /// It was added.
    More,
    /// It was the last one: these are all.
    Commit { id: String, messages: Vec<Inbound> },
}

impl Batches {
    /// Takes a message of a batch. An error abandons the batch.
    pub(crate) fn take(&mut self, message: Inbound, is_allowed: bool, real: Nanos) -> Result<Step, ApiError> {
        let id = message.headers.get("Nats-Batch-Id").unwrap_or_default().to_owned();
        if !is_allowed {
            return Err(ApiError::new(400, 10174, "atomic publish is disabled"));
        }
        if id.len() > ID_BYTES {
            return Err(ApiError::new(400, 10179, "atomic publish batch ID is invalid"));
        }
        let number = message.headers.get("Nats-Batch-Sequence").and_then(|number| number.parse::<u64>().ok());
        let Some(number) = number else {
            return Err(ApiError::new(400, 10175, "atomic publish sequence is missing"));
        };
        let commit = message.headers.get("Nats-Batch-Commit").map(str::to_owned);
        if number == 1 {
            self.0.insert(id.clone(), Open { messages: Vec::new(), until: 0 });
        }
        let incomplete = || ApiError::new(400, 10176, "atomic publish batch is incomplete");
        let Some(open) = self.0.get_mut(&id) else { return Err(incomplete()) };
        let problem = if open.messages.len() as u64 + 1 != number {
            Some(incomplete())
        } else if number > MOST {
            Some(ApiError::new(400, 10199, format!("atomic publish batch is too large: {MOST}")))
        } else if commit.as_deref().is_some_and(|commit| commit != "1") {
            Some(ApiError::new(400, 10200, "atomic publish batch commit is invalid"))
        } else {
            None
        };
        if let Some(problem) = problem {
            self.0.remove(&id);
            return Err(problem);
        }
        open.messages.push(message);
        open.until = real.saturating_add(PATIENCE);
        match commit {
            None => Ok(Step::More),
            Some(_) => {
                let messages = self.0.remove(&id).map(|open| open.messages).unwrap_or_default();
                Ok(Step::Commit { id, messages })
            }
        }
    }

    /// Abandons what nothing was added to for long. That is the client's time: no test moves it.
    pub(crate) fn expire(&mut self, real: Nanos) {
        self.0.retain(|_, open| open.until > real);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::Headers;

    fn part(number: u64, commit: &str) -> Inbound {
        let mut headers = Headers::from([("Nats-Batch-Id", "b".to_owned())]);
        headers.push("Nats-Batch-Sequence", number.to_string());
        if !commit.is_empty() {
            headers.push("Nats-Batch-Commit", commit);
        }
        Inbound { headers, ..Inbound::default() }
    }

    #[test]
    fn a_batch_is_whole_or_abandoned() {
        let mut batches = Batches::default();
        let code =
            |step: Result<Step, ApiError>| step.map_err(|error| error.code).map(|step| matches!(step, Step::More));
        assert_eq!(code(batches.take(part(1, ""), true, 0)), Ok(true));
        assert!(
            matches!(batches.take(part(2, "1"), true, 0), Ok(Step::Commit { messages, .. }) if messages.len() == 2)
        );
        assert_eq!(code(batches.take(part(2, "1"), true, 0)), Err(10176));
        assert_eq!(code(batches.take(part(1, ""), true, 0)), Ok(true));
        assert_eq!(code(batches.take(part(3, "1"), true, 0)), Err(10176), "the second one is missing");
        assert_eq!(code(batches.take(part(1, ""), false, 0)), Err(10174));
        assert_eq!(code(batches.take(part(1, "2"), true, 0)), Err(10200));
        assert_eq!(code(batches.take(part(1, ""), true, 0)), Ok(true));
        batches.expire(PATIENCE);
        assert_eq!(code(batches.take(part(2, "1"), true, PATIENCE)), Err(10176), "it came too late");
    }
}
