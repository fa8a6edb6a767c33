//! The table of results.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::AddAssign;

use crate::judge::{Accounts, Told, told};
use crate::ledger::{End, Entry};
use crate::row::Row;

/// The ends of the emits of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// The number of trials.
    pub seeds: usize,
    /// Emits that were called.
    pub emits: usize,
    /// Stored, including events that no caller awaited and that are stored.
    pub stored: usize,
    /// Duplicates, including events that no caller awaited, were not reported lost, and are not stored themselves.
    pub duplicate: usize,
    /// Not stored.
    pub not_stored: usize,
    /// Possibly stored.
    pub possibly_stored: usize,
    /// Without an end, because the publisher was killed.
    pub untold: usize,
    /// The longest time until an end was reported, in milliseconds.
    pub longest: u64,
    /// The maximum number of reconnects per second.
    pub reconnects: f64,
    /// The maximum number of copies of one message per second.
    pub copies: f64,
    /// The number of violations.
    pub violations: usize,
}

fn longest(entry: &Entry) -> u64 {
    let told = entry.ends.iter().filter(|(end, _)| *end != End::Committed);
    told.map(|(_, millis)| *millis).max().unwrap_or_default()
}

impl Tally {
    pub(crate) fn of(accounts: &Accounts<'_>) -> Self {
        let (ledger, effort) = (accounts.ledger, accounts.effort);
        let there: BTreeSet<usize> = accounts.before.messages.iter().map(|message| message.number).collect();
        let mut tally = Self {
            seeds: 1,
            emits: ledger.began,
            reconnects: effort.reconnects_a_second,
            copies: effort.copies_a_second,
            ..Self::default()
        };
        for (emit, entry) in accounts.workload.emits.iter().zip(&ledger.entries) {
            tally.longest = tally.longest.max(longest(entry));
            match told(emit, entry, ledger, &accounts.row.rules) {
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
        self.longest = self.longest.max(other.longest);
        self.reconnects = self.reconnects.max(other.reconnects);
        self.copies = self.copies.max(other.copies);
        self.violations += other.violations;
    }
}

/// The table in Markdown, with a line of totals.
pub fn markdown(rows: &[(&Row, Tally)]) -> String {
    let mut text = String::from(
        "| fault | seeds | emits | stored | duplicate | not stored | possibly stored | not told | longest, ms | reconnects/s | copies/s | violations |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
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
    let Tally { seeds, emits, stored, duplicate, not_stored, possibly_stored, untold, violations, .. } = tally;
    let Tally { longest, reconnects, copies, .. } = tally;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "| {name} | {seeds} | {emits} | {stored} | {duplicate} | {not_stored} | {possibly_stored} | {untold} | \
         {longest} | {reconnects:.1} | {copies:.1} | {violations} |"
    );
}
