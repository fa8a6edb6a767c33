//! What a search ends with.

use serde_json::Value;

use super::{Reason, Undecided};

/// How many undecided places are listed at most.
const MAX_PLACES: usize = 20;

/// Whether any value satisfies what is asked.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// None does: proven.
    Empty,
    /// This one does, as the validator says.
    Value(Value),
    /// Unknown.
    Open {
        /// A value that perhaps does.
        candidate: Option<Value>,
        /// The places that are too hard.
        places: Vec<Undecided>,
    },
}

impl Outcome {
    /// Unknown for this reason, right here.
    pub(super) fn open(reason: Reason) -> Self {
        Self::Open { candidate: None, places: vec![Undecided { pointer: String::new(), reason }] }
    }

    /// The value, certain or not.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Empty => None,
            Self::Value(value) => Some(value),
            Self::Open { candidate, .. } => candidate.as_ref(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Either of the two: empty only if both are.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, outcome) | (outcome, Self::Empty) => outcome,
            (Self::Value(value), _) | (_, Self::Value(value)) => Self::Value(value),
            (Self::Open { candidate, mut places }, Self::Open { candidate: other, places: more }) => {
                places.extend(more);
                places.sort();
                places.dedup();
                places.truncate(MAX_PLACES);
                Self::Open { candidate: candidate.or(other), places }
            }
        }
    }

    /// The same, told from one level further out: `step` is the item or member that it is about.
    pub(super) fn places_below(&self, step: &str) -> Vec<Undecided> {
        let Self::Open { places, .. } = self else { return Vec::new() };
        let step = walnats_schema::pointer::escape(step);
        places.iter().map(|place| Undecided { pointer: format!("/{step}{}", place.pointer), ..place.clone() }).collect()
    }
}

/// What is put together of parts of which some are not certain.
#[derive(Debug, Default)]
pub(super) struct Doubts(pub(super) Vec<Undecided>);

impl Doubts {
    pub(super) fn add(&mut self, reason: Reason) {
        self.0.push(Undecided { pointer: String::new(), reason });
    }

    /// The outcome of a value that was put together.
    pub(super) fn outcome(self, value: Option<Value>) -> Outcome {
        match value {
            Some(value) if self.0.is_empty() => Outcome::Value(value),
            candidate => {
                let mut places = self.0;
                places.sort();
                places.dedup();
                places.truncate(MAX_PLACES);
                Outcome::Open { candidate, places }
            }
        }
    }
}
