//! What instances report, one line per handler that begins or ends.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// A handler begins.
    Began(Call),
    /// It ended, and the event is done or not.
    Ended(Call, bool),
    /// The reader ended: the number of events that were done, or the name of its error.
    Stopped(Result<u64, String>),
}

/// A call of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The number of the event.
    pub number: usize,
    /// The attempt, counted from 1.
    pub attempt: u64,
    /// When, in microseconds of the clock that all processes share.
    pub micros: u64,
}

/// The time, for [`Call::micros`].
pub fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

/// One handler at work, as far as it was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handling {
    /// The process that ran it.
    pub instance: usize,
    /// Its beginning.
    pub call: Call,
    /// When it ended, and whether the event was done; `None` if its process died before.
    pub end: Option<(u64, bool)>,
}

/// Everything that the instances reported.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Every handling, in the order in which they became known.
    pub handlings: Vec<Handling>,
    /// How readers ended.
    pub stops: Vec<Result<u64, String>>,
    /// Lines that could not be read.
    pub garbage: Vec<String>,
    /// Which events are done.
    pub done: HashSet<usize>,
}

impl Record {
    /// Notes a line of this instance.
    pub fn note(&mut self, instance: usize, line: &str) {
        match serde_json::from_str(line) {
            Ok(Report::Began(call)) => self.handlings.push(Handling { instance, call, end: None }),
            Ok(Report::Ended(call, is_done)) => {
                let is_it = |one: &&mut Handling| {
                    one.instance == instance
                        && (one.call.number, one.call.attempt) == (call.number, call.attempt)
                        && one.end.is_none()
                };
                match self.handlings.iter_mut().rev().find(is_it) {
                    Some(handling) => {
                        handling.end = Some((call.micros, is_done));
                        if is_done {
                            self.done.insert(call.number);
                        }
                    }
                    None => self.garbage.push(line.to_owned()),
                }
            }
            Ok(Report::Stopped(result)) => self.stops.push(result),
            Err(_) => self.garbage.push(line.to_owned()),
        }
    }
}
