//! Rows that fail while their stream stores others.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::row::Row;

/// How long information about a stream is cached.
const CACHED_FOR: Duration = Duration::from_secs(5);
/// The minimum interval between log lines about a stream.
const LOG_INTERVAL: Duration = Duration::from_secs(30);
/// The number of remembered rows above which old ones are dropped: another relay may have sent them.
const REMEMBERED_ROWS: usize = 1_024;
const REMEMBERED_FOR: Duration = Duration::from_secs(3_600);

/// Distinguishes a failing row from a failing stream or connection.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    state: Mutex<State>,
    /// Held by the one suspect in flight.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<String, Stream>,
    /// The last failure of each row.
    failed: HashMap<i64, Instant>,
}

#[derive(Debug, Default)]
struct Stream {
    stored: Option<Instant>,
    creation: Option<(Instant, Option<SystemTime>)>,
    last_logged: Option<Instant>,
}

impl Suspects {
    /// JetStream stored the row.
    pub(super) fn stored(&self, row: &Row) {
        let mut state = self.lock();
        state.failed.remove(&row.id);
        state.stream(&row.stream).stored = Some(Instant::now());
    }

    /// Waits until no other suspect is in flight.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// This relay no longer handles the row.
    pub(super) fn ended(&self, row: i64) {
        self.lock().failed.remove(&row);
    }

    /// Records a failure. Returns whether the stream has stored others since the row's last failure, or since this attempt
    /// began.
    pub(super) fn others_passed(&self, row: &Row, began: Instant) -> bool {
        let mut state = self.lock();
        if state.failed.len() >= REMEMBERED_ROWS {
            state.failed.retain(|_, failed| failed.elapsed() < REMEMBERED_FOR);
        }
        let since = state.failed.insert(row.id, Instant::now()).unwrap_or(began);
        state.stream(&row.stream).stored.is_some_and(|stored| stored > since)
    }

    /// The cached creation time of the stream; `Some(None)` if it does not exist.
    pub(super) fn known(&self, stream: &str) -> Option<Option<SystemTime>> {
        let creation = self.lock().stream(stream).creation;
        creation.filter(|(at, _)| at.elapsed() < CACHED_FOR).map(|(_, created)| created)
    }

    /// Caches when the stream was created.
    pub(super) fn learned(&self, stream: &str, created: Option<SystemTime>) {
        self.lock().stream(stream).creation = Some((Instant::now(), created));
    }

    /// Whether trouble with the stream has not been logged recently.
    pub(super) fn is_news(&self, stream: &str) -> bool {
        let mut state = self.lock();
        let last_logged = &mut state.stream(stream).last_logged;
        let is_news = last_logged.is_none_or(|last_logged| last_logged.elapsed() > LOG_INTERVAL);
        if is_news {
            *last_logged = Some(Instant::now());
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
