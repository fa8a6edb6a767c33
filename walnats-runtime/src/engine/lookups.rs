//! Running lookups and the messages that wait for each.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::lookup::{Found, Question, look_up};
use crate::jetstream::Api;

/// Answers contain the whole message, so only a few run concurrently.
const AT_ONCE: usize = 32;

/// The lookups in progress and who waits for them.
pub(super) struct Lookups {
    running: JoinSet<(Question, Found)>,
    pub(super) waiting: HashMap<Question, Vec<u64>>,
    permits: Arc<Semaphore>,
}

impl Lookups {
    pub(super) fn new() -> Self {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        Self { running: JoinSet::new(), waiting: HashMap::new(), permits }
    }

    pub(super) fn are_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Many jobs may wait for one answer: all emits with the same key.
    pub(super) fn ask(&mut self, api: Api, question: Question, sequence: u64) {
        if let Some(waiting) = self.waiting.get_mut(&question) {
            return waiting.push(sequence);
        }
        let (permits, asked) = (Arc::clone(&self.permits), question.clone());
        self.waiting.insert(question, vec![sequence]);
        self.running.spawn(async move {
            let _permit = permits.acquire().await;
            look_up(api, asked).await
        });
    }

    /// The next finished lookup.
    pub(super) async fn next(&mut self) -> Option<(Question, Found)> {
        self.running.join_next().await?.ok()
    }
}
