//! Checks that do not depend on the stream: everything ends in time, and the fault has struck.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Accounts, DID_NOT_STRIKE};
use crate::ledger::Entry;
use crate::row::Finish;
use crate::workload::Kind;

/// Extra time beyond a deadline, for a busy machine.
const SLACK: Duration = Duration::from_secs(5);

pub(super) fn check(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    let (row, ledger) = (accounts.row, accounts.ledger);
    let rules = &row.rules;
    if !ledger.done && !rules.killed {
        violations.push("the publisher did not come to its end".to_owned());
    }
    if ledger.unconnected.as_deref() != rules.unconnected {
        violations.push(format!("connecting: {:?}, expected {:?}", ledger.unconnected, rules.unconnected));
    }
    violations.extend(ledger.garbage.iter().map(|line| format!("not understood: {line}")));
    for (emit, entry) in accounts.workload.emits.iter().zip(&ledger.entries) {
        if let Some(wrong) = wrong(entry, ledger.done) {
            violations.push(format!("emit {}: {wrong}: {entry:?}", emit.number));
        }
        let longest = row.deadline + SLACK;
        let millis = entry.ends.first().map_or(0, |(_, millis)| *millis);
        let confirmed = matches!(emit.kind, Kind::Confirmed | Kind::Batch | Kind::Atomic | Kind::Delayed);
        if rules.spares && !emit.odd {
            let ends = entry.ends.iter().map(|(end, _)| end).chain(&entry.lost);
            let failed = ends.filter(|end| !end.is_confirmed()).map(|end| end.name());
            violations.extend(failed.map(|end| format!("emit {}, which is not odd, ended as `{end}`", emit.number)));
        }
        if confirmed && Duration::from_millis(millis) > longest {
            violations.push(format!("emit {}: ended after {millis} ms, beyond its deadline", emit.number));
        }
    }
    ends(accounts, violations);
    flush(accounts, violations);
}

/// Everything that was called ends once, and `shutdown` agrees with the awaited results.
fn wrong(entry: &Entry, done: bool) -> Option<&'static str> {
    let left = entry.left_unsent || entry.left_unknown;
    if entry.ends.len() + entry.lost.len() > 1 {
        return Some("it ended twice");
    }
    if left && !entry.lost.is_empty() {
        return Some("returned by `shutdown`, but also reported lost");
    }
    if left && entry.ends.first().is_some_and(|(end, _)| end.is_confirmed()) {
        return Some("returned by `shutdown`, but also confirmed");
    }
    if entry.left_unsent && entry.ends.first().is_some_and(|(end, _)| end.name().starts_with("PossiblyStored")) {
        return Some("never sent, but possibly stored");
    }
    let has_end = !entry.ends.is_empty() || entry.abandoned || !entry.lost.is_empty();
    (done && entry.began && !has_end).then_some("it never ended")
}

/// Checks the ends that the row expects.
fn ends(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    let entries = accounts.ledger.entries.iter();
    let ends = entries.flat_map(|entry| entry.ends.iter().map(|(end, _)| end).chain(&entry.lost));
    let seen: BTreeSet<String> = ends.map(crate::ledger::End::name).collect();
    for wanted in accounts.row.rules.sees.iter().filter(|wanted| !seen.iter().any(|end| end.starts_with(**wanted))) {
        violations.push(format!("{DID_NOT_STRIKE}: no `{wanted}` among {seen:?}"));
    }
    for end in seen.iter().filter(|end| accounts.row.rules.never.iter().any(|never| end.starts_with(never))) {
        violations.push(format!("an emit ended as `{end}`"));
    }
    if let Some(only) = accounts.row.rules.only {
        let failed = seen.iter().filter(|end| end.contains("Stored:"));
        for end in failed.filter(|end| !only.iter().any(|allowed| end.starts_with(allowed))) {
            violations.push(format!("an emit ended as `{end}`"));
        }
    }
}

/// Checks that `flush` counts the buffered emits that failed.
fn flush(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    if accounts.row.outbox.is_some()
        || accounts.row.finish != Finish::Flush
        || !accounts.ledger.done
        || accounts.ledger.unconnected.is_some()
    {
        return;
    }
    let buffered = accounts.workload.emits.iter().zip(&accounts.ledger.entries);
    let failed = buffered.filter(|(emit, entry)| {
        let ends = entry.ends.iter().map(|(end, _)| end).chain(&entry.lost);
        // Events that did not fit into the buffer were refused immediately.
        let accepted = |end: &crate::ledger::End| !end.is_confirmed() && end.name() != "NotStored:BufferFull";
        matches!(emit.kind, Kind::Buffered | Kind::Abandoned) && ends.into_iter().any(accepted)
    });
    let failed = failed.count();
    if accounts.ledger.flushed != Some(Ok(failed)) {
        violations.push(format!("`flush` returned {:?}, but {failed} failed", accounts.ledger.flushed));
    }
}
