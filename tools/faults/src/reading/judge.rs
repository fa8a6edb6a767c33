//! The model: compares what instances reported with what the server has.

use std::collections::BTreeMap;

use super::record::{Handling, Record};
use super::row::{Again, ReadRow};
use super::scene::KEYS;

/// How many events are named that did not end as they should.
const FEW: usize = 5;

/// What a trial has shown.
#[derive(Debug)]
pub struct Accounts<'a> {
    /// The row.
    pub row: &'a ReadRow,
    /// The reports.
    pub record: &'a Record,
    /// The number of dead letters of each event.
    pub letters: &'a BTreeMap<usize, usize>,
    /// What the server had unacknowledged after all instances had stopped.
    pub left: u64,
    /// What it had unacknowledged or undelivered before.
    pub outstanding: u64,
    /// How many handlings may come again.
    pub in_hand: usize,
    /// Events with smaller numbers were deleted.
    pub deleted: usize,
}

/// The violations.
pub fn judge(accounts: &Accounts<'_>) -> Vec<String> {
    let mut violations = Vec::new();
    let by_event = by_event(accounts.record);
    ends(accounts, &by_event, &mut violations);
    let (again, rules) = (again(accounts.record), &accounts.row.rules);
    match rules.again {
        Again::Never if again > 0 => violations.push(format!("{again} handlings came again")),
        Again::InHand if again > accounts.in_hand => {
            violations.push(format!("{again} handlings came again, and at most {} were in hand", accounts.in_hand));
        }
        _ => {}
    }
    if rules.again == Again::Never && !accounts.row.ordered {
        attempts(&by_event, &mut violations);
    }
    for handlings in by_event.values() {
        apart(accounts.row, handlings, &mut violations);
    }
    if accounts.row.ordered {
        violations.extend(inversions(accounts));
    }
    if accounts.outstanding > 0 {
        violations.push(format!("{} events were delivered and never settled, or not delivered", accounts.outstanding));
    }
    if accounts.left > 0 {
        violations.push(format!("the stops left {} events unacknowledged", accounts.left));
    }
    violations.extend(accounts.record.garbage.iter().map(|line| format!("an instance reported: {line}")));
    let failed = accounts.record.stops.iter().filter_map(|stop| stop.as_ref().err());
    violations.extend(failed.map(|error| format!("a reader ended with {error}")));
    violations
}

/// Every handling of each event, by time.
fn by_event(record: &Record) -> BTreeMap<usize, Vec<Handling>> {
    let mut events: BTreeMap<usize, Vec<Handling>> = BTreeMap::new();
    for handling in &record.handlings {
        events.entry(handling.call.number).or_default().push(*handling);
    }
    events.values_mut().for_each(|handlings| handlings.sort_by_key(|handling| handling.call.micros));
    events
}

/// Each event is done, or it is one dead letter.
fn ends(accounts: &Accounts<'_>, by_event: &BTreeMap<usize, Vec<Handling>>, violations: &mut Vec<String>) {
    let mut others = 0;
    for number in 0..accounts.row.events {
        let is_done = by_event.get(&number).into_iter().flatten().any(Handling::is_done);
        let letters = accounts.letters.get(&number).copied().unwrap_or_default();
        match (is_done, letters, (accounts.row.rules.dead)(number)) {
            (true, 0, false) | (false, 1, true) => {}
            (false, 0, _) if number < accounts.deleted => {}
            (is_done, letters, _) if violations.len() < FEW => {
                violations.push(format!("event {number}: done is {is_done}, and it has {letters} dead letters"));
            }
            _ => others += 1,
        }
    }
    if others > 0 {
        violations.push(format!("{others} more events like these"));
    }
}

/// The number of handlings beyond the first of each event, and beyond those after a failure that was reported.
pub fn again(record: &Record) -> usize {
    let events = by_event(record);
    let beyond = |handlings: &Vec<Handling>| {
        let failed = handlings.iter().filter(|one| matches!(one.end, Some((_, false)))).count();
        handlings.len().saturating_sub(1 + failed)
    };
    events.values().map(beyond).sum()
}

/// No delivery is an attempt that no handler saw.
fn attempts(by_event: &BTreeMap<usize, Vec<Handling>>, violations: &mut Vec<String>) {
    for (number, handlings) in by_event {
        for (before, handling) in handlings.iter().enumerate() {
            if handling.call.attempt != before as u64 + 1 {
                let attempt = handling.call.attempt;
                violations.push(format!("event {number}: handling {} is attempt {attempt}", before + 1));
            }
        }
    }
}

/// The handlings of one event follow each other, with the pause of the row after a failure.
fn apart(row: &ReadRow, handlings: &[Handling], violations: &mut Vec<String>) {
    for pair in handlings.windows(2) {
        let Some((end, is_done)) = pair[0].end else { continue };
        let (number, next) = (pair[0].call.number, pair[1].call.micros);
        if next < end && !row.rules.overlaps {
            violations.push(format!("event {number} was handled twice at the same time"));
        }
        let pause = u64::try_from(row.rules.pause.as_micros()).unwrap_or(u64::MAX);
        if !is_done && next.saturating_sub(end) < pause {
            violations.push(format!("event {number} came again {} µs after a failure", next.saturating_sub(end)));
        }
    }
}

/// Handlings that began before an earlier event of the key was done, or after a later one had begun. A server that forgets
/// acknowledgements delivers events that were done once more, in their order: that is no inversion where events may come again
/// without limit.
pub fn inversions(accounts: &Accounts<'_>) -> Vec<String> {
    let mut keys: BTreeMap<usize, Vec<&Handling>> = BTreeMap::new();
    for handling in &accounts.record.handlings {
        keys.entry(handling.call.number % KEYS).or_default().push(handling);
    }
    let mut found = Vec::new();
    for handlings in keys.values_mut() {
        handlings.sort_by_key(|handling| handling.call.micros);
        let mut highest = 0;
        for handling in handlings.iter() {
            let number = handling.call.number;
            let was_done = handlings.iter().any(|one| {
                one.call.number == number && one.end.is_some_and(|(end, done)| done && end <= handling.call.micros)
            });
            if number < highest && !(was_done && accounts.row.rules.again == Again::Any) {
                found.push(format!("event {number} was handled after event {highest} of its key"));
            }
            highest = highest.max(number);
            let Some(earlier) = number.checked_sub(KEYS).filter(|earlier| *earlier >= accounts.deleted) else {
                continue;
            };
            let mut before = handlings.iter().filter(|one| one.call.number == earlier);
            let is_open = !before.any(|one| one.end.is_some_and(|(end, done)| done && end <= handling.call.micros));
            if is_open && !(accounts.row.rules.dead)(earlier) && !(accounts.row.unreadable)(earlier) {
                found.push(format!("event {number} was handled before event {earlier} of its key was done"));
            }
        }
    }
    found
}

impl Handling {
    /// Whether the event was done.
    pub fn is_done(&self) -> bool {
        self.end.is_some_and(|(_, is_done)| is_done)
    }
}

#[cfg(test)]
mod tests;
