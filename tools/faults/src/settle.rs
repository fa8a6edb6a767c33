//! Emits events again whose end is unknown.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use walnats_runtime::Publisher;

use crate::judge::{Told, told};
use crate::ledger::{End, Ledger};
use crate::row::Rules;
use crate::workload::Workload;

/// Emits again, with the same id or key, the events that are possibly stored and those that had no end when the publisher was
/// killed. Returns the ends by number.
pub async fn settle(
    publisher: &Publisher,
    workload: &Workload,
    ledger: &Ledger,
    rules: &Rules,
) -> BTreeMap<usize, End> {
    let open = workload.emits.iter().zip(&ledger.entries).filter_map(|(emit, entry)| {
        let id = match told(emit, entry, ledger, rules) {
            // An atomic batch has one error for all its events.
            Told::Possibly { id } => emit.uid.clone().or(id),
            Told::Nothing => emit.uid.clone(),
            _ => return None,
        };
        (id.is_some() || emit.key.is_some()).then_some((emit.fact(true), id, emit.key.clone()))
    });
    let ends = open.map(|(fact, id, key)| async move {
        let mut emit = publisher.emit(&fact);
        if let Some(id) = id {
            emit = emit.uid(id);
        }
        if let Some(key) = key {
            emit = emit.once(key);
        }
        (fact.number, End::of(&emit.await))
    });
    join_all(ends).await.into_iter().collect()
}
