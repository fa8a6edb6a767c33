//! The model: compares what the caller was told with what the stream holds.

mod effort;
mod elsewhere;
mod expected;
mod stored;

use std::collections::BTreeMap;

use crate::ledger::{End, Entry, Ledger};
use crate::read_back::Snapshot;
use crate::row::{Row, Rules};
use crate::workload::{Emit, Kind, Workload};

/// The beginning of the violation that a row's expected ends were not seen.
pub(crate) const DID_NOT_STRIKE: &str = "the fault did not strike";

/// What a trial has shown, from both sides.
#[derive(Debug)]
pub struct Accounts<'a> {
    /// The row.
    pub row: &'a Row,
    /// The workload.
    pub workload: &'a Workload,
    /// The publisher's reports.
    pub ledger: &'a Ledger,
    /// The stream after the publisher has ended.
    pub before: &'a Snapshot,
    /// The results of emitting unsettled events again, by number.
    pub settled: &'a BTreeMap<usize, End>,
    /// The stream after that.
    pub after: &'a Snapshot,
    /// Other streams that the subjects reach, in other accounts or domains, by name.
    pub elsewhere: &'a [(&'static str, Snapshot)],
    /// The effort of the publisher.
    pub effort: Effort,
}

/// The effort of the publisher or its relays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// Reconnects per second, without those that the fault forced.
    pub reconnects_a_second: f64,
    /// Copies of one event sent per second; 0 if not counted.
    pub copies_a_second: f64,
}

/// What the caller knows about an emit in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was not called.
    NotCalled,
    /// The publisher was killed before it reported anything.
    Nothing,
    /// It is in the stream: at this sequence number.
    Stored(u64),
    /// An event of this id is in the stream: at this sequence number.
    Duplicate(u64),
    /// It, or another event with its id, is in the stream: no caller awaited it and it was not reported lost, or it is committed.
    Silence,
    /// It is not in the stream.
    NotStored,
    /// It is possibly in the stream.
    Possibly {
        /// The id to emit it with again.
        id: Option<String>,
    },
}

/// All violations of the promises.
pub fn judge(accounts: &Accounts<'_>) -> Vec<String> {
    let mut violations = Vec::new();
    expected::check(accounts, &mut violations);
    stored::check(accounts, accounts.before, &mut violations);
    stored::check(accounts, accounts.after, &mut violations);
    elsewhere::check(accounts, &mut violations);
    effort::check(accounts, &mut violations);
    settled(accounts, &mut violations);
    violations.sort_unstable();
    violations.dedup();
    violations
}

/// What the caller knows about an emit.
pub fn told(emit: &Emit, entry: &Entry, ledger: &Ledger, rules: &Rules) -> Told {
    let end = entry.ends.first().map(|(end, _)| end).or_else(|| entry.lost.first());
    match end {
        Some(End::Stored(sequence)) => Told::Stored(*sequence),
        Some(End::Duplicate(sequence)) => Told::Duplicate(*sequence),
        Some(End::Committed) if emit.odd && rules.parks => Told::NotStored,
        Some(End::Committed) => Told::Silence,
        Some(End::NotStored(_)) => Told::NotStored,
        Some(End::PossiblyStored { id, .. }) => Told::Possibly { id: Some(id.clone()) },
        None if !entry.began => Told::NotCalled,
        None if entry.left_unsent => Told::NotStored,
        None if entry.left_unknown => Told::Possibly { id: emit.uid.clone() },
        None if entry.abandoned && ledger.done => Told::Silence,
        None => Told::Nothing,
    }
}

/// Checks that emitting again with the same id settles an emit: afterwards it is stored exactly once.
fn settled(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    for (number, end) in accounts.settled {
        let at = |sequence: u64| accounts.after.messages.iter().find(|message| message.sequence == sequence);
        let emit = &accounts.workload.emits[*number];
        match end {
            End::Stored(sequence) | End::Duplicate(sequence) => {
                let known = match at(*sequence) {
                    Some(message) if emit.key.is_some() => message.subject == emit.subject(),
                    message => emit.uid.is_none() || message.and_then(|it| it.id.as_deref()) == emit.uid.as_deref(),
                };
                if !known && emit.kind != Kind::Delayed && *sequence >= accounts.after.first {
                    violations.push(format!("emit {number} was settled as {end:?}, but there is another one"));
                }
            }
            other => violations.push(format!("emit {number} could not be settled: {}", other.name())),
        }
    }
}

#[cfg(test)]
mod tests;
