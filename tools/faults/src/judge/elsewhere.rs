//! Other streams that the subjects reach: an event is stored if it is stored anywhere.

use std::collections::BTreeMap;

use super::{Accounts, Told, told};

pub(super) fn check(accounts: &Accounts<'_>, violations: &mut Vec<String>) {
    for (stream, snapshot) in accounts.elsewhere {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for message in snapshot.messages.iter().filter(|message| !message.again) {
            *counts.entry(message.number).or_default() += 1;
        }
        for (number, count) in &counts {
            if *count > 1 {
                violations.push(format!("emit {number} is stored {count} times in `{stream}`"));
            }
            let (Some(emit), Some(entry)) =
                (accounts.workload.emits.get(*number), accounts.ledger.entries.get(*number))
            else {
                violations.push(format!("`{stream}` has an emit {number}, which does not exist"));
                continue;
            };
            match told(emit, entry, accounts.ledger, &accounts.row.rules) {
                Told::NotStored => {
                    violations.push(format!("emit {number}: reported `NotStored`, but it is in `{stream}`"))
                }
                Told::NotCalled => violations.push(format!("emit {number}: never called, but it is in `{stream}`")),
                _ => {}
            }
        }
    }
}
