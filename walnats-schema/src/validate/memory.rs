//! What was judged before: keeps a small instance from being judged for ever where unions in unions apply the same schemas
//! to the same values again and again.

use std::collections::HashMap;

use serde_json::Value;

use super::unevaluated::{Account, Evaluated};
use super::{Checked, Here, Stop, Validator};
use crate::{MAX_VIOLATIONS, Schema, SchemaId, Violation};

/// How many schemas are applied before anything is remembered. Few instances ever get there.
const PATIENCE: u64 = 20_000;
/// How many outcomes are remembered at once.
const CAPACITY: usize = 1 << 20;

/// Outcomes of schemas applied to values.
#[derive(Default)]
pub(super) struct Memory {
    applied: u64,
    /// Above 0 while the name of a property is judged, which is a value of no lasting address.
    pub(super) in_names: u32,
    outcomes: HashMap<Key, Outcome>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    schema: SchemaId,
    instance: *const Value,
    collects: bool,
    tracks: bool,
    scope: Vec<u32>,
}

#[derive(Clone)]
struct Outcome {
    stopped: bool,
    violations: Vec<Violation>,
    seen: Option<Account>,
}

impl Memory {
    /// Whether it is time to remember outcomes of `schema`.
    pub(super) fn is_needed(&mut self, schema: &Schema, instance: &Value) -> bool {
        self.applied += 1;
        self.applied > PATIENCE
            && self.in_names == 0
            && (instance.is_array() || instance.is_object() || spreads(schema))
    }
}

/// Whether a schema applies others to the same value.
fn spreads(schema: &Schema) -> bool {
    schema.reference.is_some()
        || schema.dynamic_reference.is_some()
        || schema.not.is_some()
        || schema.condition.is_some()
        || !(schema.all_of.is_empty() && schema.any_of.is_empty() && schema.one_of.is_empty())
}

impl Validator<'_> {
    /// Applies a schema, or repeats what came of it before.
    pub(super) fn remembered<'i>(
        &mut self,
        id: SchemaId,
        here: Here<'i, '_>,
        seen: Option<&mut Evaluated<'i>>,
    ) -> Checked {
        let key = Key {
            schema: id,
            instance: here.value,
            collects: self.violations.is_some(),
            tracks: seen.is_some(),
            scope: self.scope.clone(),
        };
        let outcome = match self.memory.outcomes.get(&key) {
            Some(outcome) => outcome.clone(),
            None => {
                let outcome = self.outcome(id, here, seen.is_some());
                if self.too_deep.is_some() {
                    return Err(Stop);
                }
                if self.memory.outcomes.len() == CAPACITY {
                    self.memory.outcomes.clear();
                }
                self.memory.outcomes.insert(key, outcome.clone());
                outcome
            }
        };
        if let (Some(seen), Some(account)) = (seen, &outcome.seen) {
            seen.recall(account, here.value);
        }
        if let Some(violations) = &mut self.violations {
            let room = MAX_VIOLATIONS - violations.len();
            let too_many = outcome.violations.len() > room;
            violations.extend(outcome.violations.into_iter().take(room));
            if too_many {
                return Err(Stop);
            }
        }
        if outcome.stopped { Err(Stop) } else { Ok(()) }
    }

    fn outcome(&mut self, id: SchemaId, here: Here<'_, '_>, tracks: bool) -> Outcome {
        let mut seen = tracks.then(Evaluated::default);
        let outer = self.set_aside(self.violations.is_some());
        let stopped = self.apply(id, here, seen.as_mut()).is_err();
        let violations = self.take_up(outer);
        Outcome { stopped, violations, seen: seen.map(Evaluated::account) }
    }
}
