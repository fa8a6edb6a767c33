//! Whether a change of schemas keeps every payload valid that was.

use std::time::Duration;

use walnats_codegen::fix::Change;
use walnats_codegen::model::{EventModel, Payload};
use walnats_schema::SchemaId;

use crate::json::{Limits, Root, Same, is_contained};

/// How much a proof may take. The steps decide, so that a slow machine comes to the same result; the time is for what no step counts.
const LIMITS: Limits = Limits { steps: 20_000, steps_for_a_place: 5_000, time: Duration::from_secs(20) };

/// Whether it is proven that every payload that was valid stays valid: of each event, and by the schema of each file. Unless the
/// change may widen, no other payload becomes valid either.
pub fn keeps(change: &Change<'_>) -> bool {
    let Change { before, after, may_widen } = *change;
    let same = Same::new(&before.schemas, &after.schemas);
    let is_kept = |(old, new): (SchemaId, SchemaId)| {
        let (old_root, new_root) = (Root { set: &before.schemas, id: old }, Root { set: &after.schemas, id: new });
        same.is_same(old, new)
            || (is_contained(old_root, new_root, &LIMITS) && (may_widen || is_contained(new_root, old_root, &LIMITS)))
    };
    let Some(mut roots) = roots(before, after) else { return false };
    roots.sort_unstable();
    roots.dedup();
    roots.into_iter().all(is_kept)
}

/// The schemas that payloads are judged by, before and after; `None` if one is gone.
fn roots(before: &EventModel, after: &EventModel) -> Option<Vec<(SchemaId, SchemaId)>> {
    let mut roots = Vec::new();
    for event in &before.events {
        let Payload::Json(old) = event.payload else { continue };
        let now = after.events.iter().find(|now| now.name == event.name)?;
        let Payload::Json(new) = now.payload else { return None };
        roots.push((old, new));
    }
    let of_files = |model: &EventModel| -> Vec<(usize, SchemaId)> {
        let notes = (0..).map(SchemaId).zip(&model.notes);
        notes.filter(|(_, note)| note.path.is_empty()).map(|(id, note)| (note.document.0, id)).collect()
    };
    let new = of_files(after);
    for (document, old) in of_files(before) {
        // Of a file that nothing refers to any more, no payload is left.
        roots.extend(new.iter().find(|(other, _)| *other == document).map(|(_, new)| (old, *new)));
    }
    Some(roots)
}
