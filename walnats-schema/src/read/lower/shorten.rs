//! Long chains of schemas that do nothing but refer to the next one.

use crate::{Schema, SchemaId, SchemaSet};

/// How many steps of a chain stay as they are written.
const KEPT: usize = 16;

/// Has schemas at the beginning of a long chain refer to its end: they accept the same, and whoever follows references for each
/// schema takes no longer than the schemas are many. There are no cycles left.
pub(super) fn chains(set: &mut SchemaSet) {
    // Where the dynamic scope decides, the steps on the way count.
    if !set.resources.is_empty() {
        return;
    }
    let next: Vec<Option<SchemaId>> = set.schemas.iter().map(only_reference).collect();
    // The end of the chain from each schema, and how many steps it takes.
    let mut ends: Vec<Option<(SchemaId, usize)>> = vec![None; next.len()];
    for start in 0..next.len() {
        let (mut way, mut at) = (Vec::new(), start);
        while let (None, Some(target)) = (ends[at], next[at]) {
            way.push(at);
            at = target.0 as usize;
            if way.len() > next.len() {
                return;
            }
        }
        let own = SchemaId(u32::try_from(at).unwrap_or(u32::MAX));
        let (end, mut steps) = *ends[at].get_or_insert((own, 0));
        for at in way.into_iter().rev() {
            steps += 1;
            ends[at] = Some((end, steps));
        }
    }
    for (schema, end) in set.schemas.iter_mut().zip(ends) {
        if let Some((end, _)) = end.filter(|(_, steps)| *steps > KEPT) {
            schema.reference.iter_mut().chain(&mut schema.all_of).for_each(|next| *next = end);
        }
    }
}

/// The one schema that a schema refers to, if it says nothing else.
fn only_reference(schema: &Schema) -> Option<SchemaId> {
    let mut direct = schema.direct_conjuncts();
    let (Some(next), None) = (direct.next(), direct.next()) else { return None };
    let plain = Schema { reference: schema.reference, all_of: schema.all_of.clone(), ..Schema::default() };
    (*schema == plain).then_some(next)
}
