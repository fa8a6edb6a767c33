//! What the publisher's process tells its parent, a line each, as it happens.

use serde::{Deserialize, Serialize};
use walnats_runtime::{EmitError, Outcome, Reason, Receipt};

use crate::vitals::Vitals;

/// A line of the pipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Line {
    /// There is no connection: the error's name.
    Unconnected(String),
    /// The next emits are called now.
    Began {
        /// The first one's number.
        first: usize,
        /// How many.
        count: usize,
    },
    /// A place in the buffer was given to an emit that nobody waits for.
    Abandoned(usize),
    /// The caller was told how an emit ended.
    Ended {
        /// Which.
        number: usize,
        /// How.
        end: End,
        /// How long it took since it was accepted, in milliseconds.
        millis: u64,
    },
    /// `on_lost` was told.
    Lost {
        /// Which.
        number: usize,
        /// How it ended.
        end: End,
    },
    /// How hard the process works.
    Vitals(Vitals),
    /// `flush` gave back: buffered messages that failed, or what else it said.
    Flushed(Result<usize, String>),
    /// `shutdown` gave these back.
    Left {
        /// Never sent.
        unsent: Vec<usize>,
        /// Sent and not acknowledged.
        unknown: Vec<usize>,
    },
    /// `shutdown` is through, and so is the process.
    Done,
}

/// How an emit ended, as the caller was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// At this sequence number.
    Stored(u64),
    /// Something of the same id is at this sequence number.
    Duplicate(u64),
    /// In the outbox, and the transaction is committed.
    Committed,
    /// The name of the reason.
    NotStored(String),
    /// Nobody knows.
    PossiblyStored {
        /// The id to emit it with again.
        id: String,
        /// The name of the cause.
        cause: String,
    },
}

impl End {
    /// What the runtime answered.
    pub fn of(result: &Result<Receipt, EmitError>) -> Self {
        match result {
            Ok(Receipt { outcome: Outcome::Stored(sequence), .. }) => Self::Stored(*sequence),
            Ok(Receipt { outcome: Outcome::Duplicate(sequence), .. }) => Self::Duplicate(*sequence),
            Err(error) => Self::failed(error),
        }
    }

    /// How it failed.
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

    /// Whether the event is in the stream, by what was said.
    pub fn is_confirmed(&self) -> bool {
        matches!(self, Self::Stored(_) | Self::Duplicate(_) | Self::Committed)
    }

    /// `NotStored:NoStream` and the like, as rows say what they expect.
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

/// What is known of an emit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// It was called.
    pub began: bool,
    /// It was accepted, and nobody waits for its end.
    pub abandoned: bool,
    /// What the caller was told; more than once is a fault of its own.
    pub ends: Vec<(End, u64)>,
    /// What `on_lost` was told.
    pub lost: Vec<End>,
    /// `shutdown` gave it back as never sent.
    pub left_unsent: bool,
    /// `shutdown` gave it back as sent and not acknowledged.
    pub left_unknown: bool,
}

/// All that a publisher has told, until it ended or was killed.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By number.
    pub entries: Vec<Entry>,
    /// How many began.
    pub began: usize,
    /// Why there was no connection.
    pub unconnected: Option<String>,
    /// What `flush` said.
    pub flushed: Option<Result<usize, String>>,
    /// The process went to its end.
    pub done: bool,
    /// How hard the publisher and its relays worked, as they told.
    pub vitals: Vec<Vitals>,
    /// Lines that make no sense.
    pub garbage: Vec<String>,
}

impl Ledger {
    /// For a workload of so many emits.
    pub fn new(emits: usize) -> Self {
        Self { entries: vec![Entry::default(); emits], ..Self::default() }
    }

    /// Writes a line of the pipe down.
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
