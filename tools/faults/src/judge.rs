//! The model: what the caller was told, held against what the stream holds.

mod effort;
mod elsewhere;
mod expected;
mod stored;

use std::collections::BTreeMap;

use crate::ledger::{End, Entry, Ledger};
use crate::read_back::Snapshot;
use crate::row::{Row, Rules};
use crate::workload::{Emit, Kind, Workload};

/// How the violation begins that none of a row's ends was seen.
pub(crate) const DID_NOT_STRIKE: &str = "the fault did not strike";

/// Both accounts of a trial.
#[derive(Debug)]
pub struct Accounts<'a> {
    /// The row.
    pub row: &'a Row,
    /// What was to be emitted.
    pub workload: &'a Workload,
    /// What the publisher told.
    pub ledger: &'a Ledger,
    /// The stream when the publisher had ended.
    pub before: &'a Snapshot,
    /// How what was open ended when it was emitted again, by number.
    pub settled: &'a BTreeMap<usize, End>,
    /// The stream after that.
    pub after: &'a Snapshot,
    /// Other streams that the subjects reach, in other accounts or domains, by name.
    pub elsewhere: &'a [(&'static str, Snapshot)],
    /// How hard the publisher worked.
    pub effort: Effort,
}

/// How hard the publisher, or its relays, worked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// Reconnects a second, those not counted that the fault forced.
    pub reconnects_a_second: f64,
    /// Copies of one event a second on the wire; 0 where nobody counts them.
    pub copies_a_second: f64,
}

/// What the caller knows of an emit in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was not called.
    NotCalled,
    /// The publisher was killed before it said anything.
    Nothing,
    /// It is in the stream: at this sequence number.
    Stored(u64),
    /// An event of this id is in the stream: at this sequence number.
    Duplicate(u64),
    /// It is in the stream, or another of its id: nobody waited for it, and nothing was reported lost; or it is committed.
    Silence,
    /// It is not in the stream.
    NotStored,
    /// Perhaps.
    Possibly {
        /// To emit it with again.
        id: Option<String>,
    },
}

/// Everything that is not as promised.
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

/// What the caller knows of an emit.
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

/// Emitting again with the same id settles what was open: afterwards it is there, once.
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
                    violations.push(format!("emit {number} was settled as {end:?}, and there is another one"));
                }
            }
            other => violations.push(format!("emit {number} could not be settled: {}", other.name())),
        }
    }
}

#[cfg(test)]
mod tests;
