//! The table.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::AddAssign;

use crate::judge::{Told, told};
use crate::ledger::Ledger;
use crate::read_back::Snapshot;
use crate::row::Row;
use crate::workload::Workload;

/// What the callers of a row were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Trials.
    pub seeds: usize,
    /// Emits that were called.
    pub emits: usize,
    /// Stored; also what nobody waited for, and is there.
    pub stored: usize,
    /// Stored before; also what nobody waited for, was not reported lost, and is not there itself.
    pub duplicate: usize,
    /// Not stored.
    pub not_stored: usize,
    /// Possibly stored.
    pub possibly_stored: usize,
    /// Nothing: the publisher was killed before.
    pub untold: usize,
    /// What is not as promised.
    pub violations: usize,
}

impl Tally {
    pub(crate) fn of(workload: &Workload, ledger: &Ledger, stream: &Snapshot) -> Self {
        let there: BTreeSet<usize> = stream.messages.iter().map(|message| message.number).collect();
        let mut tally = Self { seeds: 1, emits: ledger.began, ..Self::default() };
        for (emit, entry) in workload.emits.iter().zip(&ledger.entries) {
            match told(emit, entry, ledger) {
                Told::NotCalled => {}
                Told::Nothing => tally.untold += 1,
                Told::Stored(_) => tally.stored += 1,
                Told::Silence if there.contains(&emit.number) => tally.stored += 1,
                Told::Duplicate(_) | Told::Silence => tally.duplicate += 1,
                Told::NotStored => tally.not_stored += 1,
                Told::Possibly { .. } => tally.possibly_stored += 1,
            }
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.emits += other.emits;
        self.stored += other.stored;
        self.duplicate += other.duplicate;
        self.not_stored += other.not_stored;
        self.possibly_stored += other.possibly_stored;
        self.untold += other.untold;
        self.violations += other.violations;
    }
}

/// The table in Markdown, with a line for the sum.
pub fn markdown(rows: &[(&Row, Tally)]) -> String {
    let mut text = String::from(
        "| fault | seeds | emits | stored | duplicate | not stored | possibly stored | not told | violations |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut sum = Tally::default();
    for (row, tally) in rows {
        line(&mut text, row.name, tally);
        sum += *tally;
    }
    line(&mut text, "**all**", &sum);
    text
}

fn line(text: &mut String, name: &str, tally: &Tally) {
    let Tally { seeds, emits, stored, duplicate, not_stored, possibly_stored, untold, violations } = tally;
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "| {name} | {seeds} | {emits} | {stored} | {duplicate} | {not_stored} | {possibly_stored} | {untold} | {violations} |"
    );
}
