//! Emitting again what nobody knows the end of.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use walnats_runtime::Publisher;

use crate::fact::Fact;
use crate::judge::{Told, told};
use crate::ledger::{End, Ledger};
use crate::workload::Workload;

/// Emits with the same id what is possibly stored, and what the publisher was killed over. Gives the ends by number.
pub async fn settle(publisher: &Publisher, workload: &Workload, ledger: &Ledger) -> BTreeMap<usize, End> {
    let open = workload.emits.iter().zip(&ledger.entries).filter_map(|(emit, entry)| {
        let id = match told(emit, entry, ledger) {
            // An atomic batch ends with one error for all of it.
            Told::Possibly { id } => emit.uid.clone().or(id),
            Told::Nothing => emit.uid.clone(),
            _ => None,
        }?;
        Some((Fact { topic: emit.topic, number: emit.number, again: true, size: emit.size }, id))
    });
    let ends = open.map(|(fact, id)| async move {
        let end = publisher.emit(&fact).uid(id).await;
        (fact.number, End::of(&end))
    });
    join_all(ends).await.into_iter().collect()
}
