//! What the publisher's process reports to its parent, one line per event.

use serde::{Deserialize, Serialize};
use walnats_runtime::{EmitError, Outcome, Reason, Receipt};

use crate::vitals::Vitals;

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Line {
    /// Connecting failed, with this error.
    Unconnected(String),
    /// The next emits are about to be called.
    Began {
        /// The number of the first one.
        first: usize,
        /// How many.
        count: usize,
    },
    /// An emit that no caller awaits was accepted.
    Abandoned(usize),
    /// The caller was told how an emit ended.
    Ended {
        /// Which.
        number: usize,
        /// How.
        end: End,
        /// The time since it was accepted, in milliseconds.
        millis: u64,
    },
    /// `on_lost` was called.
    Lost {
        /// Which.
        number: usize,
        /// How it ended.
        end: End,
    },
    /// The effort of the process.
    Vitals(Vitals),
    /// The result of `flush`: the number of buffered messages that failed, or its error.
    Flushed(Result<usize, String>),
    /// `shutdown` returned these.
    Left {
        /// Never sent.
        unsent: Vec<usize>,
        /// Sent and not acknowledged.
        unknown: Vec<usize>,
    },
    /// `shutdown` has returned, and the process ends.
    Done,
}

/// How an emit ended, as the caller was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It is stored at this sequence number.
    Stored(u64),
    /// A message with the same id is stored at this sequence number.
    Duplicate(u64),
    /// It is in the outbox, and the transaction is committed.
    Committed,
    /// It is not stored, for the reason of this name.
    NotStored(String),
    /// It is possibly stored.
    PossiblyStored {
        /// The id to emit it with again.
        id: String,
        /// The name of the cause.
        cause: String,
    },
}

impl End {
    /// The end of an awaited emit.
    pub fn of(result: &Result<Receipt, EmitError>) -> Self {
        match result {
            Ok(Receipt { outcome: Outcome::Stored(sequence), .. }) => Self::Stored(*sequence),
            Ok(Receipt { outcome: Outcome::Duplicate(sequence), .. }) => Self::Duplicate(*sequence),
            Err(error) => Self::failed(error),
        }
    }

    /// The end of a failed emit.
    pub fn failed(error: &EmitError) -> Self {
        match error {
            EmitError::NotStored(error) => Self::NotStored(match error.reason() {
                Reason::Rejected { code, .. } => format!("Rejected {code}"),
                reason => variant(reason),
            }),
            EmitError::PossiblyStored(error) => {
                Self::PossiblyStored { id: error.message_id().to_owned(), cause: variant(error.cause()) }
            }
        }
    }

    /// Whether the event is in the stream according to its end.
    pub fn is_confirmed(&self) -> bool {
        matches!(self, Self::Stored(_) | Self::Duplicate(_) | Self::Committed)
    }

    /// The name that rows use, such as `NotStored:NoStream`.
    pub fn name(&self) -> String {
        match self {
            Self::Stored(_) => "Stored".to_owned(),
            Self::Duplicate(_) => "Duplicate".to_owned(),
            Self::Committed => "Committed".to_owned(),
            Self::NotStored(reason) => format!("NotStored:{reason}"),
            Self::PossiblyStored { cause, .. } => format!("PossiblyStored:{cause}"),
        }
    }
}

/// The name of an enum's variant.
pub fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// What is known about an emit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// It was called.
    pub began: bool,
    /// It was accepted, and no caller awaits it.
    pub abandoned: bool,
    /// The ends that the caller was told; more than one is a violation.
    pub ends: Vec<(End, u64)>,
    /// The ends that `on_lost` was told.
    pub lost: Vec<End>,
    /// `shutdown` returned it as never sent.
    pub left_unsent: bool,
    /// `shutdown` returned it as sent and not acknowledged.
    pub left_unknown: bool,
}

/// Everything that a publisher reported until it ended or was killed.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By number.
    pub entries: Vec<Entry>,
    /// How many began.
    pub began: usize,
    /// Why there was no connection.
    pub unconnected: Option<String>,
    /// The result of `flush`.
    pub flushed: Option<Result<usize, String>>,
    /// Whether the process reached its end.
    pub done: bool,
    /// The effort of the publisher and its relays, as reported.
    pub vitals: Vec<Vitals>,
    /// Lines that could not be parsed.
    pub garbage: Vec<String>,
}

impl Ledger {
    /// An empty ledger for a workload of this many emits.
    pub fn new(emits: usize) -> Self {
        Self { entries: vec![Entry::default(); emits], ..Self::default() }
    }

    /// Records a line of the report.
    pub fn note(&mut self, text: &str) {
        if serde_json::from_str(text).ok().and_then(|line| self.enter(line)).is_none() {
            self.garbage.push(text.to_owned());
        }
    }

    fn enter(&mut self, line: Line) -> Option<()> {
        match line {
            Line::Unconnected(error) => self.unconnected = Some(error),
            Line::Began { first, count } => {
                self.entries.get_mut(first..first + count)?.iter_mut().for_each(|entry| entry.began = true);
                self.began += count;
            }
            Line::Abandoned(number) => self.entries.get_mut(number)?.abandoned = true,
            Line::Ended { number, end, millis } => self.entries.get_mut(number)?.ends.push((end, millis)),
            Line::Lost { number, end } => self.entries.get_mut(number)?.lost.push(end),
            Line::Vitals(vitals) => self.vitals.push(vitals),
            Line::Flushed(result) => self.flushed = Some(result),
            Line::Left { unsent, unknown } => {
                for number in unsent {
                    self.entries.get_mut(number)?.left_unsent = true;
                }
                for number in unknown {
                    self.entries.get_mut(number)?.left_unknown = true;
                }
            }
            Line::Done => self.done = true,
        }
        Some(())
    }
}
