//! Rows that fail while others of their stream are stored.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::row::Row;

/// How long an answer about a stream is good.
const KNOWN_FOR: Duration = Duration::from_secs(5);
/// How often the same is logged of a stream.
const TOLD_EVERY: Duration = Duration::from_secs(30);
/// Rows that are remembered before those are forgotten that did not fail for long: another relay may have sent them.
const MANY: usize = 1_024;
const LONG: Duration = Duration::from_secs(3_600);

/// What tells a row in trouble from a stream or a connection in trouble.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    state: Mutex<State>,
    /// Held by the one suspect that is under way.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<String, Stream>,
    /// When each row failed last.
    failed: HashMap<i64, Instant>,
}

#[derive(Debug, Default)]
struct Stream {
    stored: Option<Instant>,
    asked: Option<(Instant, Option<SystemTime>)>,
    told: Option<Instant>,
}

impl Suspects {
    /// JetStream has the row.
    pub(super) fn stored(&self, row: &Row) {
        let mut state = self.lock();
        state.failed.remove(&row.id);
        state.stream(&row.stream).stored = Some(Instant::now());
    }

    /// Waits until no other suspect is under way.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The row is not this relay's any more.
    pub(super) fn ended(&self, row: i64) {
        self.lock().failed.remove(&row);
    }

    /// Notes that a row failed. Whether its stream stored others since it failed before, or since this attempt began.
    pub(super) fn others_passed(&self, row: &Row, began: Instant) -> bool {
        let mut state = self.lock();
        if state.failed.len() >= MANY {
            state.failed.retain(|_, failed| failed.elapsed() < LONG);
        }
        let since = state.failed.insert(row.id, Instant::now()).unwrap_or(began);
        state.stream(&row.stream).stored.is_some_and(|stored| stored > since)
    }

    /// When the stream was made, if that was asked lately: `Some(None)` where there is none.
    pub(super) fn known(&self, stream: &str) -> Option<Option<SystemTime>> {
        let asked = self.lock().stream(stream).asked;
        asked.filter(|(at, _)| at.elapsed() < KNOWN_FOR).map(|(_, created)| created)
    }

    /// Notes when the stream was made.
    pub(super) fn learned(&self, stream: &str, created: Option<SystemTime>) {
        self.lock().stream(stream).asked = Some((Instant::now(), created));
    }

    /// Whether trouble of the stream was not logged lately.
    pub(super) fn is_news(&self, stream: &str) -> bool {
        let mut state = self.lock();
        let told = &mut state.stream(stream).told;
        let is_news = told.is_none_or(|told| told.elapsed() > TOLD_EVERY);
        if is_news {
            *told = Some(Instant::now());
        }
        is_news
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn stream(&mut self, name: &str) -> &mut Stream {
        self.streams.entry(name.to_owned()).or_default()
    }
}
