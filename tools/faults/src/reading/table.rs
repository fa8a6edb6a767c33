//! The table of results.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::AddAssign;

use super::judge::{Accounts, again, inversions};
use super::record::Handling;
use super::row::ReadRow;

/// What became of the events of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadTally {
    /// The number of trials.
    pub seeds: usize,
    /// Events that were stored.
    pub events: usize,
    /// Events that were done.
    pub done: usize,
    /// Handlings that ended otherwise: failed, cancelled.
    pub failed: usize,
    /// Handlings that came again without a failure.
    pub again: usize,
    /// Dead letters.
    pub dead: usize,
    /// Handlings out of order, where order is promised.
    pub inversions: usize,
    /// The longest time until everything was done, after the fault was mended and the last events were stored, in milliseconds.
    pub after: u64,
    /// The number of violations.
    pub violations: usize,
}

impl ReadTally {
    pub(super) fn of(accounts: &Accounts<'_>) -> Self {
        let handlings = &accounts.record.handlings;
        let done: BTreeSet<usize> = handlings.iter().filter(|it| it.is_done()).map(|it| it.call.number).collect();
        let is_failed = |handling: &&Handling| matches!(handling.end, Some((_, false)));
        Self {
            seeds: 1,
            events: accounts.row.events,
            done: done.len(),
            failed: handlings.iter().filter(is_failed).count(),
            again: again(accounts.record),
            dead: accounts.letters.values().sum(),
            inversions: if accounts.row.ordered { inversions(accounts).len() } else { 0 },
            ..Self::default()
        }
    }
}

impl AddAssign for ReadTally {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.events += other.events;
        self.done += other.done;
        self.failed += other.failed;
        self.again += other.again;
        self.dead += other.dead;
        self.inversions += other.inversions;
        self.after = self.after.max(other.after);
        self.violations += other.violations;
    }
}

/// The table in Markdown, with a line of totals.
pub fn read_markdown(rows: &[(&ReadRow, ReadTally)]) -> String {
    let mut text = String::from(
        "| fault, of readers | seeds | events | done | failed | again | dead letters | inversions | all done after, ms | violations |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut sum = ReadTally::default();
    for (row, tally) in rows {
        line(&mut text, row.name, row.ordered, tally);
        sum += *tally;
    }
    line(&mut text, "**all**", true, &sum);
    text
}

fn line(text: &mut String, name: &str, is_ordered: bool, tally: &ReadTally) {
    let ReadTally { seeds, events, done, failed, again, dead, inversions, after, violations } = tally;
    let inversions = if is_ordered { inversions.to_string() } else { "–".to_owned() };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "| {name} | {seeds} | {events} | {done} | {failed} | {again} | {dead} | {inversions} | {after} | {violations} |"
    );
}
